/// How a known value may stand in a text.
struct KnownForm {
  /// What the form is called; empty for the value itself.
  var disguise: String
  var bytes: [UInt8]
  /// White space, escaped line ends, quotes and joints may stand anywhere in it.
  var isFolded = false
}

/// Writes a value in the forms that lanes do not decode, or not when they are short.
struct KnownForms {
  private(set) var all: [KnownForm] = []
  private var seen: Set<[UInt8]> = []
  private let value: [UInt8]

  /// Longer values are found by what lanes decode only: runs, groups and escapes.
  static let longestDisguised = 512
  private static let longestGrouped = 32

  static func of(_ value: [UInt8]) -> [KnownForm] {
    var forms = KnownForms(value)
    forms.addTexts()
    forms.addLines()
    if value.count <= longestDisguised {
      forms.addRuns()
      forms.addSeparated()
      forms.addNumbers()
    }
    return forms.all
  }

  private init(_ value: [UInt8]) { self.value = value }

  private mutating func add(_ disguise: String, _ bytes: [UInt8]) {
    guard bytes.count >= KnownValues.shortest, seen.insert(bytes).inserted else { return }
    all.append(KnownForm(disguise: disguise, bytes: bytes))
  }

  // MARK: the whole value in other letters

  private mutating func addTexts() {
    add("", value)
    add("reversed", value.reversed())
    add("rot13", value.map { Turned.rot13($0) })
    for kind in TextEscape.allCases { add("escaped", kind.escaped(value)) }
    add("escaped", TextEscape.json.escaped(TextEscape.json.escaped(value)))
  }

  /// Lines may end and be indented in other ways, or be parts of a string.
  private mutating func addLines() {
    guard value.contains(0x0A) else { return }
    let letters = value.filter { !Bytes.isSpace($0) }
    guard letters.count >= 16 else { return }
    all.append(KnownForm(disguise: "", bytes: value, isFolded: true))
  }

  // MARK: letters that stand for bits

  private mutating func addRuns() {
    for shift in 0..<3 {
      add("base64", run(RunWriter.base64, 6, shift))
      add("base64", run(RunWriter.base64url, 6, shift))
    }
    for shift in 0..<5 {
      add("base32", run(RunWriter.base32, 5, shift))
      add("base32", run(RunWriter.base32.map { Bytes.lowered($0) }, 5, shift))
    }
    add("hex", run(RunWriter.hex, 4, 0))
    add("hex", run(RunWriter.upperHex, 4, 0))
  }

  /// The letters that depend on the value alone when so many bytes of something else stand before it.
  private func run(_ letters: [UInt8], _ bits: Int, _ shift: Int) -> [UInt8] {
    RunWriter.write(value, letters, bits, shift: shift)
  }

  // MARK: something between the letters

  private static let separators = [
    " ", "  ", "\t", "\n", "\r\n", "-", " - ", ".", "_", ",", ", ", ":", ";", "/", "|", "*", "+", "','", "', '",
    #"",""#, #"", ""#, "\0\0\0", "\u{AD}",
    "\u{200B}", "\u{200C}", "\u{200D}", "\u{2060}", "\u{FEFF}",
  ].map { Array($0.utf8) }

  private mutating func addSeparated() {
    // Of either order of bytes: what stands before the first letter and behind the last is no part of it.
    add("utf-16", joined(value.map { [$0] }, [0]))
    for separator in Self.separators { add("grouped", joined(value.map { [$0] }, separator)) }
    guard value.count <= Self.longestGrouped else { return }
    for size in 2...4 {
      for separator in [" ", "-", ":", "\n"] { add("grouped", joined(value, size, Array(separator.utf8))) }
    }
  }

  private func joined(_ parts: [[UInt8]], _ separator: [UInt8]) -> [UInt8] { Array(parts.joined(separator: separator)) }

  private func joined(_ text: [UInt8], _ size: Int, _ separator: [UInt8]) -> [UInt8] {
    let parts = stride(from: 0, to: text.count, by: size).map { Array(text[$0..<min($0 + size, text.count)]) }
    return joined(parts, separator)
  }

