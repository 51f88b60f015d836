import BaileyTestSupport
import Testing

@Suite("Inside as outside", .serialized)
struct DailyDriver {
  let walls: Walls
  init() throws { walls = try Walls() }

  @Test(
    "Pipes, files and closed streams behave as outside",
    arguments: [
      ("echo x | bailey run -q -- cat | wc -c", "2\n"),
      ("printf 'a\\0b' > ../in; bailey run -q -- cat < ../in > ../out; cmp ../in ../out && echo same", "same\n"),
      ("bailey run -q -- sh -c 'cat; echo $?' <&-", "0\n"),
      ("bailey run -q -- sh -c 'echo out; echo err >&2' 2>&1 >/dev/null", "err\n"),
      ("bailey run -q -- sh -c 'echo out; echo err >&2' > ../both 2>&1; cat ../both", "out\nerr\n"),
      ("{ bailey run -q -- yes; echo $? >&2; } 2>&1 | head -1", "y\n"),
      ("bailey log list --last 0 --json 2>&1 | head -1 | cut -c1-8", "{\"index\"\n"),
    ])
  func streams(script: String, output: String) throws {
    if script.contains("log list") { _ = try walls.run("true") }
    #expect(try walls.outside(script).output == output)
  }

  @Test("50 MB of binary data pass through unchanged, by pipe and by file")
  func binary() throws {
    let result = try walls.outside(
      """
      head -c 50000000 /dev/urandom > ../in
      cat ../in | bailey run -q -- cat | cmp - ../in && echo piped
      bailey run -q -- cat < ../in > ../out; cmp ../out ../in && echo filed
      """)
    #expect(result.output == "piped\nfiled\n")
  }

  @Test("The writer to a reader that has gone ends by SIGPIPE")
  func brokenPipe() throws {
    let result = try walls.outside("{ bailey run -q -- yes; echo $? > ../code; } | head -1 >/dev/null; cat ../code")
    #expect(result.output == "141\n")
  }

  @Test(
    "Exit codes are those of DESIGN.md section 9, from inside out",
    arguments: [
      ("bailey run -q -- sh -c 'exit 7'", 7), ("bailey run -q -- /no/such", 127),
      ("echo x > file; bailey run -q -- ./file", 126), ("bailey run -q -- sh -c 'kill -TERM $$'", 143),
      ("bailey run -q -- sh -c 'kill -SEGV $$'", 139), ("bailey run -q --profile nonsense -- true", 125),
      ("echo 'limits: {wall: 1s}' > ../m.yaml; bailey run -q --manifest ../m.yaml -- sleep 60", 124),
      ("bailey run -q -- sleep 60 & sleep 2; bailey kill; wait $!", 137),
      ("bailey run -q -- sleep 60 & sleep 2; kill -INT $!; wait $!", 130),
    ])
  func exitCodes(script: String, code: Int32) throws {
    #expect(try walls.outside(script).status == code)
  }

  /// script(1) gives a terminal, and its input is typed.
  private func typed(_ keys: String, _ command: String) throws -> String {
    try walls.outside("(sleep 2; printf '\(keys)'; sleep 2) | script -qec '\(command)' /dev/null").output
  }

  @Test("Ctrl-C ends the program inside and not the shell, and Ctrl-D the shell")
  func interrupt() throws {
    let text = try typed("sleep 1000\\r\\003\\recho rc=$?\\r\\004", "bailey run -q -- bash --norc")
    #expect(text.contains("rc=130"), "\(text)")
  }

  @Test("Colours go to a terminal only, and not with NO_COLOR")
  func colours() throws {
    let plain = try walls.outside("bailey doctor; script -qec 'bailey doctor' /dev/null")
    #expect(plain.output.contains("controller") && !plain.output.contains("\u{1B}["))
    let coloured = try walls.outside("unset NO_COLOR; script -qec 'env TERM=xterm bailey doctor' /dev/null")
    #expect(coloured.output.contains("\u{1B}["))
  }

  @Test("A misspelt command or session names what was meant")
  func suggestions() throws {
    #expect(try walls.bailey(["kil"]).errors.contains("did you mean `bailey kill`?"))
    _ = try walls.run("true")
    let script = "bailey ps --all --json | grep -o '\"session\":\"[^\"]*' | head -1 | cut -d'\"' -f4"
    let name = try walls.outside(script).output.trimmed
    let wrong = String(name.prefix(5)) + (name.dropFirst(5).first == "0" ? "1" : "0")
    let refused = try walls.bailey(["kill", wrong])
    #expect(refused.errors.contains("did you mean `\(name)`?"), "\(refused)")
  }

  @Test("Completion works in bash, for commands, options and sessions")
  func completion() throws {
    _ = try walls.run("true")
    let result = try walls.outside(
      """
      cat > ../complete.sh <<'END'
      source <(bailey completion bash)
      try() {
        COMPREPLY=(); COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
        _bailey bailey "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"; echo "${COMPREPLY[*]}"
      }
      try bailey lo; try bailey run --allow-host-p; try bailey diff ''
      END
      bash ../complete.sh; bailey ps --all --json
      """)
    let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.first?.contains("log") == true && lines[1].contains("--allow-host-port"), "\(result)")
    let sessions = lines[2].split(separator: " ").filter { $0.count == 16 }
    #expect(!sessions.isEmpty && sessions.allSatisfy { lines[3].contains($0) }, "\(result)")
  }
}

extension String {
  fileprivate var trimmed: String { String(drop { $0 == "\n" }.prefix { $0 != "\n" }) }
}
