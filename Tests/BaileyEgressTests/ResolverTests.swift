import BaileyCore
import BaileyLinux
import Testing

@testable import BaileyEgress

@Suite("The resolver")
struct ResolverTests {
  private func ask(_ gate: TestGate, _ query: [UInt8]) async throws -> [UInt8] {
    try await blocking {
      let peer = try gate.toResolver()
      try peer.send([UInt8(query.count >> 8), UInt8(query.count & 0xFF)] + query)
      let length = try peer.receive(exactly: 2)
      return try peer.receive(exactly: Int(length[0]) << 8 | Int(length[1]))
    }
  }

  private func code(_ answer: [UInt8]) -> UInt8 { answer[3] & 0x0F }
  private func answers(_ answer: [UInt8]) -> UInt8 { answer[7] }

  @Test("A name has one synthetic address, whatever policy says of it, and nothing is looked up")
  func stable() async throws {
    let gate = try await TestGate(mediator: TestMediator(hosts: []))
    let first = try await ask(gate, dnsQuery("evil.example"))
    let second = try await ask(gate, dnsQuery("EVIL.example"))
    #expect(code(first) == 0 && answers(first) == 1)
    #expect(first.suffix(4) == second.suffix(4))
    #expect(SyntheticNames.isSynthetic(try #require(IPAddress(bytes: Array(first.suffix(4))))))
    #expect(gate.resolver.questions.isEmpty)
    #expect(gate.mediator.requests.map(\.verb) == [.dnsQuery])
    await gate.close()
  }

  @Test("The same over UDP, from the address that was asked")
  func datagram() async throws {
    let gate = try await TestGate()
    let answer = try await blocking {
      let number = try Socket.datagram(boundTo: loopback)
      defer { Socket.close(number) }
      let query = Datagram(bytes: dnsQuery("good.example"), peer: gate.resolverEndpoint, local: nil)
      try Socket.send(query, through: number)
      _ = try poll([(number, .input)], milliseconds: 20_000)
      return try Socket.receiveDatagram(number, limit: 512)
    }
    #expect(answer?.peer == gate.resolverEndpoint)
    #expect(answer.map { answers($0.bytes) } == 1)
    await gate.close()
  }

  @Test("AAAA and other types have no data; localhost is loopback; a synthetic address has its name")
  func types() async throws {
    let gate = try await TestGate()
    let absent = try await ask(gate, dnsQuery("good.example", type: 28))
    #expect(code(absent) == 0 && answers(absent) == 0)
    #expect(Array(try await ask(gate, dnsQuery("localhost")).suffix(4)) == [127, 0, 0, 1])
    let address = Array(try await ask(gate, dnsQuery("good.example")).suffix(4))
    let reverse = address.reversed().map { String($0) }.joined(separator: ".") + ".in-addr.arpa"
    let pointer = try await ask(gate, dnsQuery(reverse, type: 12))
    #expect(Array(pointer.suffix(14)) == [4] + Array("good".utf8) + [7] + Array("example".utf8) + [0])
    #expect(code(try await ask(gate, dnsQuery("1.2.3.4.in-addr.arpa", type: 12))) == 3)
    await gate.close()
  }

  @Test("What is no host name does not exist", arguments: ["127.1", "a%b.example", "-a.example", "0x7f.1"])
  func invalid(name: String) async throws {
    let gate = try await TestGate()
    #expect(code(try await ask(gate, dnsQuery(name))) == 3)
    #expect(gate.mediator.requests.isEmpty)
    await gate.close()
  }

  @Test("A flood of new names is refused after the limit, and the rest is one record")
  func flood() async throws {
    let gate = try await TestGate(mediator: TestMediator(hosts: [])) { $0.newNamesPerMinute = 5 }
    var codes: [UInt8] = []
    for index in 0..<12 { codes.append(code(try await ask(gate, dnsQuery("x\(index).evil.example")))) }
    #expect(codes == [UInt8](repeating: 0, count: 5) + [UInt8](repeating: 5, count: 7))
    #expect(gate.mediator.requests.count == 5)
    await gate.close()
    let summary = gate.mediator.observations.first { $0.0.resource["count"] != nil }
    #expect(summary?.0.resource["count"]?.int == 7)
  }

  @Test("Malformed questions are answered with their code, never with an address")
  func malformed() throws {
    func error(_ bytes: [UInt8]) -> DNSError? {
      do throws(DNSError) {
        _ = try DNSQuestion.parse(bytes)
        return nil
      } catch {
        return error
      }
    }
    let good = dnsQuery("a.example")
    #expect(error(good) == nil)
    #expect(error(Array(good.prefix(11))) == .notAQuery)
    #expect(error(Array(good.dropLast())) == .malformed)
    #expect(error(good + [0]) == .malformed)
    var loop = good
    loop.replaceSubrange(12..<14, with: [0xC0, 0x0C])
    #expect(error(loop) == .malformed)
    var two = good
    two[5] = 2
    #expect(error(two) == .refused)
    var update = good
    update[2] = 0x28
    #expect(error(update) == .operation)
    var chaos = good
    chaos[chaos.count - 1] = 3
    #expect(error(chaos) == .refused)
    let long = [UInt8](good.prefix(12)) + [UInt8](repeating: 63, count: 320) + [0, 0, 1, 0, 1]
    #expect(error(long) == .malformed)
  }

  @Test("A full table frees old unused names only, and a freed address is not used again soon")
  func eviction() {
    var names = SyntheticNames(capacity: 2, grace: 10)
    let first = names.address(for: name("a.example"), now: 0) ?? ip("0.0.0.0")
    let second = names.address(for: name("b.example"), now: 0) ?? ip("0.0.0.0")
    #expect(names.address(for: name("c.example"), now: 5) == nil)
    names.connected(first)
    let third = names.address(for: name("c.example"), now: 20) ?? ip("0.0.0.0")
    #expect(third != second && third != first && SyntheticNames.isSynthetic(third))
    #expect(names.name(of: first) == name("a.example"))
    #expect(names.name(of: second) == nil)
    names.disconnected(first)
    let fourth = names.address(for: name("d.example"), now: 40) ?? ip("0.0.0.0")
    #expect(names.name(of: first) == nil && fourth != second)
  }
}
