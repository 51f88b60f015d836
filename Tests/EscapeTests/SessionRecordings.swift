import BaileyTestSupport
import Glibc
import Testing

@Suite("Recorded terminals", .serialized)
struct SessionRecordings {
  let walls: Walls
  init() throws { walls = try Walls() }

  /// script(1) gives a terminal.
  private func onTerminal(_ command: String, _ more: String = "") throws -> Tool.Result {
    try walls.outside("(sleep 1; \(more)) | script -qec \"\(command)\" /dev/null >/dev/null; true")
  }

  private func cast() throws -> String { try walls.bailey(["replay", "--json"]).output }

  @Test("A session with a terminal is recorded, and its recording holds against the log; asciinema reads it")
  func recorded() throws {
    _ = try onTerminal("bailey run -q -- sh -c 'stty size; printf \\\"one\\\\nt\\303\\274o\\\\n\\\"'")
    let verified = try walls.bailey(["replay", "--verify"])
    #expect(verified.output.contains("the recording holds"), "\(verified)")
    let plain = try walls.bailey(["replay"])
    #expect(plain.status == 0 && plain.output.contains("one\ntüo\n"), "\(plain)")
    let read = try walls.outside(
      "bailey replay --json > ../a.cast && script -qec 'asciinema cat ../a.cast' /dev/null </dev/null")
    #expect(read.status == 0 && read.output.contains("tüo"), "\(read)")
    #expect(try walls.bailey(["replay", "--search", "tüo"]).output.hasSuffix("  tüo\n"))
    #expect(try walls.bailey(["log", "verify"]).status == 0)
  }

  @Test("A secret of the manifest is in no recording, nor in any other file of Bailey's")
  func masked() throws {
    let shown = try onTerminal(
      "bailey run -q --env AWS_SECRET_ACCESS_KEY -- sh -c 'printf hunter2-not; sleep 1; printf -- -for-agents.; env'")
    let text = try cast()
    #expect(text.contains("[masked].") && text.contains("AWS_SECRET_ACCESS_KEY=[masked]"), "\(text) \(shown)")
    let found = try walls.outside("grep -rl \(Walls.secret) \(walls.scratch.path)/state | head -3")
    #expect(found.output == "")
  }

  @Test("What is typed is recorded by word only")
  func input() throws {
    for (option, isRecorded) in [("", false), ("--record-input", true)] {
      _ = try onTerminal(
        "bailey run -q \(option) -- sh -c 'stty -echo; echo ready; read x'", "sleep 1; echo typed-blind; sleep 1")
      #expect(try cast().contains("\"i\",\"") == isRecorded)
    }
  }

  @Test("A further program of a session has a recording of its own, on record when it ends")
  func further() throws {
    let result = try walls.outside(
      """
      bailey run -q -- sleep 60 & sleep 1
      script -qec "bailey exec -- sh -c 'stty size; echo from-exec'" /dev/null > shown
      bailey replay --program 1 && bailey replay --program 1 --verify; echo "code $?"
      bailey log list --kind transcript --json
      bailey kill > /dev/null
      bailey log verify
      """)
    #expect(result.output.contains("from-exec") && result.output.contains("code 0"), "\(result)")
    #expect(result.output.contains("\"program\":1,\"sha256\""), "\(result)")
    #expect(result.output.contains("\"state\":\"ended\"") && result.output.contains("the log holds"), "\(result)")
  }

  @Test("Without a terminal, or by word, nothing is recorded, and replay says so")
  func off() throws {
    _ = try walls.run("echo x")
    #expect(try walls.bailey(["replay"]).errors.contains("[recording-none]"))
    _ = try onTerminal("bailey run -q --record none -- echo x")
    #expect(try walls.bailey(["replay"]).errors.contains("[recording-none]"))
  }

  @Test("Output without a terminal is recorded by word, and reaches its pipes unchanged")
  func pipes() throws {
    let result = try walls.outside(
      """
      bailey run -q --record all -- sh -c 'echo out; sleep 1; echo err >&2; exit 3' 2>../err | cat; echo "${PIPESTATUS[0]}"; cat ../err
      bailey replay
      head -c 5000000 /dev/urandom > ../in; bailey run -q --record all -- cat < ../in | cmp - ../in && echo same
      { bailey run -q --record all -- yes; echo $? >&2; } 2>&1 | head -1; bailey log verify
      """)
    #expect(result.output.hasPrefix("out\n3\nerr\nout\nerr\nsame\ny\n"), "\(result)")
    #expect(result.output.contains("the log holds"))
  }

