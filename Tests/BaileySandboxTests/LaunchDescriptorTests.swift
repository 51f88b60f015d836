import BaileyCore
import BaileyLinux
import Testing

@testable import BaileySandbox

/// The test plays bailey-jail, and sends descriptors where none or others are due.
@Suite("Descriptors of a start")
struct LaunchDescriptorTests {
  private let fixture: LaunchFixture

  init() throws { fixture = try LaunchFixture() }

  private func event(_ kind: JailEvent.Kind) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: JailEvent.size)
    bytes[0] = UInt8(kind.rawValue)
    return bytes
  }

  /// The reading end of a pipe whose writing end goes with the event; at its end, nobody holds the writing end any more.
  private func send(_ kind: JailEvent.Kind, count: Int, on socket: borrowing Descriptor) throws -> [Int32] {
    var (readers, writers): ([Int32], [Int32]) = ([], [])
    for _ in 0..<count {
      let pipe = try Descriptor.pipe().take()
      readers.append(pipe.0)
      writers.append(pipe.1)
    }
    try socket.send(event(kind), descriptors: writers)
    for writer in writers { _ = Descriptor(owning: writer) }
    return readers
  }

  @Test(
    "What comes unasked with an event is closed when the start fails",
    arguments: [
      [(JailEvent.Kind.started, 2)], [(.started, 1), (.started, 1)], [(.ready, 9)], [(.ready, 3), (.ready, 3)],
      [(.listener, 1)], [(.started, 1), (.listener, 2)], [(.failed, 3)], [(.reply, 2)],
    ])
  func unexpected(events: [(JailEvent.Kind, Int)]) async throws {
    let request = fixture.request(["/bin/true"])
    let facts = try HostFacts.gather(
      caller: request.caller, environment: request.environment, paths: SandboxPlanner.probes(for: request))
    let plan = try SandboxPlanner.plan(request, facts)
    let pair = try Descriptor.socketPair(.packet).take()
    let jail = Descriptor(owning: pair.1)
    var readers: [Int32] = []
    for (kind, count) in events { readers += try send(kind, count: count, on: jail) }
    try jail.shutdownWrite()
    let builder = try Descriptor.spawn("/bin/sleep", arguments: ["sleep", "60"], descriptors: [])
    let process = JailProcess(
      control: ControlSocket(Descriptor(owning: pair.0)), builder: ProcessDescriptor(try .process(builder)))
    let start = SandboxStart(process, plan: plan, mapsOwners: false, supervise: { _, _, ended in ended() })
    do {
      _ = try await start.run()
      Issue.record("it started")
    } catch {
      #expect(error.code.hasPrefix("sandbox-"))
    }
    for reader in readers {
      let end = Descriptor(owning: reader)
      #expect(try end.read(upTo: 1).isEmpty)
    }
  }
}
