import BaileyTestSupport
import Testing

private let activate = "/usr/bin/systemd-socket-activate"
private let canActivate = (try? Tool("/usr/bin/test").run(["-x", activate]).status) == 0 || mustIsolate

@Suite("Socket activation", .serialized)
struct ActivationTests {
  let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    for name in ["home", "project"] { try scratch.directory(name) }
    try scratch.directory("run", mode: 0o700)
    try scratch.directory("run/bailey", mode: 0o700)
  }

  private var socket: String { scratch.path + "/run/bailey/baileyd.sock" }

  private var environment: [String: String] {
    [
      "PATH": "/usr/bin:/bin", "HOME": scratch.path + "/home", "XDG_STATE_HOME": scratch.path + "/state",
      "XDG_CONFIG_HOME": scratch.path + "/config", "XDG_RUNTIME_DIR": scratch.path + "/run",
    ]
  }

  private func shell(_ script: String) throws -> Tool.Result {
    try Tool("/bin/sh", environment: environment, directory: scratch.path + "/project").run(["-c", script])
  }

  @Test(
    "The first command starts the controller through a socket that systemd holds, which stays",
    .enabled(if: canActivate))
  func activated() throws {
    let result = try shell(
      """
      \(activate) -l \(socket) \(Products.path("baileyd")) 2> systemd & holder=$!
      until [ -S \(socket) ]; do sleep 0.05; done
      before=$(stat -c %i \(socket))
      \(Products.path("bailey")) run -q -- echo inside
      \(Products.path("bailey")) kill --all --controller
      wait $holder
      [ "$(stat -c %i \(socket))" = "$before" ] && echo the same socket
      """)
    #expect(result.output.contains("inside\n") && result.output.contains("the same socket"), "\(result)")
  }

  @Test(
    "What is not exactly one listening Unix socket is refused",
    arguments: [
      "LISTEN_FDS=1", "LISTEN_FDS=1 3</dev/null", "LISTEN_FDS=2", "LISTEN_FDS=0", "LISTEN_FDS=x", "LISTEN_FDS=01",
    ])
  func refused(values: String) throws {
    let result = try shell(
      "LISTEN_PID=$$ exec env \(values.split(separator: " ")[0]) \(Products.path("baileyd")) \(values.split(separator: " ").dropFirst().joined())"
    )
    #expect(result.status == 1 && result.errors.contains("exactly one listening Unix socket"), "\(result)")
  }

  @Test(
    "A socket of another kind is refused",
    arguments: [
      "socket.AF_UNIX, socket.SOCK_DGRAM", "socket.AF_INET, socket.SOCK_STREAM", "socket.AF_UNIX, socket.SOCK_STREAM",
    ])
  func otherSocket(kind: String) throws {
    let program = """
      import os, socket
      s = socket.socket(\(kind))
      os.dup2(s.fileno(), 3)
      os.set_inheritable(3, True)
      os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='1')
      os.execv('\(Products.path("baileyd"))', ['baileyd'])
      """
    let result = try Tool("/usr/bin/python3", environment: environment).run(["-c", program])
    #expect(result.status == 1 && result.errors.contains("exactly one listening Unix socket"), "\(result)")
  }

  @Test("Values that are meant for another process are not looked at")
  func othersValues() throws {
    let result = try shell(
      """
      export LISTEN_PID=1 LISTEN_FDS=7
      \(Products.path("bailey")) run -q -- echo inside
      \(Products.path("bailey")) kill --all --controller
      """)
    #expect(result.output.contains("inside\n"), "\(result)")
  }
}
