import BaileyCore
import BaileyLinux
import Synchronization
import Testing

@testable import BaileyEgress

@Suite("The ClientHello")
struct ClientHelloTests {
  private func error(_ bytes: [UInt8]) -> ClientHelloError? {
    do throws(ClientHelloError) {
      _ = try ClientHello.parse(bytes)
      return nil
    } catch {
      return error
    }
  }

  /// An extension with a body of so many bytes.
  private static func padding(_ type: UInt16, _ count: Int) -> [UInt8] {
    [UInt8(type >> 8), UInt8(type & 0xFF), UInt8(count >> 8), UInt8(count & 0xFF)] + [UInt8](repeating: 7, count: count)
  }

  @Test("Cut into records of any size it says the same name, and no beginning of it says any", arguments: 1...24)
  func fragments(split: Int) throws {
    let whole = clientHello("good.example", split: split)
    #expect(try ClientHello.parse(whole)?.serverName == "good.example")
    for count in 0..<whole.count { #expect(try ClientHello.parse(Array(whole.prefix(count))) == nil) }
  }

  @Test("A post-quantum key share, in two segments, is read whole")
  func postQuantum() throws {
    let hello = clientHello("good.example", extra: Self.padding(51, 1_220) + Self.padding(21, 500))
    #expect(hello.count > 1_800)
    #expect(try ClientHello.parse(Array(hello.prefix(1_400))) == nil)
    #expect(try ClientHello.parse(hello)?.serverName == "good.example")
  }

  @Test("Beyond 16 KiB it is refused, whether it says so or only goes on")
  func tooLong() {
    #expect(error(clientHello("good.example", extra: Self.padding(21, 16_384))) == .tooLong)
    #expect(
      error(clientHello("good.example", extra: Self.padding(21, 9_000), split: 5).prefix(16_384).map { $0 }) == .tooLong
    )
  }

  @Test(
    "Every extension that hides the name is seen, the drafts' too",
    arguments: [0xFE0D, 0xFE0A, 0xFE09, 0xFE08, 0xFFCE] as [UInt16])
  func hidden(type: UInt16) throws {
    let hello = try ClientHello.parse(clientHello("good.example", extra: Self.padding(type, 32)))
    #expect(hello?.hidesName == true)
  }

  @Test("Two names, two lists of names, another kind of name and an empty one are refused")
  func ambiguous() {
    let second = Array("evil.example".utf8)
    let list: [UInt8] = [0, 0, 0, 17, 0, 15, 0, 0, 12] + second
    #expect(error(clientHello("good.example", extra: list)) == .ambiguousName)
    let two: [UInt8] = [0, 0, 0, 22, 0, 20, 0, 0, 12] + second + [0, 0, 2, 97, 98]
    #expect(error(clientHello(nil, extra: two)) == .ambiguousName)
    #expect(error(clientHello(nil, extra: [0, 0, 0, 6, 0, 4, 9, 0, 1, 97])) == .ambiguousName)
    #expect(error(clientHello(nil, extra: [0, 0, 0, 5, 0, 3, 0, 0, 0])) == .malformed)
  }

  @Test("A second message behind it in its first flight is refused")
  func excess() {
    var record = clientHello("good.example")
    let length = record.count - 5 + 4
    record += [1, 0, 0, 0]
    (record[3], record[4]) = (UInt8(length >> 8), UInt8(length & 0xFF))
    #expect(error(record) == .malformed)
  }

  private static let names: [([UInt8], String)] = [
    (Array("1.2.3.4".utf8), "host-malformed"), (Array("::1".utf8), "host-malformed"),
    (Array("good.example\u{0}".utf8), "host-malformed"), (Array("g\u{f6}od.example".utf8), "host-malformed"),
    ([0xFF, 0x80] + Array(".example".utf8), "host-malformed"), (Array("good.example..".utf8), "host-malformed"),
    (Array("*.example".utf8), "host-malformed"), (Array(" good.example".utf8), "host-malformed"),
    (Array("0x7f.1".utf8), "host-malformed"), (Array("good.example:443".utf8), "host-malformed"),
    (Array("xn--gd-fka.example".utf8), "nothing-allows"), (Array("_a.good.example".utf8), "nothing-allows"),
  ]

  @Test("A name in SNI is taken in one spelling or refused, and the alert follows", arguments: names)
  func spellings(raw: [UInt8], code: String) async throws {
    let gate = try await TestGate(mediator: TestMediator(hosts: ["good.example"]), names: ["good.example": ["9.9.9.9"]])
    let answer = try await blocking {
      let peer = try gate.captured(to: Endpoint(ip("9.9.9.9"), 443))
      try peer.send(clientHello(bytes: raw))
      return try peer.receiveAll()
    }
    #expect(answer == [21, 3, 3, 0, 2, 2, 49])
    await gate.close()
    #expect(gate.resolver.questions == [])
    #expect(code == "nothing-allows" ? gate.mediator.requests.count == 1 : gate.mediator.refusalCodes == [code])
  }

