/// `name:password` in base64, as HTTP's Basic scheme has it.
enum BasicCredentials {
  static func judge(_ value: [UInt8]) -> Validator.Verdict {
    guard let text = Base64Text.decode(value), let colon = text.firstIndex(of: 0x3A), colon > 0 else { return .refuted }
    guard text.allSatisfy({ Bytes.isText($0) || $0 >= 0x80 }) else { return .refuted }
    let password = Array(text[(colon + 1)...])
    return password.count < 4 ? .doubtful : (SampleText.isOne(password) ? .doubtful : .proven)
  }
}
