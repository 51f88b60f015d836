/// Takes credentials out of a git configuration before a session sees it: in addresses, headers and settings of their own.
enum GitCredentials {
  /// The text without them; `nil` where there are none.
  static func removed(from text: String) -> String? {
    var result: [String] = []
    var isContinued = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let wasContinued = isContinued
      isContinued = line.hasSuffix("\\") && !line.hasSuffix("\\\\")
      if wasContinued, result.last == withheld { continue }
      if holdsSecret(line), !wasContinued {
        if let header = header(of: line) { result.append(String(header)) }
        result.append(withheld)
      } else {
        result.append(addressesWithoutUsers(line))
      }
    }
    let joined = result.joined(separator: "\n")
    return joined == text ? nil : joined
  }

  private static let withheld = "\t# a credential was here"

  private static func header(of line: Substring) -> Substring? {
    let text = line.drop(while: \.isWhitespace)
    guard text.hasPrefix("["), let end = text.lastIndex(of: "]"), end < (text.firstIndex(of: "=") ?? text.endIndex)
    else { return nil }
    return text[...end]
  }

  private static func holdsSecret(_ line: Substring) -> Bool {
    let rest = header(of: line).map { line[$0.endIndex...] } ?? line
    guard let equals = rest.firstIndex(of: "=") else { return false }
    let key = rest[..<equals].lowercased().filter { !$0.isWhitespace }
    return key == "extraheader" || key == "helper" || ["pass", "token", "secret"].contains { key.contains($0) }
  }

  /// `https://user:word@host` and `https://token@host` lose what is before the `@`; `ssh://git@host` holds no secret.
  private static func addressesWithoutUsers(_ line: Substring) -> String {
    var result = ""
    var rest = line[...]
    while let start = rest.firstRange(of: "://") {
      result += rest[..<start.upperBound]
      let scheme = rest[..<start.lowerBound].lowercased()
      rest = rest[start.upperBound...]
      let end = rest.firstIndex { "/?#\"".contains($0) || $0.isWhitespace } ?? rest.endIndex
      if let at = rest[..<end].lastIndex(of: "@"), rest[..<at].contains(":") || !scheme.hasSuffix("ssh") {
        rest = rest[rest.index(after: at)...]
      }
    }
    return result + rest
  }
}