  @Test(
    "Upper case, a trailing dot, underscores and A-labels are names like any other",
    arguments: ["GOOD.example", "good.example.", "_dmarc.good.example", "xn--bcher-kva.example"])
  func accepted(text: String) async throws {
    let server = try TestServer.echo()
    let canonical = name(text).text
    let gate = try await TestGate(
      mediator: TestMediator(hosts: [canonical]), names: [canonical: ["127.0.0.1"]],
      rules: opened(server.port, also: [rule(canonical, server.port, opaque: true)]))
    let hello = clientHello(text, split: 7)
    let echoed = try await blocking {
      let target = try synthetic(canonical, at: gate)
      let peer = try gate.captured(to: Endpoint(target, server.port))
      for byte in hello { try peer.send([byte]) }
      peer.finish()
      return try peer.receiveAll()
    }
    #expect(echoed == hello)
    await gate.close()
  }

  @Test("Encrypted ClientHello is refused at every door, under a tcp rule too, and the outer name is never looked up")
  func encrypted() async throws {
    let gate = try await TestGate(rules: [rule("good.example", 443), rule("any.example", 443, .tcp)])
    let hello = clientHello("good.example", ech: true)
    let answer = try await blocking {
      let peer = try gate.captured(to: Endpoint(try synthetic("good.example", at: gate), 443))
      try peer.send(hello)
      return try peer.receiveAll()
    }
    #expect(answer == [21, 3, 3, 0, 2, 2, 49])
    await gate.close()
    #expect(gate.mediator.refusalCodes == ["name-hidden"])
    #expect(gate.resolver.questions == [])
  }

  private static let retryRequest: [UInt8] = {
    let random: [UInt8] = [
      0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91, 0xC2, 0xA2, 0x11,
      0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C,
    ]
    return [22, 3, 3, 0, 40, 2, 0, 0, 36, 3, 3] + random + [0, 0x13, 0x01]
  }()

  /// - Returns: what the server got after its HelloRetryRequest.
  private func retried(_ second: [UInt8], guessing: Bool, _ transport: NetworkRule.Transport) async throws -> [UInt8] {
    let first = clientHello("good.example")
    let got = Mutex<[UInt8]?>(nil)
    let server = try TestServer { peer in
      _ = try peer.receive(exactly: first.count)
      for byte in Self.retryRequest { try peer.send([byte]) }
      let rest = try? peer.receiveAll()
      got.withLock { $0 = rest ?? [] }
    }
    let gate = try await TestGate(
      mediator: TestMediator(hosts: ["good.example"]), names: ["good.example": ["127.0.0.1"]],
      rules: opened(server.port, also: [rule("good.example", server.port, transport, opaque: transport == .any)]))
    try await blocking {
      let peer = try gate.captured(to: Endpoint(try synthetic("good.example", at: gate), server.port))
      try peer.send(guessing ? first + second : first)
      // A wrong guess is refused before the request arrives.
      let answer = try? peer.receive(exactly: Self.retryRequest.count)
      #expect(answer == Self.retryRequest || guessing)
      if !guessing { for byte in second { try? peer.send([byte]) } }
      peer.finish()
      _ = try? peer.receiveAll()
    }
    try await eventually { got.withLock { $0 != nil } }
    await gate.close()
    return got.withLock { $0 } ?? []
  }

  @Test("After a HelloRetryRequest the same name passes, behind change_cipher_spec too", arguments: [false, true])
  func retry(guessing: Bool) async throws {
    let second = [20, 3, 3, 0, 1, 1] + clientHello("good.example", split: 50) + [23, 3, 3, 0, 1, 9]
    #expect(try await retried(second, guessing: guessing, .any) == second)
    #expect(try await retried(second, guessing: guessing, .tcp) == second)
  }

  @Test(
    "After a HelloRetryRequest no other name, hidden name or missing name reaches the server",
    arguments: [clientHello("evil.example"), clientHello(nil), clientHello("good.example", ech: true)], [false, true])
  func retryElsewhere(second: [UInt8], guessing: Bool) async throws {
    #expect(try await retried([20, 3, 3, 0, 1, 1] + second, guessing: guessing, .any) == [])
    #expect(try await retried(second, guessing: guessing, .tcp) == [])
  }
}
