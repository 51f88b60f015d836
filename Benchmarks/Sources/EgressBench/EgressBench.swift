import BaileyCore
import BaileyEgress
import BaileyLinux

/// `EgressBench LISTEN-PORT UPSTREAM-PORT`: relays one loopback port to another through the gate, every connection decided, until killed.
///
/// The place of HAProxy in TCP mode; `Benchmarks/egress.sh` runs both side by side.
@main
struct EgressBench {
  private struct AllowAll: Mediator {
    func request(_ action: Action) async -> Ruling {
      Ruling(action: action, decision: Decision(combining: [Reason(.allow, "bench", "everything")]), record: 1)
    }
    func complete(_ ruling: Ruling, _ outcome: Outcome) async {}
    func observe(_ action: Action, _ outcome: Outcome) async {}
  }

  static func main() async throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 3, let listen = UInt16(arguments[1]), let upstream = UInt16(arguments[2]) else {
      print("usage: EgressBench LISTEN-PORT UPSTREAM-PORT")
      return
    }
    let loopback = try IPAddress("127.0.0.1")
    var options = GateOptions()
    options.originalDestination = { _ in Endpoint(loopback, upstream) }
    let gate = try NetworkGate(inspector: NoInspector(), options: options)
    let rule = NetworkRule(
      target: .address(try AddressRange("127.0.0.0/8")), ports: [1...65535], transport: .tcp,
      source: SourceLocation(file: "bench"))
    let listener = try Socket.listener(on: Endpoint(loopback, listen))
    let session = try await gate.open(
      subject: Subject(session: .random(), agent: "bench", user: "bench"), channels: [.captureIPv4: listener],
      rules: [rule], uploadBudget: nil, mediator: AllowAll())
    try await Task.sleep(for: .seconds(86_400))
    await session.close()
  }
}
