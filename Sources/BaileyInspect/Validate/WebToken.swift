/// JSON Web Tokens (RFC 7519): a header that names an algorithm, and claims.
enum WebToken {
  static func judge(_ value: [UInt8]) -> Validator.Verdict {
    let parts = value.split(separator: 0x2E, omittingEmptySubsequences: false)
    guard parts.count >= 2, let header = Base64Text.decode(parts[0]), member("alg", in: header) != nil else {
      return .doubtful
    }
    guard let claims = Base64Text.decode(parts[1]), claims.first == 0x7B, claims.last == 0x7D else { return .doubtful }
    return .proven
  }

  /// What a token says about itself, without its signature: algorithm, issuer, audience, expiry.
  static func claims(_ value: [UInt8]) -> [String: String] {
    let parts = value.split(separator: 0x2E, omittingEmptySubsequences: false)
    var found: [String: String] = [:]
    for part in parts.prefix(2) {
      guard let text = Base64Text.decode(part) else { continue }
      for name in ["alg", "iss", "aud", "exp"] where found[name] == nil {
        found[name] = member(name, in: text).flatMap { isPlain($0) ? $0 : nil }
      }
    }
    return found
  }

  private static let longestClaim = 64

  /// A name or an address that may be printed as it is. Who makes a token may write anything into it.
  private static func isPlain(_ claim: String) -> Bool {
    guard claim.utf8.count <= longestClaim, claim.utf8.allSatisfy({ Bytes.isWord($0) || ".:/_-".utf8.contains($0) })
    else { return false }
    return claim.utf8.split { !Bytes.isWord($0) }.allSatisfy { word in
      word.count < 20 || !word.contains { Bytes.isDigit($0) } || !word.contains { Bytes.isLetter($0) }
    }
  }

  /// A text or number by its name; no parser, for it only informs.
  private static func member(_ name: String, in json: [UInt8]) -> String? {
    let key = Array("\"\(name)\"".utf8)
    guard json.count > key.count,
      let start = (0...(json.count - key.count)).first(where: { json[$0...].starts(with: key) })
    else { return nil }
    let rest = json[(start + key.count)...].drop { Bytes.isSpace($0) || $0 == 0x3A }
    let text = rest.first == 0x22 ? rest.dropFirst().prefix { $0 != 0x22 } : rest.prefix { Bytes.isDigit($0) }
    return text.isEmpty ? nil : String(decoding: text.prefix(longestClaim + 1), as: UTF8.self)
  }
}

/// Base64 of a short text as a whole.
enum Base64Text {
  /// Either alphabet; nil for anything else, line ends apart.
  static func decode(_ text: some Sequence<UInt8>) -> [UInt8]? {
    var (bits, count, bytes) = (UInt32(0), 0, [UInt8]())
    for byte in text where byte != 0x3D && byte != 0x0A && byte != 0x0D {
      let rank = Alphabet.base64[Int(byte)]
      guard rank < 64 else { return nil }
      bits = bits << 6 | UInt32(rank)
      count += 6
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
      }
    }
    return bytes
  }
}