  // MARK: numbers

  private mutating func addNumbers() {
    for letters in [RunWriter.hex, RunWriter.upperHex] {
      let pairs = value.map { [letters[Int($0 >> 4)], letters[Int($0 & 15)]] }
      for separator in [" ", ":", "-", ","] { add("hex", joined(pairs, Array(separator.utf8))) }
      for separator in [",", ", "] { add("hex", joined(pairs.map { Array("0x".utf8) + $0 }, Array(separator.utf8))) }
    }
    let decimals = value.map { Array(String($0).utf8) }
    for separator in [",", ", ", " "] { add("decimal", joined(decimals, Array(separator.utf8))) }
  }
}

enum RunWriter {
  static let base64 = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  static let base64url = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
  static let base32 = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
  static let hex = Array("0123456789abcdef".utf8)
  static let upperHex = Array("0123456789ABCDEF".utf8)

  /// - Parameter shift: bytes before the value; letters that these have a part in are left out, and so is the last one if it has a part of what follows.
  static func write(_ value: [UInt8], _ letters: [UInt8], _ bits: Int, shift: Int) -> [UInt8] {
    let mask = 1 << bits - 1
    var (held, count, made) = (0, 0, [UInt8]())
    // Up to the first letter that is the value's alone.
    var skipped = (bits - shift * 8 % bits) % bits
    for byte in value {
      held = held << 8 | Int(byte)
      count += 8
      if skipped > 0 {
        let cut = min(skipped, count)
        count -= cut
        skipped -= cut
      }
      while count >= bits {
        count -= bits
        made.append(letters[held >> count & mask])
      }
      held &= 1 << count - 1
    }
    return made
  }
}

/// Ways to write text in text that lanes do not take off, or not all of it.
enum TextEscape: CaseIterable {
  case json, jsonForHTML, jsonSlashes, html, htmlNames, percent, lowerPercent, form, shell

  func escaped(_ text: [UInt8]) -> [UInt8] { text.flatMap { escaped($0) } }

  private func escaped(_ byte: UInt8) -> [UInt8] {
    switch self {
    case .json: return Self.json(byte)
    case .jsonForHTML:
      return [0x26, 0x3C, 0x3E].contains(byte) ? Array("\\u00".utf8) + Self.pair(byte, RunWriter.hex) : Self.json(byte)
    case .jsonSlashes: return byte == 0x2F ? [0x5C, 0x2F] : Self.json(byte)
    case .html: return Self.names[byte].map { Array($0.utf8) } ?? [byte]
    case .htmlNames: return byte == 0x27 ? Array("&#x27;".utf8) : Self.html.escaped(byte)
    case .percent: return Self.isUnreserved(byte) ? [byte] : [0x25] + Self.pair(byte, RunWriter.upperHex)
    case .lowerPercent: return Self.isUnreserved(byte) ? [byte] : [0x25] + Self.pair(byte, RunWriter.hex)
    case .form: return byte == 0x20 ? [0x2B] : Self.percent.escaped(byte)
    case .shell: return byte == 0x27 ? Array(#"'\''"#.utf8) : [byte]
    }
  }

  private static let names: [UInt8: String] = [
    0x26: "&amp;", 0x3C: "&lt;", 0x3E: "&gt;", 0x22: "&quot;", 0x27: "&#39;",
  ]

  private static func isUnreserved(_ byte: UInt8) -> Bool { Bytes.isWord(byte) || "-._~".utf8.contains(byte) }

  private static func pair(_ byte: UInt8, _ letters: [UInt8]) -> [UInt8] {
    [letters[Int(byte >> 4)], letters[Int(byte & 15)]]
  }

  private static func json(_ byte: UInt8) -> [UInt8] {
    switch byte {
    case 0x22, 0x5C: [0x5C, byte]
    case 0x0A: Array(#"\n"#.utf8)
    case 0x0D: Array(#"\r"#.utf8)
    case 0x09: Array(#"\t"#.utf8)
    default: [byte]
    }
  }
}
