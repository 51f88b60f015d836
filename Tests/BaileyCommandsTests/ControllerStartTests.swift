import BaileyCore
import BaileyLinux
import BaileyTestSupport
import BaileyWire
import Testing

@testable import BaileyCommands

@Suite("Starting the controller")
struct ControllerStartTests {
  private func start(_ scratch: Scratch, daemon: String) -> ControllerStart {
    ControllerStart(
      places: Places(
        state: scratch.path + "/state", runtime: scratch.path + "/run", configuration: scratch.path + "/config"),
      environment: ["BAILEY_DAEMON": daemon, "PATH": "/usr/bin:/bin", "API_TOKEN": "hush", "XDG_DATA_HOME": "/d"])
  }

  private func code(_ start: ControllerStart) -> String? {
    do {
      _ = try start.connect()
      return nil
    } catch {
      return error.code
    }
  }

  @Test("A daemon that is missing, ends at once or cannot be executed is named")
  func faults() throws {
    let scratch = try Scratch()
    #expect(code(start(scratch, daemon: scratch.path + "/none")) == "controller-missing")
    #expect(code(start(scratch, daemon: "/bin/false")) == "controller-died")
    try scratch.write("x", to: "notexec", mode: 0o644)
    let plain = code(start(scratch, daemon: scratch.path + "/notexec"))
    #expect(plain == "controller-missing" || plain == "controller-unstartable")
  }

  @Test("A daemon that never listens is given up on")
  func slow() throws {
    let scratch = try Scratch()
    try scratch.write("#!/bin/sh\nexec sleep 5\n", to: "daemon", mode: 0o755)
    var start = start(scratch, daemon: scratch.path + "/daemon")
    start.patience = 50_000_000
    #expect(code(start) == "controller-slow")
  }

  @Test(
    "While another controller is on its way in or out, the start is tried again",
    .enabled(if: CurrentProcess.hasSocat || mustIsolate))
  func another() throws {
    let scratch = try Scratch()
    let script = """
      #!/bin/sh
      echo x >> \(scratch.path)/starts
      [ "$(wc -l < \(scratch.path)/starts)" -lt 3 ] && exit 75
      echo $$ > \(scratch.path)/pid
      exec socat UNIX-LISTEN:\(scratch.path)/run/baileyd.sock,fork SYSTEM:cat
      """
    try scratch.write(script, to: "daemon", mode: 0o755)
    _ = try start(scratch, daemon: scratch.path + "/daemon").connect()
    #expect(try scratch.read("starts") == "x\nx\nx\n")
    let pid = try #require(Int32(try scratch.read("pid").split(separator: "\n").first ?? ""))
    try Signals.send(9, to: pid)
  }

  @Test("The daemon gets no variable of the caller but the few it needs")
  func environment() throws {
    let scratch = try Scratch()
    try scratch.write("#!/bin/sh\nenv > \(scratch.path)/env\nexit 1\n", to: "daemon", mode: 0o755)
    #expect(code(start(scratch, daemon: scratch.path + "/daemon")) == "controller-died")
    let text = try scratch.read("env")
    #expect(text.contains("XDG_DATA_HOME=/d") && !text.contains("hush"))
  }

  @Test("Many command lines at once start one daemon", .enabled(if: CurrentProcess.hasSocat || mustIsolate))
  func once() async throws {
    let scratch = try Scratch()
    let script = """
      #!/bin/sh
      echo x >> \(scratch.path)/starts
      echo $$ > \(scratch.path)/pid
      exec socat UNIX-LISTEN:\(scratch.path)/run/baileyd.sock,fork SYSTEM:cat
      """
    try scratch.write(script, to: "daemon", mode: 0o755)
    let order = start(scratch, daemon: scratch.path + "/daemon")
    let clients = try (0..<6).map { _ in try Background { (try? order.connect()) != nil } }
    for client in clients { #expect(await client.value) }
    #expect(try scratch.read("starts") == "x\n")
    let pid = try #require(Int32(try scratch.read("pid").split(separator: "\n").first ?? ""))
    try Signals.send(9, to: pid)
  }
}

extension CurrentProcess {
  fileprivate static var hasSocat: Bool { (try? Descriptor.status(of: "/usr/bin/socat", followingLinks: true)) != nil }
}
