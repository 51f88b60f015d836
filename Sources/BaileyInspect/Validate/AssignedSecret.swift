/// Judges what stands behind `password =` and its like: a secret, or code and words?
enum AssignedSecret {
  static func judge(_ value: [UInt8]) -> Validator.Verdict {
    if isReference(value) || isNothing(value) { return .refuted }
    if SampleText.isOne(value) || isIdentity(value) { return .doubtful }
    if isJumbled(value) { return .plausible }
    return isMixed(value) && Entropy.bits(value) >= 2.8 && value.count >= 8 ? .plausible : .doubtful
  }

  /// A password that somebody wrote down: words are passwords, too.
  static func judgePassword(_ value: [UInt8]) -> Validator.Verdict {
    if isReference(value) || isNothing(value) { return .refuted }
    if value.count < 4 || SampleText.isOne(value) || isLabel(value) || isJoined(value) { return .doubtful }
    return SampleText.isCommon(value) ? .doubtful : .plausible
  }

  /// The same without quotes: what has a large letter in the middle and no digit is a name in a program.
  static func judgeSetting(_ value: [UInt8]) -> Validator.Verdict {
    let hasDigit = value.contains { Bytes.isDigit($0) }
    let isCamel = value.contains { Bytes.isLower($0) } && value.dropFirst().contains { Bytes.isUpper($0) }
    let verdict = judgePassword(value)
    return verdict == .plausible && isCamel && !hasDigit && value.allSatisfy { Bytes.isWord($0) } ? .doubtful : verdict
  }

  /// What stands on a form, or is no text of ASCII.
  private static func isLabel(_ value: [UInt8]) -> Bool {
    if value.contains(where: { $0 >= 0x80 || $0 == 0x20 }) || isAddress(value) { return true }
    let isWord = value.allSatisfy { Bytes.isLetter($0) }
    return isWord && Bytes.isUpper(value[0]) && value.dropFirst().allSatisfy { Bytes.isLower($0) }
      || value.allSatisfy { Bytes.isUpper($0) || $0 == 0x5F }
  }

  /// An address of mail, a file, an option.
  private static func isAddress(_ value: [UInt8]) -> Bool {
    if let sign = value.firstIndex(of: 0x40), value[sign...].contains(0x2E),
      value.allSatisfy({ Bytes.isWord($0) || "@.-_".utf8.contains($0) })
    {
      return true
    }
    return value[0] == 0x2E || value[0] == 0x2F || value[0] == 0x2D
  }

  /// A universally unique identifier, or a date.
  static func isIdentity(_ value: [UInt8]) -> Bool {
    if value.count == 36 {
      return [8, 13, 18, 23].allSatisfy { value[$0] == 0x2D } && value.allSatisfy { Bytes.hex($0) != nil || $0 == 0x2D }
    }
    return value.count >= 10 && value[4] == 0x2D && value[7] == 0x2D && value.prefix(4).allSatisfy { Bytes.isDigit($0) }
  }

  /// A long row of letters that nobody can say.
  static func isJumbled(_ value: [UInt8]) -> Bool {
    guard value.count >= 16, value.allSatisfy({ Bytes.isLetter($0) || $0 == 0x2D }) else { return false }
    var (run, longest) = (0, 0)
    for byte in value {
      run = "aeiouy-".utf8.contains(Bytes.lowered(byte)) ? 0 : run + 1
      longest = max(longest, run)
    }
    return longest >= 6
  }

  /// Letters and digits, or letters of both cases and a sign.
  static func isMixed(_ value: [UInt8]) -> Bool {
    let lower = value.contains { Bytes.isLower($0) }, upper = value.contains { Bytes.isUpper($0) }
    let digit = value.contains { Bytes.isDigit($0) }, sign = value.contains { !Bytes.isWord($0) }
    if isName(value) { return false }
    return (lower || upper) && digit || lower && upper && sign && value.count >= 12
  }

  /// Words with marks between them and hardly a digit: a name in a program, a path, a sentence.
  static func isName(_ value: [UInt8]) -> Bool {
    let slashes = value.count { $0 == 0x2F }
    if slashes >= 2, value.first == 0x2F || isWordy(value) { return true }
    if value.allSatisfy({ Bytes.isWord($0) || $0 == 0x5F || $0 == 0x2E }), isConstant(value) || isWordy(value) {
      return true
    }
    return isJoined(value)
  }

