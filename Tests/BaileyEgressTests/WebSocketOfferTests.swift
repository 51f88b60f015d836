import BaileyCore
import Testing

@testable import BaileyEgress

@Suite("Opening a WebSocket")
struct WebSocketOfferTests {
  private static let request = [
    "sec-websocket-version": ["13"], "sec-websocket-key": ["dGhlIHNhbXBsZSBub25jZQ=="],
    "sec-websocket-protocol": ["chat, superchat"],
  ]
  private static let answer = [
    "sec-websocket-accept": ["s3pPLMBiTxaQ9kYGzzhZRbK+xOo="], "sec-websocket-protocol": ["chat"],
  ]

  private func offer(_ change: [String: [String]] = [:], _ version: HTTPVersion = .http11) -> WebSocketOffer? {
    let head = RequestHead(
      method: "GET", target: "/", version: version, fields: Self.fields(Self.request, change), framing: .none, length: 0
    )
    return try? WebSocketOffer(head)
  }

  private static func fields(_ usual: [String: [String]], _ change: [String: [String]]) -> [HTTPField] {
    usual.merging(change) { $1 }.flatMap { name, values in values.map { HTTPField(name: name, $0) } }
  }

  private static func answer(_ change: [String: [String]], _ version: HTTPVersion = .http11) -> ResponseHead {
    ResponseHead(status: 101, reason: [], version: version, fields: fields(answer, change), length: 0)
  }

  private func agreement(_ extensions: [String], to offered: [String]) -> WebSocketAgreement? {
    try? offer(["sec-websocket-extensions": offered])?.agree(Self.answer(["sec-websocket-extensions": extensions]))
  }

  /// What a server gets to see.
  private func extensions(_ offered: [String]) throws -> [String] {
    let head = RequestHead(
      method: "GET", target: "/", version: .http11,
      fields: Self.fields(Self.request, ["sec-websocket-extensions": offered]), framing: .none, length: 0)
    return try WebSocketOffer(head).applied(to: head).values("sec-websocket-extensions")
  }

  @Test("The example of RFC 6455 is agreed on, and an answer to another key or with another protocol is not")
  func example() throws {
    let made = try #require(offer())
    func agree(_ change: [String: [String]]) -> WebSocketAgreement? { try? made.agree(Self.answer(change)) }
    #expect(agree([:]) == WebSocketAgreement() && agree(["sec-websocket-protocol": []]) == WebSocketAgreement())
    #expect(made.protocols == ["chat", "superchat"] && made.deflate == [])
    for change in [
      ["sec-websocket-accept": ["s3pPLMBiTxaQ9kYGzzhZRbK+xOp="]], ["sec-websocket-accept": []],
      ["sec-websocket-accept": ["s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="]],
      ["sec-websocket-protocol": ["other"]], ["sec-websocket-protocol": ["chat", "chat"]],
      ["sec-websocket-protocol": ["chat, superchat"]], ["sec-websocket-extensions": ["permessage-deflate"]],
    ] {
      #expect(agree(change) == nil, "\(change)")
    }
  }

  @Test("Another version, a key that is none and protocols that are no tokens are refused")
  func malformed() {
    for change in [
      ["sec-websocket-version": ["8"]], ["sec-websocket-version": []], ["sec-websocket-version": ["13", "13"]],
      ["sec-websocket-key": []], ["sec-websocket-key": ["dGhlIHNhbXBsZQ=="]],
      ["sec-websocket-key": ["dGhlIHNhbXBsZSBub25jZR=="]], ["sec-websocket-key": ["dGhlIHNhbXBsZSBub25jZQ"]],
      ["sec-websocket-protocol": ["a b"]], ["sec-websocket-protocol": ["a,,b"]], ["sec-websocket-protocol": ["a, a"]],
    ] {
      #expect(offer(change) == nil, "\(change)")
    }
  }

  @Test("Over HTTP/2 there is no key, and who speaks HTTP/1 to the other side looks after it")
  func versions() throws {
    #expect(offer([:], .http2) == nil)
    let keyless = try #require(offer(["sec-websocket-key": []], .http2))
    #expect((try? keyless.agree(Self.answer(["sec-websocket-accept": []], .http2))) != nil)
    #expect((try? keyless.agree(Self.answer([:]))) != nil)
    let keyed = try #require(offer())
    #expect((try? keyed.agree(Self.answer(["sec-websocket-accept": []], .http2))) != nil)
    #expect((try? keyed.agree(Self.answer([:], .http2))) == nil)
  }

  @Test("Of the extensions only compression with known parameters is offered on")
  func offers() throws {
    let known =
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=10; client_max_window_bits"
    for (offered, passed) in [
      (["permessage-deflate; client_max_window_bits"], "permessage-deflate; client_max_window_bits"),
      ([known + ", Permessage-Deflate"], known + ", permessage-deflate"),
      (["x-webkit-deflate-frame, permessage-deflate"], "permessage-deflate"),
      (["permessage-deflate;client_max_window_bits=9", "foo"], "permessage-deflate; client_max_window_bits=9"),
      (["permessage-deflate; server_max_window_bits"], nil), (["permessage-deflate; client_max_window_bits=16"], nil),
      (["permessage-deflate; server_max_window_bits=08"], nil), (["permessage-deflate; x=1"], nil),
      (["permessage-deflate; server_no_context_takeover=1"], nil),
      (["permessage-deflate; server_no_context_takeover; server_no_context_takeover"], nil),
      (["permessage-deflate; server_max_window_bits=\"10\""], nil), (["foo; a=\"x, permessage-deflate\""], nil),
      (["permessage-deflate,"], nil), (["permessage-bzip2"], nil),
    ] as [([String], String?)] {
      #expect(try extensions(offered) == (passed.map { [$0] } ?? []), "\(offered)")
    }
  }

  @Test("An answer may choose what was offered, no more, and says who refers to earlier messages")
  func answers() {
    let plain = "permessage-deflate"
    let both = WebSocketAgreement(isCompressed: true)
    #expect(agreement([plain], to: [plain]) == both)
    #expect(agreement(["permessage-deflate; client_no_context_takeover"], to: [plain])?.agentTakesOver == false)
    #expect(agreement(["permessage-deflate; server_no_context_takeover"], to: [plain])?.serverTakesOver == false)
    #expect(agreement(["permessage-deflate; server_max_window_bits=9"], to: [plain]) == both)
    let bits = plain + "; client_max_window_bits"
    #expect(agreement(["permessage-deflate; client_max_window_bits=12"], to: [bits]) == both)
    #expect(agreement(["permessage-deflate; client_max_window_bits=12"], to: [plain, bits]) == both)
    for (answer, offered) in [
      ("permessage-deflate; client_max_window_bits=12", plain), ("permessage-deflate; client_max_window_bits", bits),
      ("permessage-deflate; client_max_window_bits=12", bits + "=10"),
      (plain, plain + "; server_max_window_bits=10"), (plain, plain + "; server_no_context_takeover"),
      ("permessage-deflate; server_max_window_bits=11", plain + "; server_max_window_bits=10"),
      ("permessage-deflate, permessage-deflate", plain), ("foo", "foo"), ("foo, permessage-deflate", "foo, " + plain),
      ("", plain),
    ] {
      #expect(agreement([answer], to: [offered]) == nil, "\(answer) to \(offered)")
    }
  }
}
