/// Tells values that stand in any text, so that finding one means nothing.
enum Plainness {
  private static let words: Set<String> = [
    "password", "passw0rd", "password1", "password123", "changeme", "change-me", "change_me", "changeit", "localhost",
    "postgres", "postgresql",
    "mongodb", "username", "administrator", "undefined", "disabled", "enabled", "default", "development", "production",
    "staging", "testing",
    "required", "optional", "placeholder", "replaceme", "replace-me", "redacted", "notasecret", "not-a-secret",
    "insecure", "internal", "external",
    "anonymous", "unlimited", "verbose", "warning", "critical", "database", "127.0.0.1", "0.0.0.0",
    "localhost.localdomain", "us-east-1", "us-east-2",
    "us-west-1", "us-west-2", "eu-west-1", "eu-central-1", "application/json", "text/plain", "/bin/bash", "/bin/sh",
    "/usr/bin", "/usr/local/bin", "12345678",
    "123456789", "1234567890", "qwertyuiop", "abcdefgh", "abcdefghijklmnopqrstuvwxyz", "0123456789",
  ]

  static func isPlain(_ value: [UInt8]) -> Bool {
    if value.count < KnownValues.shortest || value.count > KnownValues.longest { return true }
    if value.count < 10, value.allSatisfy(Bytes.isDigit) { return true }
    if Set(value).count < 3 { return true }
    return words.contains(String(decoding: value.map { Bytes.lowered($0) }, as: UTF8.self)) || isPlainAddress(value)
  }

  /// An address with nobody's name, no question, and no part that could be a key: `http://localhost:3000/api`.
  private static func isPlainAddress(_ value: [UInt8]) -> Bool {
    guard value.starts(with: "http://".utf8) || value.starts(with: "https://".utf8) else { return false }
    if value.contains(where: { "@?#%&=".utf8.contains($0) || !Bytes.isVisible($0) }) { return false }
    return value.split(separator: 0x2F).dropFirst(2).allSatisfy { part in
      part.count < 12 || !part.contains(where: Bytes.isDigit) && part.count < 24
    }
  }
}
