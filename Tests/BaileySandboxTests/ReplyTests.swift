import BaileyCore
import BaileyLinux
import BaileyTestSupport
import CBaileyJail
import Synchronization
import Testing

@testable import BaileySandbox

@Suite("Replies of pid 1", .serialized)
struct ReplyTests {
  private let fixture: LaunchFixture

  init() throws { fixture = try LaunchFixture() }

  /// The test plays the controller, and reads only when all is asked.
  private static func replies(_ control: ControlSocket, to count: UInt64) throws -> Set<UInt64> {
    var ids: Set<UInt64> = []
    let path: [PlanString] = [.text("/masks/file"), .text("/masks/directory"), .text("/view"), .text("/nowhere")]
    for id in 1...count {
      for _ in 0..<1000 {
        do throws(Fault) { try control.send(BAILEY_MASK, [id], path) } catch {
          // Its queue is full. It empties, or waits for us to read.
          _ = try? poll([], milliseconds: 1)
          continue
        }
        break
      }
    }
    // Time to answer them all, or to find no room for that.
    _ = try? poll([], milliseconds: 300)
    while try !poll([(control.number, .input)], milliseconds: 500)[0].isEmpty, let packet = control.next() {
      if packet.event.kind == .reply { ids.insert(packet.event.id) }
    }
    return ids
  }

  @Test("No reply is lost when the controller is slow to read")
  func slow() async throws {
    let process = try JailProcess.start(
      Products.path("bailey-jail"),
      plan: try PlanEncoder.encode(try fixture.plan(["/bin/sleep", "1000"]), streams: []),
      streams: StandardStreams(input: nil, output: nil, error: nil))
    var descriptors: [Int32] = []
    while let packet = process.control.next() {
      descriptors += packet.descriptors
      if packet.event.kind == .listener || packet.event.kind == .failed { break }
    }
    let control = process.control
    // More than one queue holds (some 280), and less than two.
    let asked = try Background { (try? Self.replies(control, to: 420)) ?? [] }
    let answered = await asked.value.count
    #expect(answered == 420)
    for number in descriptors { _ = Descriptor(owning: number) }
    _ = try? process.builder.descriptor.reap()
  }

  private func quiet() throws -> (sandbox: Sandbox, jail: Int32, process: Int32) {
    let pair = try Descriptor.socketPair(.packet).take()
    let process = try Descriptor.spawn("/bin/sleep", arguments: ["sleep", "1000"], descriptors: [])
    let sandbox = Sandbox(
      process: process, pidfd: try .process(process), control: ControlSocket(Descriptor(owning: pair.0)),
      channels: [:], plan: try fixture.plan(["/bin/true"]), mapsOwners: false, group: nil,
      supervise: { _, _, ended in ended() })
    return (sandbox, pair.1, process)
  }

  /// pid 1 speaks: about the first request, which is a launch.
  private func packet(_ kind: JailEvent.Kind, _ first: UInt8, _ second: UInt8) throws -> ControlSocket.Packet {
    var bytes = [UInt8](repeating: 0, count: JailEvent.size)
    (bytes[0], bytes[8], bytes[16], bytes[20]) = (UInt8(kind.rawValue), 1, first, second)
    return ControlSocket.Packet(event: try #require(JailEvent(bytes)), descriptors: [])
  }

  @Test(
    "A program that could not be started is forgotten, and who asked is told",
    arguments: [(JailEvent.Kind.reply, 11, 0), (.exited, 0, 9)] as [(JailEvent.Kind, UInt8, UInt8)])
  func failed(kind: JailEvent.Kind, first: UInt8, second: UInt8) async throws {
    let (sandbox, jail, _) = try quiet()
    let theirs = Descriptor(owning: jail)
    let asking = Task {
      try await sandbox.execute(
        command: ["/bin/true"], environment: [:], workingDirectory: "/",
        streams: StandardStreams(input: nil, output: nil, error: nil), terminal: nil)
    }
    _ = try await Background { (try? poll([(jail, .input)]))?.count }.value
    sandbox.handle(try packet(kind, first, second))
    for _ in 0..<5000 where !sandbox.state.withLock({ $0.pending.isEmpty }) {
      try await Task.sleep(nanoseconds: 1_000_000)
    }
    #expect(sandbox.state.withLock { $0.pending.isEmpty && $0.programs.isEmpty })
    sandbox.end()
    await #expect(throws: Fault.self) { _ = try await asking.value }
    _ = theirs
  }
}
