/// Texts that stand where a secret would: those of documentation, templates and tests.
enum SampleText {
  static func isOne(_ value: [UInt8]) -> Bool {
    let lowered = value.map { Bytes.lowered($0) }
    if Set(lowered).count <= 3 || isSequence(lowered) || isPublished(value) { return true }
    if words.contains(where: { Bytes.contains(lowered, $0.utf8) }) { return true }
    return !lowered.contains { Bytes.isDigit($0) } && wordsAlone.contains { Bytes.contains(lowered, $0.utf8) }
  }

  /// `abcdefg`, `12345678`, `a1b2c3d4e5f6g7`: letters or digits that count.
  static func isSequence(_ lowered: [UInt8]) -> Bool {
    longestCount(lowered.filter { Bytes.isLetter($0) }) >= 7 || longestCount(lowered.filter { Bytes.isDigit($0) }) >= 8
  }

  private static func longestCount(_ signs: [UInt8]) -> Int {
    var (run, longest) = (1, 1)
    for (sign, next) in zip(signs, signs.dropFirst()) {
      run = next == sign + 1 || sign == 0x39 && next == 0x30 ? run + 1 : 1
      longest = max(longest, run)
    }
    return longest
  }

  /// Tokens that standards print: RFC 5849, 6749, 6750 and 7617, and the token on jwt.io.
  ///
  /// They have to stand by themselves: letters put before or behind make another token.
  static func isPublished(_ value: [UInt8]) -> Bool {
    published.contains { text in
      guard Bytes.contains(value, text.utf8) else { return false }
      let length = text.utf8.count
      func isLetter(_ place: Int) -> Bool { value.indices.contains(place) && Alphabet.base64[Int(value[place])] < 64 }
      return (0...(value.count - length)).contains { start in
        value[start...].starts(with: text.utf8) && !isLetter(start - 1) && !isLetter(start + length)
      }
    }
  }

  private static let published = [
    "0685bd9184jfhq22", "ad180jjd733klru7", "2YotnFZFEjr1zCsicMWpAA", "tGzv3JOkF0XG5Qx2TlKWIA",
    "SplxlOBeZQQYbYS6WxSbIA",
    "mF_9.B5f-4.1JqM", "h480djs93hd8", "czZCaGRSa3F0MzpnWDFmQmF0M2JW", "QWxhZGRpbjpvcGVuIHNlc2FtZQ",
    "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c",
  ]

  /// What everybody writes who has to write something.
  static func isCommon(_ value: [UInt8]) -> Bool {
    common.contains(String(decoding: value.map { Bytes.lowered($0) }, as: UTF8.self))
  }

  private static let common: Set<String> = [
    "password", "passwd", "passphrase", "pass", "pwd", "username", "user", "secret", "token", "plain", "plaintext",
    "passwort", "kennwort", "senha", "wachtwoord", "parola", "salasana", "heslo", "basic", "digest", "admin", "root",
    "test", "demo", "asdf", "qwerty", "guest", "1234", "12345", "hash", "hashed", "name", "email", "mail", "login",
    "file", "value", "data", "auto", "else", "then", "line", "path", "prompt", "keyring", "stdin", "encrypted", "with",
    "that", "this", "from", "your", "will", "must", "should", "when", "only", "also", "have", "been", "sha1", "sha256",
  ]

  private static let words = [
    "example", "sample", "placeholder", "changeme", "change_me", "change-me", "your_", "your-", "yourpass", "yourtoken",
    "yoursecret", "yourkey", "xxxx", "redacted", "insert", "replace", "<", "undefined", "*****", "......",
    "process.env",
    "os.environ", "getenv", "###", "____", "://", "123456",
  ]

  /// These excuse nothing that has a digit.
  private static let wordsAlone = [
    "password", "passwd", "my_", "my-", "dummy", "fake", "mock", "todo", "null", "none", "secret_", "_secret", "token",
    "foobar",
  ]
}
