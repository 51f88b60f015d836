/// Judges what stands behind `password =` and its like: a secret, or code and words?
enum AssignedSecret {
  static func judge(_ value: [UInt8]) -> Validator.Verdict {
    if isReference(value) || isNothing(value) { return .refuted }
    if isPlaceholder(value) { return .doubtful }
    return isMixed(value) && Entropy.bits(value) >= 2.8 && value.count >= 8 ? .plausible : .doubtful
  }

  /// The password in a URL.
  static func judgeUserInfo(_ value: [UInt8]) -> Validator.Verdict {
    if isReference(value) || isNothing(value) { return .refuted }
    if isPlaceholder(value) { return .doubtful }
    return isMixed(value) && value.count >= 6 ? .plausible : .doubtful
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
    guard value.count >= 8, value.count(where: { Bytes.isDigit($0) }) <= max(2, value.count / 10) else { return false }
    if value.first == 0x2F || value.contains(0x20) { return true }
    guard value.allSatisfy({ Bytes.isWord($0) || "-_.:/".utf8.contains($0) }) else { return false }
    let parts = value.split(whereSeparator: { !Bytes.isLetter($0) })
    return parts.count > 1 && parts.contains { $0.count > 3 } && parts.filter { $0.count > 1 }.allSatisfy { isWord($0) }
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
    if ["(", "${", "{{", "->", "::", "[\"", "['"].contains(where: { Bytes.contains(value, $0.utf8) }) { return true }
    let names = text.split(separator: ".")
    return names.count > 1
      && names.allSatisfy { name in
        name.utf8.allSatisfy { Bytes.isLetter($0) || $0 == 0x5F }
          || name.utf8.count < 12 && name.utf8.first.map(Bytes.isLetter) == true
      }
  }

  /// Words of languages and types.
  private static func isNothing(_ value: [UInt8]) -> Bool {
    nothing.contains(String(decoding: value.map { Bytes.lowered($0) }, as: UTF8.self))
      || value.allSatisfy { !Bytes.isWord($0) }
  }

  private static let nothing: Set<String> = [
    "null", "none", "true", "false", "undefined", "string", "self", "this", "empty", "required", "optional", "default",
    "boolean",
    "number", "object", "bytes", "nil", "char", "const", "text", "str", "yes", "no",
  ]

  static func isPlaceholder(_ value: [UInt8]) -> Bool {
    let lowered = value.map { Bytes.lowered($0) }
    if Set(lowered).count <= 3 { return true }
    return words.contains { Bytes.contains(lowered, $0.utf8) }
  }

  private static let words = [
    "example", "sample", "placeholder", "changeme", "change_me", "change-me", "your_", "your-", "yourpass", "yourtoken",
    "yoursecret",
    "yourkey", "my_", "my-", "xxxx", "dummy", "redacted", "insert", "replace", "<", "undefined", "null", "none",
    "false", "true", "todo",
    "fake", "mock", "*****", "......", "test", "foobar", "password", "passwd", "secret_", "_secret", "token", "1234567",
    "abcdef",
    "process.env", "os.environ", "getenv",
  ]
}

/// `name:password` in base64, as HTTP's Basic scheme has it.
enum BasicCredentials {
  static func judge(_ value: [UInt8]) -> Validator.Verdict {
    guard let text = Base64Text.decode(value), let colon = text.firstIndex(of: 0x3A), colon > 0 else { return .refuted }
    guard text.allSatisfy({ Bytes.isText($0) || $0 >= 0x80 }) else { return .refuted }
    let password = Array(text[(colon + 1)...])
    return password.count < 4 ? .doubtful : (AssignedSecret.isPlaceholder(password) ? .doubtful : .proven)
  }
}

/// Shannon's measure.
enum Entropy {
  /// Bits a byte.
  static func bits(_ bytes: some Collection<UInt8>) -> Double {
    var counts = [Int](repeating: 0, count: 256)
    for byte in bytes { counts[Int(byte)] += 1 }
    let total = Double(bytes.count)
    return counts.reduce(0) { sum, count in
      guard count > 0 else { return sum }
      return sum - Double(count) / total * log2(Double(count) / total)
    }
  }

  /// Good to six digits, without libm: the exponent, and a series for the rest.
  private static func log2(_ number: Double) -> Double {
    let t = (number.significand - 1) / (number.significand + 1)
    let square = t * t
    let series =
      t * (1 + square * (1 / 3.0 + square * (1 / 5.0 + square * (1 / 7.0 + square * (1 / 9.0 + square / 11)))))
    return Double(number.exponent) + 2 * series / 0.693_147_180_559_945_3
  }
}

/// Addresses of hosts.
enum IPAddress {
  /// Those of documentation, of the host itself and of nobody are refuted, private ones doubtful.
  static func judge(_ value: [UInt8]) -> Validator.Verdict {
    let parts = value.split(separator: 0x2E).map { Int(String(decoding: $0, as: UTF8.self)) ?? -1 }
    guard parts.count == 4, parts.allSatisfy({ (0...255).contains($0) }) else {
      return value.contains(0x3A) ? .plausible : .refuted
    }
    switch (parts[0], parts[1], parts[2]) {
    case (0, _, _), (127, _, _), (224..., _, _), (192, 0, 2), (198, 51, 100), (203, 0, 113), (255, _, _):
      return .refuted
    case (10, _, _), (192, 168, _), (172, 16...31, _), (169, 254, _): return .doubtful
    default: return parts[0] < 10 && parts.allSatisfy { $0 < 30 } ? .doubtful : .plausible
    }
  }
}
