import BaileyTestSupport
import Glibc
import Testing

/// What is mounted, linked, written or put there while a session runs.
@Suite("The view stays what it was", .serialized)
struct ViewEscapes {
  let walls: Walls
  init() throws { walls = try Walls() }

  /// A mount namespace in which mounts propagate as on every host with systemd.
  private static var sharedMounts: [String] {
    let wrapper = ["/usr/bin/unshare", "--mount", "--propagation", "shared"]
    return getuid() == 0 ? wrapper : wrapper + ["--map-current-user", "--keep-caps"]
  }

  @Test("What the host mounts during a session does not come in")
  func lateMounts() throws {
    try walls.scratch.directory("project/late")
    let result = try walls.outside(
      """
      "$BAILEY" run -q --workspace direct -- sh -c 'touch ready; until [ -e go ]; do sleep 0.05; done; cat late/secret; echo END' > ../out 2>&1 &
      until [ -e ready ]; do sleep 0.05; done
      mount -t tmpfs none late && echo \(Walls.secret) > late/secret && test -s late/secret && echo MOUNTED
      touch go; wait; cat ../out; "$BAILEY" kill --all --controller > /dev/null
      """, in: Self.sharedMounts)
    #expect(result.output.contains("MOUNTED") && result.output.contains("END"), "\(result)")
    #expect(!result.output.contains(Walls.secret), "\(result)")
  }

  @Test("No mount of the view is shared with the host or takes part in its changes, but as a slave of pid 1's")
  func propagation() throws {
    let result = try walls.run("grep -c shared: /proc/self/mountinfo; awk '{print $6}' /proc/self/mountinfo | sort -u")
    #expect(result.output.hasPrefix("0\n"), "\(result)")
    for options in result.output.split(separator: "\n").dropFirst() {
      #expect(options.split(separator: ",").contains("nosuid"), "\(options)")
    }
  }

  @Test("A hard link leads neither out of the tree nor round a mask")
  func hardLinks() throws {
    try walls.scratch.write(Walls.secret, to: "project/.env")
    let result = try walls.run(
      """
      for source in .env /etc/passwd /usr/bin/env /proc/self/environ \(walls.home)/.ssh/id_ed25519; do
        ln "$source" link 2> /dev/null && echo LINKED "$source"
      done; mv .env moved 2> /dev/null && echo MOVED; cat link moved 2> /dev/null; true
      """)
    #expect(result.output.isEmpty, "\(result)")
  }

  @Test("A sensitive file that appears late is masked while the session runs")
  func lateSecret() throws {
    let run = try walls.start(["run", "-q", "--", "/bin/sleep", "60"])
    var session = ""
    for _ in 0..<100 where session.isEmpty {
      let listed = try walls.bailey(["ps", "--json"]).output.split(separator: "\"")
      session = listed.firstIndex(of: "session").map { String(listed[$0 + 2]) } ?? ""
      usleep(50_000)
    }
    try walls.scratch.write(Walls.secret, to: "project/.env")
    var log = ""
    for _ in 0..<100 where !log.contains("masked") {
      log = try walls.bailey(["log", "--json"]).output
      usleep(50_000)
    }
    let read = try walls.bailey(["exec", session, "--", "/bin/cat", walls.project + "/.env"])
    #expect(read.status != 0 && read.errors.contains("Permission denied"), "\(read)")
    #expect(!(read.output + read.errors).contains(Walls.secret))
    kill(run, SIGTERM)
    var status: Int32 = 0
    walls.reap(run, &status)
  }

  @Test("No file of the kernel, and none of pid 1, can be written")
  func kernelFiles() throws {
    let result = try walls.python(
      """
      import os
      opened = []
      for top in ('/proc/sys', '/sys', '/proc/fs', '/proc/irq', '/proc/bus', '/proc/1', '/proc/sysrq-trigger', '/proc/kcore'):
          names = [top] if not os.path.isdir(top) else [os.path.join(d, f) for d, _, fs in os.walk(top) for f in fs]
          for name in names:
              try:
                  file = os.open(name, os.O_WRONLY)
                  # Those of a process ask again at the write.
                  if top == '/proc/1': os.write(file, b'0')
                  opened.append(name)
              except OSError: pass
      print(len(opened), opened)
      """)
    #expect(result.output == "0 []\n", "\(result)")
  }

  @Test("Only harmless devices are there")
  func devices() throws {
    let result = try walls.run(
      "for f in $(find / -path /proc -prune -o -path /usr -prune -o -print); do [ -c $f -o -b $f ] && echo $f; done")
    let allowed = ["null", "zero", "full", "random", "urandom", "tty", "ptmx", "pts/ptmx"].map { "/dev/" + $0 }
    for device in result.output.split(separator: "\n") { #expect(allowed.contains(String(device)), "\(device)") }
    #expect(result.output.contains("/dev/null"))
  }

  @Test("A program run from memory, or through the loader, has the same walls")
  func memoryPrograms() throws {
    let secret = walls.home + "/.ssh/id_ed25519"
    let result = try walls.python(
      """
      import os, subprocess
      memory = os.memfd_create('x', 0)
      os.write(memory, open('/bin/cat', 'rb').read())
      open('cat', 'wb').write(open('/bin/cat', 'rb').read())
      for command in (['/proc/self/fd/%d' % memory], ['/lib64/ld-linux-x86-64.so.2', './cat']):
          for path in ('/proc/self/status', '\(secret)'):
              run = subprocess.run(command + [path], pass_fds=[memory], capture_output=True, text=True)
              print(run.stdout + run.stderr)
      """)
    #expect(result.output.components(of: "Seccomp:\t2") == 2, "\(result)")
    #expect(result.output.components(of: "NoNewPrivs:\t1") == 2)
    #expect(!result.output.contains(Walls.secret))
  }
}
