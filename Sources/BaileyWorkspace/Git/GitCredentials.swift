/// Takes credentials out of a git configuration before a session sees it: in addresses, headers and settings of their own. And out of the
/// addresses in a reflog: `git pull https://token@host` writes its own command line there.
enum GitCredentials {
  /// Why a change of a file that held some is not applied.
  static let conflict = "the session saw it without the credentials in it"

  /// - Parameter path: of a file of which the name of the git directory is a part.
  static func removed(from bytes: [UInt8], at path: [UInt8]) -> [UInt8]? {
    if isReflog(path) {
      let clean = addressesWithoutUsers(bytes)
      return clean.count == bytes.count ? nil : clean
    }
    return isSettings(path) ? removed(from: String(decoding: bytes, as: UTF8.self)).map { Array($0.utf8) } : nil
  }

  static func mayHold(_ path: [UInt8]) -> Bool { isSettings(path) || isReflog(path) }

  /// Also below `modules/NAME` and `worktrees/NAME`; a ref in a directory of that name has no address in it.
  static func isReflog(_ path: [UInt8]) -> Bool {
    let names = Tree.split(path).parent.split(separator: UInt8(ascii: "/")).map(foldedName)
    return names.contains("logs") && GitPath(path, isDirectory: false) == .state
  }

  private static func isSettings(_ path: [UInt8]) -> Bool {
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

  private static func addressesWithoutUsers(_ line: Substring) -> String {
    String(decoding: addressesWithoutUsers(Array(line.utf8)), as: UTF8.self)
  }

  /// `https://user:word@host` and `https://token@host` lose what is before the `@`; `ssh://git@host` holds no secret. All else stays, byte for
  /// byte.
  static func addressesWithoutUsers(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var rest = bytes[...]
    while let start = schemeEnd(rest) {
      let isShell = rest[..<start].dropLast(3).suffix(3).map { $0 | 0x20 } == Array("ssh".utf8)
      result += rest[..<start]
      rest = rest[start...]
      let authority = rest.prefix { $0 > 0x20 && !"/?#\"".utf8.contains($0) }
      if let at = authority.lastIndex(of: UInt8(ascii: "@")), !isShell || authority[..<at].contains(UInt8(ascii: ":")) {
        rest = rest[(at + 1)...]
      }
    }
    return result + rest
  }

  /// The index after the first `://`.
  private static func schemeEnd(_ bytes: ArraySlice<UInt8>) -> Int? {
    var rest = bytes
    while let colon = rest.firstIndex(of: UInt8(ascii: ":")) {
      rest = rest[(colon + 1)...]
      if rest.starts(with: "//".utf8) { return colon + 3 }
    }
    return nil
  }
}
