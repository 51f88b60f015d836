/// Takes credentials out of a git configuration before a session sees it: in addresses, headers and settings of their own.
enum GitCredentials {
  /// Why a change of a file that held some is not applied.
  static let conflict = "the session saw it without the credentials in it"

  /// - Parameter path: of a file of which the name of the git directory is a part.
  static func removed(from bytes: [UInt8], at path: [UInt8]) -> [UInt8]? {
    mayHold(path) ? removed(from: String(decoding: bytes, as: UTF8.self)).map { Array($0.utf8) } : nil
  }

  static func mayHold(_ path: [UInt8]) -> Bool {
    Tree.split(path).name.starts(with: "config".utf8) && GitPath(path, isDirectory: false) == .config
  }

  /// The text without them; `nil` where there are none.
  ///
  /// Line ends become those of Unix where something was taken out: to a string, CR and LF together are one letter.
  static func removed(from original: String) -> String? {
    let text = original.replacing("\r\n", with: "\n")
    var result: [String] = []
    var isContinued = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let wasContinued = isContinued
      isContinued = line.reversed().prefix { $0 == "\\" }.count % 2 == 1
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
    line.indices.contains { index in line[index] == "=" && namesSecret(line[..<index]) }
  }

  /// Whether the last word is the name of such a setting: a section's header, with any address in it, may stand before it.
  private static func namesSecret(_ text: Substring) -> Bool {
    let word = text.reversed().drop(while: \.isWhitespace).prefix {
      $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_"
    }
    let key = String(word.reversed()).lowercased()
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