  /// Words with marks between them and hardly a digit.
  private static func isJoined(_ value: [UInt8]) -> Bool {
    guard value.count >= 8, value.count(where: { Bytes.isDigit($0) }) <= max(2, value.count / 10) else { return false }
    if value.first == 0x2F || value.contains(0x20) { return true }
    guard value.allSatisfy({ Bytes.isWord($0) || "-_.:/".utf8.contains($0) }) else { return false }
    let parts = value.split(whereSeparator: { !Bytes.isLetter($0) })
    return parts.count > 1 && parts.contains { $0.count > 3 } && parts.filter { $0.count > 1 }.allSatisfy { isWord($0) }
  }

  /// `IMAGE_REL_ARM64_BRANCH14`: letters of one case in several short parts.
  static func isConstant(_ value: [UInt8]) -> Bool {
    let parts = value.split(separator: 0x5F)
    let isOneCase = !(value.contains { Bytes.isLower($0) } && value.contains { Bytes.isUpper($0) })
    return parts.count >= 3 && isOneCase && parts.allSatisfy { $0.count <= 12 }
  }

  /// More than half of it is words: three letters or more of one case, large at most at the front, that one can say.
  static func isWordy(_ value: [UInt8]) -> Bool {
    guard value.count >= 8 else { return false }
    var (covered, at) = (0, 0)
    while at < value.count {
      let end = endOfWord(value, at)
      if end - at >= 3, canBeSaid(value[at..<end]) { covered += end - at }
      at = max(end, at + 1)
    }
    return covered * 20 >= value.count * 11
  }

  private static func endOfWord(_ value: [UInt8], _ start: Int) -> Int {
    var end = start
    while end < value.count, Bytes.isUpper(value[end]) { end += 1 }
    if end - start > 1 {
      let goesOn = end < value.count && Bytes.isLower(value[end])
      return goesOn ? end - 1 : end
    }
    while end < value.count, Bytes.isLower(value[end]) { end += 1 }
    return end
  }

  private static func canBeSaid(_ letters: ArraySlice<UInt8>) -> Bool {
    var (run, hasVowel) = (0, false)
    for byte in letters {
      let isVowel = "aeiouy".utf8.contains(Bytes.lowered(byte))
      run = isVowel ? 0 : run + 1
      hasVowel = hasVowel || isVowel
      if run > 4 { return false }
    }
    return hasVowel
  }

  /// All small, all large, or beginning with a large letter; also such words in a row.
  private static func isWord(_ letters: ArraySlice<UInt8>) -> Bool {
    let changes = zip(letters, letters.dropFirst()).count { Bytes.isUpper($0) != Bytes.isUpper($1) }
    return changes <= letters.count / 3
  }

  /// A variable, a call, a path of names: what is assigned stands elsewhere.
  static func isReference(_ value: [UInt8]) -> Bool {
    guard let first = value.first else { return true }
    if first == 0x24 || first == 0x25 || first == 0x3C || first == 0x7B || first == 0x26 || first == 0x28 {
      return true
    }
    let text = String(decoding: value, as: UTF8.self)
    if text.hasPrefix("self.") || text.hasPrefix("this.") { return true }
    if ["(", "${", "{{", "->", "::", "[\"", "['"].contains(where: { Bytes.contains(value, $0.utf8) }) { return true }
    let names = text.split(separator: ".")
    return names.count > 1
      && names.allSatisfy { name in
        name.utf8.allSatisfy { Bytes.isLetter($0) || $0 == 0x5F }
          || name.utf8.count < 12 && name.utf8.first.map(Bytes.isLetter) == true || isName(Array(name.utf8))
      }
  }

  /// Words of languages and types.
  private static func isNothing(_ value: [UInt8]) -> Bool {
    nothing.contains(String(decoding: value.map { Bytes.lowered($0) }, as: UTF8.self))
      || value.allSatisfy { !Bytes.isWord($0) }
  }

  private static let nothing: Set<String> = [
    "any", "function", "return", "async", "await", "static", "void", "int", "bool", "integer", "optional", "nonnull",
    "hidden", "input",
    "null", "none", "true", "false", "undefined", "string", "self", "this", "empty", "required", "default",
    "boolean",
    "number", "object", "bytes", "nil", "char", "const", "text", "str", "yes", "no",
  ]
}
