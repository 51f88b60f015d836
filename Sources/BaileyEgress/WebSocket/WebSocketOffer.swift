import BaileyCore

/// What an agent offers when it opens a WebSocket (RFC 6455 section 4.1, RFC 8441 section 5), as far as the gate lets it be agreed on.
struct WebSocketOffer: Sendable, Equatable {
  /// Not there over HTTP/2, where neither it nor an answer to it is sent.
  let key: String?
  let protocols: [String]
  /// Other extensions are not passed on: nobody here could read their frames.
  private(set) var deflate: [DeflateParameters]

  init(_ head: RequestHead) throws(Refusal) {
    guard head.values("sec-websocket-version") == ["13"] else { throw Self.malformed("its version is not 13") }
    let keys = head.values("sec-websocket-key")
    guard keys.count == (head.version == .http2 ? 0 : 1), keys.allSatisfy(Self.isKey) else {
      throw Self.malformed("its key is not 16 bytes in base 64")
    }
    key = keys.first
    protocols = head.values("sec-websocket-protocol").flatMap {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    .map { String(decoding: RequestHead.trimmed($0.utf8), as: UTF8.self) }
    guard protocols.allSatisfy(Self.isToken), Set(protocols).count == protocols.count else {
      throw Self.malformed("its protocols are not a list of tokens")
    }
    deflate = Self.deflate(head)
  }

  private static func deflate(_ head: RequestHead) -> [DeflateParameters] {
    let elements = DeflateParameters.elements(head.values("sec-websocket-extensions")) ?? []
    return elements.compactMap { DeflateParameters($0, isOffer: true) }
  }

  /// What guards took out of the head was not offered.
  mutating func limit(to sent: RequestHead) { deflate = Self.deflate(sent) }

  private static func isKey(_ text: String) -> Bool { Base64.decode(text)?.count == 16 }

  private static func isToken(_ text: String) -> Bool { !text.isEmpty && text.utf8.allSatisfy(HTTPToken.isToken) }

  private static func malformed(_ why: String) -> Refusal {
    Refusal("websocket-handshake", "the WebSocket cannot be opened: \(why)", hint: "open it as RFC 6455 says")
  }

  private static func disagreed(_ how: String) -> Refusal {
    Refusal("connection-failed", "the server answered the WebSocket's handshake \(how)")
  }

  /// The request with what may be agreed on.
  func applied(to head: RequestHead) -> RequestHead {
    var head = head
    head.fields.removeAll { $0.name == "sec-websocket-extensions" }
    if !deflate.isEmpty {
      let text = deflate.map(\.text).joined(separator: ", ")
      head.fields.append(HTTPField(name: "sec-websocket-extensions", text))
    }
    return head
  }

  /// Reads the answer of a server that takes the offer.
  ///
  /// - Throws: when it agrees to something that was not offered, or is no answer to this offer.
  func agree(_ head: ResponseHead) throws(Refusal) -> WebSocketAgreement {
    // Where only one side speaks HTTP/2, whoever speaks HTTP/1 to the other looks after the key.
    let proof = head.version == .http2 ? [] : key.map { [WebSocketKey.accept($0)] }
    if let proof, head.values("sec-websocket-accept") != proof {
      throw Self.disagreed("to another key")
    }
    let chosen = head.values("sec-websocket-protocol")
    guard chosen.count <= 1, chosen.allSatisfy(protocols.contains) else {
      throw Self.disagreed("with a protocol that was not offered")
    }
    let fields = head.values("sec-websocket-extensions")
    if fields.isEmpty { return WebSocketAgreement() }
    guard let elements = DeflateParameters.elements(fields), elements.count == 1,
      let answer = DeflateParameters(elements[0], isOffer: false), deflate.contains(where: { $0.allows(answer) })
    else { throw Self.disagreed("with an extension that was not offered") }
    return WebSocketAgreement(
      isCompressed: true, agentTakesOver: !answer.clientKeepsNothing, serverTakesOver: !answer.serverKeepsNothing)
  }
}