  @Test("A recording that was changed, cut, replaced or removed is told, by replay and by the log's verify")
  func damaged() throws {
    _ = try onTerminal("bailey run -q -- sh -c 'seq 100'")
    let file = try walls.outside("find ../state/bailey/payloads -type f").output.split(separator: "\n").map(String.init)
    #expect(file.count == 1)
    for damage in ["sed -i s/5/6/", "truncate -s -1", "cp /etc/hostname", "rm -f"] {
      let result = try walls.outside(
        """
        cp "\(file[0])" ../whole; \(damage) "\(file[0])"
        bailey replay --verify; echo "code $?"; bailey replay >/dev/null; echo "play $?"; bailey log verify; echo "log $?"
        cp ../whole "\(file[0])"
        """)
      #expect(
        result.output.contains("code 6") && result.output.contains("play 6") && result.output.contains("log 6"),
        "\(damage): \(result)")
      #expect(result.output.contains("does NOT hold"))
    }
    #expect(try walls.bailey(["log", "verify"]).status == 0)
  }

  @Test("When the controller is killed, what was shown up to then is kept, closed and on record at the next start")
  func killed() throws {
    let result = try walls.outside(
      """
      (sleep 5) | script -qec "bailey run -q -- sh -c 'echo before-the-end; sleep 60'" /dev/null >/dev/null &
      sleep 3
      kill -9 $(cat ../run/bailey/*.pid 2>/dev/null) $(pgrep -f "$(dirname $BAILEY)/baileyd" | while read p; do
        grep -qz "XDG_STATE_HOME=.*\(walls.scratch.path)" /proc/$p/environ && echo $p; done) 2>/dev/null
      wait
      bailey ps >/dev/null; sleep 1
      bailey replay; echo "play $?"; bailey replay --verify; bailey log list --kind transcript --last 1
      """)
    #expect(result.output.contains("before-the-end\n") && result.output.contains("play 0"), "\(result)")
    #expect(result.output.contains("recovered"))
    #expect(try walls.bailey(["log", "verify"]).status == 0)
  }

  @Test("A recording that is required and cannot be made stops the start; one that is not is told")
  func required() throws {
    // Nobody but Bailey makes this directory; a file in its place cannot be one.
    _ = try walls.run("true")
    try walls.scratch.write("x", to: "state/bailey/recordings")
    try walls.scratch.write("recording: {required: true}\n", to: "m.yaml")
    let refused = try walls.outside(
      "script -qec 'bailey run --manifest ../m.yaml -- touch /tmp/ran' /dev/null < /dev/null")
    #expect(refused.output.contains("[recording-failed]"), "\(refused)")
    let told = try walls.outside("script -qec 'bailey run -- echo ran' /dev/null < /dev/null")
    #expect(told.output.contains("this session is not recorded") && told.output.contains("ran"), "\(told)")
    let start = try walls.bailey(["log", "list", "--kind", "session.start", "--last", "1", "--json"]).output
    #expect(start.contains("\"recording\":\"none\"") && start.contains("this session is not recorded"), "\(start)")
  }

  @Test("A recording at its limit says so in the file and the log, and where it is required the session ends")
  func limit() throws {
    // The person's own: a project cannot make recordings shorter.
    try walls.scratch.directory("config/bailey", mode: 0o755)
    try walls.scratch.write("recording: {limit: 4kB}\n", to: "config/bailey/manifest.yaml")
    _ = try onTerminal("bailey run -q -- sh -c 'seq 3000; sleep 2; echo \\$? > out'")
    #expect(try cast().contains("reached its limit of 4000 bytes"))
    #expect(try walls.bailey(["log", "list", "--last", "0"]).output.contains("recording-lost"))
    try walls.scratch.write("recording: {limit: 4kB, required: true}\n", to: "config/bailey/manifest.yaml")
    let ended = try walls.outside(
      "script -qec 'bailey run -q -- sh -c \"seq 3000; sleep 60\"' /dev/null < /dev/null; echo \"code $?\""
    )
    #expect(ended.output.contains("code 124"), "\(ended.output.suffix(300))")
  }

  @Test("On a full disk a recording ends sound and on record; the session goes on, or ends where it is required")
  func fullDisk() throws {
    let wrapper = ["/usr/bin/unshare", "--mount", "--propagation", "shared"]
    let result = try walls.outside(
      """
      set -u; umask 077; recordings=$XDG_STATE_HOME/bailey/recordings
      mkdir -p "$recordings" && mount -t tmpfs -o size=64k none "$recordings" || exit 99
      tell() { bailey replay --verify; bailey log list --last 0 | grep -c recording-lost; bailey log verify >/dev/null && echo VERIFIED; }
      script -qec "bailey run -q -- sh -c 'seq 30000; sleep 1; echo WENT-ON'" /dev/null </dev/null | tail -1 | tr -d '\\r'; tell
      mount -o remount,size=128k "$recordings"; echo 'recording: {required: true}' > ../m.yaml
      script -qec "bailey run -q --manifest ../m.yaml -- sh -c 'seq 30000; sleep 60'" /dev/null </dev/null >/dev/null; echo "code $?"
      tell; bailey replay | head -1; bailey log list --kind session.end --last 1
      bailey kill --all --controller >/dev/null 2>&1
      """, in: getuid() == 0 ? wrapper : wrapper + ["--map-current-user", "--keep-caps"])
    let words = result.output.split(separator: "\n")
    #expect(words.first == "WENT-ON" && words.contains("code 124"), "\(result)")
    #expect(words.count { $0 == "VERIFIED" } == 2 && words.contains("1") && words.contains("2"), "\(result)")
    #expect(words.count { $0.contains("the recording holds") } == 2, "\(result)")
  }
}
