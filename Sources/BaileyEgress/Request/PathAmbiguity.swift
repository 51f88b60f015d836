/// Why the target of a request could be read in two ways, or in none. The text is what an agent reads.
enum PathAmbiguity: String, Error, Sendable, CaseIterable {
  case notAbsolute = "it does not begin with a slash"
  case tooLong = "it has more than 256 segments, or is longer than 32 KiB"
  case fragment = "it has a fragment"
  case rawByte = "it holds a byte that must be percent-encoded"
  case percent = "a percent sign is not followed by two hexadecimal digits"
  case doubleEncoding = "it is percent-encoded twice"
  case encodedSlash = "it holds an encoded slash"
  case backslash = "it holds a backslash"
  case control = "it holds an encoded control character"
  case notUTF8 = "what it encodes is not UTF-8 in its one form"
  case lookAlike = "it holds a wide form of a dot, slash or percent sign"
  case parameter = "it holds `;`, which some servers cut off with what follows"
  case emptySegment = "it holds two slashes side by side"
  case dots = "a segment is of three dots or more"
  case space = "a segment ends in a space"
}

extension Refusal {
  static func path(_ ambiguity: PathAmbiguity) -> Refusal {
    let hint =
      ambiguity == .encodedSlash
      ? "write the path with plain slashes, or ask the person for `encoded_slash: true` at the rule for this host"
      : "write the path in its plainest form; data belong into the query or the body"
    return Refusal(
      "path-ambiguous", "servers may read the path of this request differently: \(ambiguity.rawValue)", hint: hint)
  }
}
