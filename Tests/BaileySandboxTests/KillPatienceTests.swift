import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Testing

@testable import BaileySandbox

@Suite("Kills that take too long", .serialized)
struct KillPatienceTests {
  private let fixture: LaunchFixture

  init() throws { fixture = try LaunchFixture() }

  @Test("A watcher that never ends holds no kill up: all processes are gone, and its silence is told")
  func silentWatcher() async throws {
    let sandbox = try await Launcher(jail: Products.path("bailey-jail")).launch(
      try fixture.plan(["/bin/sleep", "1000"]), streams: StandardStreams(input: nil, output: nil, error: nil),
      mapsOwners: fixture.user == 0
    ) { listener, _, _ in _ = Descriptor(owning: listener) }
    var isHeard = true
    // Short patience can be over before the kernel has ended all.
    while true {
      do throws(Fault) { isHeard = try await sandbox.kill(within: .milliseconds(200)) } catch { continue }
      break
    }
    #expect(!isHeard)
    #expect(throws: Errno.noSuchProcess) { _ = try Descriptor.process(sandbox.initProcess) }
  }

  @Test("A pid 1 that does not end is named")
  func survivor() async throws {
    let pair = try Descriptor.socketPair(.packet).take()
    // Nobody reads the control socket: to the sandbox, its pid 1 goes on.
    let control = ControlSocket(Descriptor(owning: pair.0))
    let other = Descriptor(owning: pair.1)
    let process = try Descriptor.spawn("/bin/sleep", arguments: ["sleep", "1000"], descriptors: [])
    let sandbox = Sandbox(
      process: process, pidfd: try .process(process), control: control, channels: [:],
      plan: try fixture.plan(["/bin/true"]),
      mapsOwners: false, group: nil, supervise: { _, _, ended in ended() })
    for _ in 0..<2 {
      do {
        _ = try await sandbox.kill(within: .milliseconds(1))
        Issue.record("it was killed")
      } catch {
        #expect(error.code == "session-not-killed" && error.why.contains("process \(process)"))
      }
    }
    sandbox.end()
    #expect(try await sandbox.kill(within: .milliseconds(1)))
    _ = other
  }
}
