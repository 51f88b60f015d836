import BaileyCore

/// Covers values in a stream with stars, byte for byte, so that no length changes.
///
/// A value is found as it is, with any of its bytes escaped as URLs or JSON escape them, and in base 64: in both alphabets, whatever stands
/// before it. What is held back is only what may be the beginning of a value.
struct ValueMasker {
  /// Shorter values would cover what has nothing to do with them.
  static let shortest = 6
  static let longest = 16 << 10

  private let forms: [[UInt8]]
  /// Whether a form, or an escaped one, may begin with a byte.
  private let begins: [Bool]
  private var held: [UInt8] = []
  private(set) var covered = 0

  /// - Returns: `nil` where there is nothing to cover.
  init?(_ values: [KnownSecret]) {
    let all = values.map(\.value).filter { (Self.shortest...Self.longest).contains($0.count) }
    guard !all.isEmpty else { return nil }
    forms = Set(all + all.flatMap(Self.encoded)).sorted { $0.count > $1.count }
    var begins = [Bool](repeating: false, count: 256)
    for form in forms { begins[Int(form[0])] = true }
    (begins[0x25], begins[0x5C]) = (true, true)
    self.begins = begins
  }

  /// What of its base 64 is the same whatever stands around it, at each of the three places where it may begin in a group.
  private static func encoded(_ value: [UInt8]) -> [[UInt8]] {
    (0..<3).flatMap { before -> [[UInt8]] in
      let text = Array(Base64.encode([UInt8](repeating: 0, count: before) + value).utf8)
      let end = (before + value.count) * 8 / 6
      let form = Array(text[(before * 8 + 5) / 6..<end])
      return [form, form.map { $0 == 0x2B ? 0x2D : $0 == 0x2F ? 0x5F : $0 }]
    }
  }

  /// - Returns: what may go on.
  mutating func mask(_ bytes: Span<UInt8>) -> [UInt8] {
    for index in bytes.indices { held.append(bytes[index]) }
    return pass(isLast: false)
  }

  mutating func finish() -> [UInt8] { pass(isLast: true) }

  /// The last bytes may be the beginning of a value.
  var isWaiting: Bool { !held.isEmpty }

  /// A text that is whole.
  func masked(_ text: [UInt8]) -> [UInt8] {
    var copy = self
    copy.held = text
    return copy.pass(isLast: true)
  }

  private enum Match { case none, begun, whole(Int) }

  private mutating func pass(isLast: Bool) -> [UInt8] {
    var (text, at) = ([UInt8](), 0)
    swap(&text, &held)
    while at < text.count {
      guard begins[Int(text[at])] else {
        at += 1
        continue
      }
      switch match(text.span, at) {
      case .none: at += 1
      case .whole(let end):
        for place in at..<end { text[place] = 0x2A }
        (covered, at) = (covered + 1, end)
      case .begun:
        if !isLast {
          held = Array(text[at...])
          return Array(text[..<at])
        }
        at += 1
      }
    }
    return text
  }

  /// The longest form counts, and a whole one over one that may become whole.
  private func match(_ text: Span<UInt8>, _ start: Int) -> Match {
    var best = Match.none
    for form in forms {
      switch Self.match(form.span, text, start) {
      case .whole(let end): return .whole(end)
      case .begun: best = .begun
      case .none: break
      }
    }
    return best
  }

  private static func match(_ form: Span<UInt8>, _ text: Span<UInt8>, _ start: Int) -> Match {
    var at = start
    for index in form.indices {
      guard at < text.count else { return .begun }
      switch Escaped.read(text, at) {
      case .byte(let byte, let length) where byte == form[index]: at += length
      case .cut where text[at] != form[index]: return .begun
      default:
        guard text[at] == form[index] else { return .none }
        at += 1
      }
    }
    return .whole(at)
  }
}

/// A byte as URLs or JSON may write it.
private enum Escaped {
  case byte(UInt8, length: Int)
  /// An escape begins, and the text ends in it.
  case cut
  case plain

  static func read(_ text: Span<UInt8>, _ at: Int) -> Escaped {
    switch text[at] {
    case 0x25: return hex(text, at, sign: 1, digits: 2)
    case 0x5C: return escape(text, at)
    default: return .plain
    }
  }

  private static let letters: [UInt8: UInt8] = [
    0x22: 0x22, 0x5C: 0x5C, 0x2F: 0x2F, 0x6E: 0x0A, 0x72: 0x0D, 0x74: 0x09, 0x62: 0x08, 0x66: 0x0C,
  ]

  private static func escape(_ text: Span<UInt8>, _ at: Int) -> Escaped {
    guard at + 1 < text.count else { return .cut }
    if text[at + 1] == 0x75 { return hex(text, at, sign: 2, digits: 4) }
    return letters[text[at + 1]].map { .byte($0, length: 2) } ?? .plain
  }

  private static func hex(_ text: Span<UInt8>, _ at: Int, sign: Int, digits: Int) -> Escaped {
    var value = 0
    for place in (at + sign)..<(at + sign + digits) {
      guard place < text.count else { return .cut }
      guard let digit = Character(UnicodeScalar(text[place])).hexDigitValue else { return .plain }
      value = value << 4 | digit
    }
    return UInt8(exactly: value).map { .byte($0, length: sign + digits) } ?? .plain
  }
}
