import BaileyCore

/// Path and query of a request in the one form that is judged and sent.
///
/// RFC 3986 sections 5.2.4 and 6.2.2: unreserved letters decoded, hexadecimal digits in upper case, dot segments resolved (also `%2e`),
/// what no path may hold encoded. Nothing else is repaired: what servers are known to read differently is refused. The
/// query passes as it came; its keys are read for rules.
struct CanonicalTarget: Sendable, Equatable {
  /// What the server gets: path, and `?` and the query where there is one.
  let text: String
  /// Decoded, for rules, policies and records. An encoded slash that passes is a slash here.
  let path: String
  let query: QueryString

  private static let maximumLength = 32 << 10
  private static let maximumSegments = 256

  /// The server as a whole (`OPTIONS *`).
  static let asterisk = CanonicalTarget(text: "*", path: "*", query: QueryString(nil))

  private init(text: String, path: String, query: QueryString) {
    self.text = text
    self.path = path
    self.query = query
  }

  /// - Parameters:
  ///   - raw: a target in origin-form.
  ///   - keepsEncodedSlash: a rule for the host says that it reads `%2F` as a part of names.
  init(_ raw: String, keepsEncodedSlash: Bool = false) throws(PathAmbiguity) {
    let bytes = Array(raw.utf8)
    guard bytes.count <= Self.maximumLength else { throw .tooLong }
    guard !bytes.contains(UInt8(ascii: "#")) else { throw .fragment }
    guard bytes.first == ExactText.slash else { throw .notAbsolute }
    let end = bytes.firstIndex(of: UInt8(ascii: "?")) ?? bytes.endIndex
    guard bytes[end...].allSatisfy({ (0x21...0x7E).contains($0) }) else { throw .rawByte }
    let segments = try Self.segments(bytes[1..<end], keepsEncodedSlash)
    text = Self.joined(segments.map(\.text)) + String(decoding: bytes[end...], as: UTF8.self)
    path = Self.joined(segments.map(\.decoded))
    query = QueryString(end < bytes.endIndex ? bytes[(end + 1)...] : nil)
  }

  private static func joined(_ segments: [String]) -> String { "/" + segments.joined(separator: "/") }

  /// The last one is empty where the path ends in a slash.
  private static func segments(_ path: ArraySlice<UInt8>, _ keepsSlash: Bool) throws(PathAmbiguity) -> [PathSegment] {
    let parts = path.split(separator: ExactText.slash, omittingEmptySubsequences: false)
    guard parts.count <= maximumSegments else { throw .tooLong }
    guard parts.dropLast().allSatisfy({ !$0.isEmpty }) else { throw .emptySegment }
    var resolved: [PathSegment] = []
    var (hasDots, holdsSlash) = (false, false)
    for (index, part) in parts.enumerated() {
      let segment = try PathSegment(part, keepsSlash: keepsSlash)
      holdsSlash = holdsSlash || segment.holdsSlash
      guard segment.isDot || segment.isDoubleDot else {
        resolved.append(segment)
        continue
      }
      hasDots = true
      if segment.isDoubleDot, !resolved.isEmpty { resolved.removeLast() }
      if index == parts.count - 1 { resolved.append(.empty) }
    }
    // One server would go up from the whole segment, another from the part behind the encoded slash.
    if hasDots, holdsSlash { throw .encodedSlash }
    return resolved
  }
}
