import BaileyCore
import BaileyLinux

/// Covers values in a stream with stars, byte for byte, so that no length changes.
///
/// A value is found as it is, with any of its bytes escaped as URLs, JSON or HTML escape them, in hexadecimal, and in base 64: in both
/// alphabets, whatever stands before it, in lines or not; and once more escaped as a whole. What is held back is only what may be the
/// beginning of a value.
struct ValueMasker {
  /// Shorter values would cover what has nothing to do with them.
  static let shortest = 6
  /// A longer value is looked for piece by piece, so that no more than a piece is held. Bytes.
  static let piece = 4096

  private let forms: ValueForms
  private(set) var held: [UInt8] = []
  private(set) var covered = 0

  /// - Returns: `nil` where there is nothing to cover.
  init?(_ values: [[UInt8]]) {
    guard let forms = ValueForms(values) else { return nil }
    self.forms = forms
  }

  /// Goes on where another one is that knows fewer values.
  init?(_ values: [[UInt8]], after other: ValueMasker?) {
    self.init(values)
    if let other { (held, covered) = (other.held, other.covered) }
  }

  /// - Returns: what may go on.
  mutating func mask(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    held.append(contentsOf: bytes)
    return pass(isLast: false)
  }

  mutating func finish() -> [UInt8] { pass(isLast: true) }

  /// A text that is whole.
  mutating func masked(_ text: [UInt8]) -> [UInt8] {
    var copy = self
    copy.held = text
    defer { covered = copy.covered }
    return copy.pass(isLast: true)
  }

  private mutating func pass(isLast: Bool) -> [UInt8] {
    var (text, at) = ([UInt8](), 0)
    swap(&text, &held)
    while at < text.count {
      switch forms.match(text.span, at, isLast: isLast) {
      case .none: at += 1
      case .whole(let end):
        for place in at..<end { text[place] = 0x2A }
        (covered, at) = (covered + 1, end)
      case .begun:
        held = Array(text[at...])
        return Array(text[..<at])
      }
    }
    return text
  }
}

/// How the agent would recognise values; erased with their last owner.
private final class ValueForms {
  enum Match { case none, begun, whole(Int) }

  private struct Form: Hashable {
    var bytes: [UInt8]
    /// May be broken into lines.
    var isBase64 = false
  }

  private var forms: [Form]
  /// By the byte with which they begin, the longest first.
  private var starts: [[Int]]

  init?(_ values: [[UInt8]]) {
    var pieces = values.filter { $0.count >= ValueMasker.shortest }.flatMap(Self.pieces)
    guard !pieces.isEmpty else { return nil }
    forms = Set(pieces.flatMap(Self.forms)).sorted { $0.bytes.count > $1.bytes.count }
    starts = [[Int]](repeating: [], count: 256)
    for (index, form) in forms.enumerated() { starts[Int(form.bytes[0])].append(index) }
    for index in pieces.indices { Erasing.erase(&pieces[index]) }
  }

  deinit { for index in forms.indices { Erasing.erase(&forms[index].bytes) } }

  private static func pieces(_ value: [UInt8]) -> [[UInt8]] {
    let count = max(1, value.count / ValueMasker.piece)
    return (0..<count).map { index in
      Array(value[(index * ValueMasker.piece)..<(index == count - 1 ? value.count : (index + 1) * ValueMasker.piece)])
    }
  }

  private static func forms(_ value: [UInt8]) -> [Form] {
    let percent = ValueEncoding.percent(value)
    let plain = [value, ValueEncoding.json.encode(value) ?? value, percent, lower(percent)]
    let hex = Array(hexadecimal(value).utf8)
    return (plain + [hex, hex.map { (0x61...0x66).contains($0) ? $0 - 0x20 : $0 }]).map { Form(bytes: $0) }
      + encoded(value)
  }

  /// `%2f` for `%2F`.
  private static func lower(_ percent: [UInt8]) -> [UInt8] {
    var (text, left) = (percent, 0)
    for index in text.indices {
      if left > 0, (0x41...0x46).contains(text[index]) { text[index] += 0x20 }
      left = text[index] == 0x25 ? 2 : max(0, left - 1)
    }
    return text
  }

  /// What of its base 64 is the same whatever stands around it, at each of the three places where it may begin in a group.
  private static func encoded(_ value: [UInt8]) -> [Form] {
    (0..<3).flatMap { before -> [Form] in
      let text = Array(Base64.encode([UInt8](repeating: 0, count: before) + value).utf8)
      let form = Array(text[((before * 8 + 5) / 6)..<((before + value.count) * 8 / 6)])
      return [form, form.map { $0 == 0x2B ? 0x2D : $0 == 0x2F ? 0x5F : $0 }].map { Form(bytes: $0, isBase64: true) }
    }
  }

  // MARK: looking

  /// The longest form counts, and a whole one over one that may become whole.
  func match(_ text: Span<UInt8>, _ start: Int, isLast: Bool) -> Match {
    let best = match(text, start, starts[Int(text[start])], isLast)
    if case .whole = best { return best }
    switch EscapedByte.read(text, start) {
    case .cut: return isLast ? best : .begun
    case .plain: return best
    case .scalar(let scalar, _):
      guard let first = EscapedByte.bytes(scalar).first else { return best }
      let other = match(text, start, starts[Int(first)], isLast)
      if case .none = other { return best }
      return other
    }
  }

  private func match(_ text: Span<UInt8>, _ start: Int, _ candidates: [Int], _ isLast: Bool) -> Match {
    var best = Match.none
    for index in candidates {
      switch match(forms[index], text, start, isLast) {
      case .whole(let end): return .whole(end)
      case .begun: best = .begun
      case .none: break
      }
    }
    return best
  }

  private func match(_ form: Form, _ text: Span<UInt8>, _ start: Int, _ isLast: Bool) -> Match {
    var (at, index, breaks) = (start, 0, 0)
    while index < form.bytes.count {
      guard at < text.count else { return isLast ? .none : .begun }
      let escaped = EscapedByte.read(text, at)
      if case .cut = escaped, !isLast { return .begun }
      if case .scalar(let scalar, let length) = escaped, let count = EscapedByte.stands(scalar, form.bytes, index) {
        (at, index, breaks) = (at + length, index + count, 0)
      } else if text[at] == form.bytes[index] || text[at] == 0x2B && form.bytes[index] == 0x20 {
        (at, index, breaks) = (at + 1, index + 1, 0)
      } else if form.isBase64, index > 0, breaks < 2, let length = Self.lineBreak(text[at], escaped) {
        (at, breaks) = (at + length, breaks + 1)
      } else {
        return .none
      }
    }
    return .whole(at)
  }

  /// A byte of one, as it is or escaped.
  private static func lineBreak(_ byte: UInt8, _ escaped: EscapedByte) -> Int? {
    switch escaped {
    case .scalar(10, let length), .scalar(13, let length): length
    case .plain: byte == 10 || byte == 13 ? 1 : nil
    case .scalar, .cut: nil
    }
  }
}
