/// A place in a text that is to be replaced, and why.
struct Located {
  var span: Range<Int>
  var finding: Finding
  var action: Redaction.Action
  /// How often the replacement itself was taken for something.
  var attempt = 0

  /// One that covers both: the surer finding, the stronger action.
  func merged(with other: Located) -> Located {
    let span = min(span.lowerBound, other.span.lowerBound)..<max(span.upperBound, other.span.upperBound)
    let finding = other.finding.tier > finding.tier ? other.finding : finding
    return Located(
      span: span, finding: finding, action: max(action, other.action), attempt: max(attempt, other.attempt))
  }

  /// In order, without overlaps.
  static func merge(_ located: [Located]) -> [Located] {
    var merged: [Located] = []
    for next in located.sorted(by: {
      ($0.span.lowerBound, $0.span.upperBound) < ($1.span.lowerBound, $1.span.upperBound)
    }) {
      if let last = merged.last, last.span.upperBound > next.span.lowerBound {
        merged[merged.count - 1] = last.merged(with: next)
      } else {
        merged.append(next)
      }
    }
    return merged
  }
}

/// A place with what takes its place.
struct Edit {
  var located: Located
  var replacement: [UInt8]
  var span: Range<Int> { located.span }

  /// With the span where it was replaced.
  var finding: Finding {
    var finding = located.finding
    finding.span = span
    return finding
  }

  /// The text with all edits, which are in order.
  static func apply(_ edits: [Edit], to text: Span<UInt8>, _ range: Range<Int>) -> TextView {
    var (view, done) = (TextView(), range.lowerBound)
    for edit in edits {
      view.copy(done..<edit.span.lowerBound, of: text)
      view.replace(edit.span, with: edit.replacement)
      done = edit.span.upperBound
    }
    view.copy(done..<range.upperBound, of: text)
    return view
  }
}

extension Redaction {
  /// What takes the place of a value. After some attempts it is stars, which are nothing to any rule.
  func replacement(_ value: [UInt8], _ located: Located, _ vault: PlaceholderVault?) -> [UInt8] {
    if located.attempt > 2 { return Self.stars(value) }
    if isLengthSafe { return Self.lookalike(value, digit: 0x30 + UInt8(located.attempt)) }
    if located.attempt > 0 || located.action == .mask { return Self.stars(value) }
    if located.action == .placeholder, let made = vault?.placeholder(for: value, rule: located.finding.rule) {
      return made
    }
    return Self.label(located.finding.rule)
  }

  static func stars(_ value: [UInt8]) -> [UInt8] { [UInt8](repeating: 0x2A, count: value.count) }

  static func label(_ rule: String) -> [UInt8] { Array("[redacted:".utf8) + Placeholder.name(rule) + [0x5D] }

  /// Bytes of the same kinds.
  static func lookalike(_ value: [UInt8], digit: UInt8) -> [UInt8] {
    value.map { byte in
      if Bytes.isDigit(byte) { return digit }
      if Bytes.isLower(byte) { return 0x78 }
      if Bytes.isUpper(byte) { return 0x58 }
      return byte < 0x80 ? byte : 0x2A
    }
  }

  /// A number of JSON of the same length.
  static func zeros(_ number: [UInt8]) -> [UInt8] {
    var isFirst = true
    return number.map { byte in
      guard Bytes.isDigit(byte) else { return byte }
      defer { isFirst = false }
      return isFirst ? 0x31 : 0x30
    }
  }
}
