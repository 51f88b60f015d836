import BaileyCore

/// Reads `KEY=VALUE`, as the files named `.env` have it: with `export`, quotes over several lines, escapes and comments.
///
/// What programs read in different ways is taken in each of them. Nothing is refused: lines that set nothing are counted.
struct DotEnv {
  /// Those that look like secrets by name or value: a port or a host's name stands in any text.
  private(set) var secrets: [KnownSecret] = []
  /// Of all variables, as often as they are set.
  private(set) var names: [String] = []
  private(set) var strange = 0

  private let text: [UInt8]
  private var place = 0
  private static let longestName = 256

  init(_ text: [UInt8]) {
    self.text = text
    if text.starts(with: [0xEF, 0xBB, 0xBF]) { place = 3 }
    while place < text.count { readLine() }
  }

  private mutating func readLine() {
    skipBlanks()
    guard place < text.count else { return }
    if isLineEnd(text[place]) {
      place += 1
    } else if text[place] == UInt8(ascii: "#") {
      _ = restOfLine()
    } else if let name = readName() {
      names.append(name)
      for value in readValues() { add(name, value) }
    } else {
      strange += 1
      _ = restOfLine()
    }
  }

  /// What stands before the sign; `nil`, and at the same place, where none does.
  private mutating func readName() -> String? {
    let start = place
    var name = word()
    if name == "export" {
      skipBlanks()
      name = word()
    }
    skipBlanks()
    let isSet = place < text.count && (text[place] == UInt8(ascii: "=") || text[place] == UInt8(ascii: ":"))
    guard isSet, !name.isEmpty, name.utf8.count <= Self.longestName else {
      place = start
      return nil
    }
    place += 1
    return name
  }

  private mutating func word() -> String {
    let letters = text[place...].prefix { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) || [0x5F, 0x2E, 0x2D].contains(byte)
    }
    place = letters.endIndex
    return String(decoding: letters, as: UTF8.self)
  }

  // MARK: values

  private mutating func readValues() -> [[UInt8]] {
    skipBlanks()
    guard place < text.count else { return [] }
    if [0x22, 0x27, 0x60].contains(text[place]) {
      if let quoted = readQuoted() { return quoted }
      strange += 1
    }
    let line = Array(restOfLine())
    return [Self.trimmed(line), Self.trimmed(Self.withoutComment(line))]
  }

  /// As it stands, and with its escapes taken off; `nil` where the quote does not end.
  private mutating func readQuoted() -> [[UInt8]]? {
    let quote = text[place]
    var (at, plain) = (place + 1, [UInt8]())
    while at < text.count, text[at] != quote {
      if text[at] == 0x5C, quote != 0x27, at + 1 < text.count {
        at += 1
        plain.append(Self.escapes[text[at]] ?? text[at])
      } else {
        plain.append(text[at])
      }
      at += 1
    }
    guard at < text.count else { return nil }
    let values = [Array(text[(place + 1)..<at]), plain]
    place = at
    _ = restOfLine()
    return values
  }

  private static let escapes: [UInt8: UInt8] = [0x6E: 0x0A, 0x72: 0x0D, 0x74: 0x09]

  private static func withoutComment(_ line: [UInt8]) -> [UInt8] {
    let sign = line.indices.first { $0 > 0 && line[$0] == 0x23 && [0x20, 0x09].contains(line[$0 - 1]) }
    return Array(line[..<(sign ?? line.count)])
  }

  private static func trimmed(_ line: [UInt8]) -> [UInt8] {
    let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
    return line.drop(while: isBlank).reversed().drop(while: isBlank).reversed()
  }

  private mutating func add(_ name: String, _ value: [UInt8]) {
    let text = String(decoding: value, as: UTF8.self)
    let isSecret = SecretShape.isSecret(name: name) || SecretShape.isSecret(value: text) != nil || Self.holdsKey(value)
    guard isSecret else { return }
    for value in [value] + Self.password(text) {
      let secret = KnownSecret(name, value)
      if !secrets.suffix(4).contains(secret) { secrets.append(secret) }
    }
  }

  /// Letters and digits, mixed, in a row that no name of anything has.
  private static func holdsKey(_ value: [UInt8]) -> Bool {
    let isDigit = { (byte: UInt8) in (0x30...0x39).contains(byte) }
    let isLetter = { (byte: UInt8) in (0x41...0x5A).contains(byte & 0xDF) }
    return value.split { !isDigit($0) && !isLetter($0) }.contains { run in
      run.count >= 16 && run.contains(where: isDigit) && run.contains(where: isLetter)
    }
  }

  /// Of an address: it is as secret without the rest.
  private static func password(_ text: String) -> [[UInt8]] {
    guard let scheme = text.firstRange(of: "://") else { return [] }
    let authority = text[scheme.upperBound...].prefix { !"/?#".contains($0) }
    guard let at = authority.lastIndex(of: "@"), let colon = authority[..<at].firstIndex(of: ":") else { return [] }
    return [Array(authority[authority.index(after: colon)..<at].utf8)]
  }

  // MARK: places

  private func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }

  private mutating func skipBlanks() {
    while place < text.count, text[place] == 0x20 || text[place] == 0x09 { place += 1 }
  }

  private mutating func restOfLine() -> ArraySlice<UInt8> {
    let line = text[place...].prefix { !isLineEnd($0) }
    place = line.endIndex
    return line
  }
}
