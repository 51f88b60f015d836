extension Value {
  /// Whether an `allow` may not be this: nothing allows that was not meant to.
  ///
  /// It is `true`, a sentence, an object of `code` and `sentence`, or a set or array of these. `allow contains endswith(…)` gives a set
  /// that holds `false`, and `{"allow": false}` a verdict in a form of its own.
  package var isMalformedAllow: Bool {
    switch tag {
    case .undefined, .boolean: false
    case .array, .set: !(0..<count).allSatisfy { item($0).isAllowance }
    case .object: count > 0 && !isAllowance
    default: !isAllowance
    }
  }

  private var isAllowance: Bool {
    switch tag {
    case .boolean: bits == Value.true.bits
    case .string: isSentence
    case .object:
      count > 0
        && (0..<count).allSatisfy { (item($0).isName("code") || item($0).isName("sentence")) && value($0).isSentence }
    default: false
    }
  }

  private var isSentence: Bool { tag == .string && text.count > 0 }
  private func isName(_ name: String) -> Bool { tag == .string && text.elementsEqual(name.utf8) }
}
