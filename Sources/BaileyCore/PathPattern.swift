/// Why a text is no pattern of request paths.
package enum PathPatternError: Error, Sendable, Equatable {
  /// It does not begin with a slash.
  case notAbsolute
  /// A byte that has no meaning here: paths are written decoded, and of a glob only `*` and `**` are known.
  case forbiddenByte(UInt8)
  case malformed(GlobError)
}

/// A pattern over the path of a request: `/repos/*/issues`, `/v1/**`.
///
/// `*` stands for anything within one segment, `**` as a segment of its own for any number of them, none included. All else means itself,
/// decoded: `/café`, not `/caf%C3%A9`. A slash at the end says nothing. Always for the whole path; matching takes linear time.
package struct PathPattern: Sendable, Hashable, CustomStringConvertible {
  package let text: String
  /// `nil` is the root, which a glob cannot write.
  private let exact: Glob?
  private let broad: Glob?

  package init(_ text: String) throws(PathPatternError) {
    guard ExactText(text).isAbsolute else { throw .notAbsolute }
    if let byte = text.utf8.first(where: Self.isForbidden) { throw .forbiddenByte(byte) }
    self.text = text
    guard text != "/" else {
      (exact, broad) = (nil, nil)
      return
    }
    do { exact = try Glob(text) } catch { throw .malformed(error) }
    broad = (try? Glob(Self.folded(text))) ?? exact
  }

  package var description: String { text }

  private static func isForbidden(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == 0x7F || #"?[]{}\%#;"#.utf8.contains(byte)
  }

  /// - Parameter path: decoded and canonical.
  package func matches(_ path: String) -> Bool { Self.matches(exact, path) }

  /// As a denial reads it: also where a server takes upper and lower case, or a name with and without dots at its end, for one.
  package func matchesBroadly(_ path: String) -> Bool { Self.matches(broad, Self.folded(path)) }

  private static func matches(_ glob: Glob?, _ path: String) -> Bool {
    guard ExactText(path).isAbsolute else { return false }
    return glob?.matches(path.utf8.dropFirst()) ?? (path == "/")
  }

  private static func folded(_ path: String) -> String {
    let segments = path.utf8.split(separator: ExactText.slash, omittingEmptySubsequences: false).map { segment in
      var rest = segment.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
      // A name of dots alone is none that a server would shorten.
      guard rest.contains(where: { $0 != UInt8(ascii: ".") }) else { return rest }
      while rest.last == UInt8(ascii: ".") { rest.removeLast() }
      return rest
    }
    return String(decoding: Array(segments.joined(separator: [ExactText.slash])), as: UTF8.self)
  }
}
