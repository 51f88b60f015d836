/// The parameters of one `permessage-deflate` (RFC 7692 section 7.1).
struct DeflateParameters: Sendable, Equatable {
  static let name = "permessage-deflate"

  var serverKeepsNothing = false
  var clientKeepsNothing = false
  /// 8 to 15.
  var serverBits: Int?
  var clientBits: Int?
  /// The client knows `client_max_window_bits`; in an offer it may stand without a number.
  var knowsClientBits = false

  /// - Returns: `nil` for another extension, and for parameters that are unknown, wrong or given twice.
  init?(_ words: [String], isOffer: Bool) {
    guard words.first == Self.name else { return nil }
    var seen: Set<String> = []
    for word in words.dropFirst() {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0])
      guard seen.insert(name).inserted, take(name, parts.count == 2 ? String(parts[1]) : nil, isOffer) else {
        return nil
      }
    }
  }

  private mutating func take(_ name: String, _ value: String?, _ isOffer: Bool) -> Bool {
    switch name {
    case "server_no_context_takeover": serverKeepsNothing = true
    case "client_no_context_takeover": clientKeepsNothing = true
    case "server_max_window_bits":
      serverBits = Self.bits(value)
      return serverBits != nil
    case "client_max_window_bits":
      clientBits = Self.bits(value)
      knowsClientBits = true
      return clientBits != nil || value == nil && isOffer
    default: return false
    }
    return value == nil
  }

  private static func bits(_ text: String?) -> Int? {
    guard let text, let bits = Int(text), (8...15).contains(bits), "\(bits)" == text else { return nil }
    return bits
  }

  /// Whether a server may answer this offer so.
  func allows(_ answer: DeflateParameters) -> Bool {
    if serverKeepsNothing, !answer.serverKeepsNothing { return false }
    if let most = serverBits { guard let bits = answer.serverBits, bits <= most else { return false } }
    guard let bits = answer.clientBits else { return true }
    return knowsClientBits && bits <= clientBits ?? 15
  }

  var text: String {
    var words = [Self.name]
    if serverKeepsNothing { words.append("server_no_context_takeover") }
    if clientKeepsNothing { words.append("client_no_context_takeover") }
    if let serverBits { words.append("server_max_window_bits=\(serverBits)") }
    if knowsClientBits { words.append("client_max_window_bits" + (clientBits.map { "=\($0)" } ?? "")) }
    return words.joined(separator: "; ")
  }

  /// The elements of `Sec-WebSocket-Extensions`, each with its parameters; `nil` for what is no list of tokens.
  ///
  /// Values in quotes are not read: no parameter that is understood needs them.
  static func elements(_ fields: [String]) -> [[String]]? {
    var found: [[String]] = []
    for element in fields.flatMap({ $0.split(separator: ",", omittingEmptySubsequences: false) }) {
      let words = element.split(separator: ";", omittingEmptySubsequences: false)
        .map { HTTPToken.lower(RequestHead.trimmed($0.utf8)) }
      guard words.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(HTTPToken.isParameterByte) }) else { return nil }
      found.append(words)
    }
    return found
  }
}

extension HTTPToken {
  /// Of a token, or of a name and its value.
  fileprivate static func isParameterByte(_ byte: UInt8) -> Bool { isToken(byte) || byte == UInt8(ascii: "=") }
}
