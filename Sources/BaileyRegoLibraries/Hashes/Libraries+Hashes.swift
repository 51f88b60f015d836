internal import BaileyRego
private import Crypto

extension Libraries {
  static let hashes: [Builtin] = [
    digest("crypto.md5", Insecure.MD5.self),
    digest("crypto.sha1", Insecure.SHA1.self),
    digest("crypto.sha256", SHA256.self),
    authentication("crypto.hmac.md5", Insecure.MD5.self),
    authentication("crypto.hmac.sha1", Insecure.SHA1.self),
    authentication("crypto.hmac.sha256", SHA256.self),
    authentication("crypto.hmac.sha512", SHA512.self),
    Builtin("crypto.hmac.equal", 2) { (a, _) throws(BuiltinFailure) in
      Value(isEqualInConstantTime(Array(try a.string(0)), Array(try a.string(1))))
    },
  ]

  private static func digest<H: HashFunction>(_ name: String, _: H.Type) -> Builtin {
    Builtin(name, 1) { (a, c) throws(BuiltinFailure) in
      c.heap.string(Hex.encode(Array(H.hash(data: Array(try a.string(0))))))
    }
  }

  private static func authentication<H: HashFunction>(_ name: String, _: H.Type) -> Builtin {
    Builtin(name, 2) { (a, c) throws(BuiltinFailure) in
      let message = Array(try a.string(0))
      let key = SymmetricKey(data: Array(try a.string(1)))
      return c.heap.string(Hex.encode(Array(HMAC<H>.authenticationCode(for: message, using: key))))
    }
  }

  static func fingerprint(_ bytes: [UInt8]) -> String {
    String(decoding: Hex.encode(Array(SHA256.hash(data: bytes))), as: UTF8.self)
  }

  /// Takes as long for any two texts of one length.
  static func isEqualInConstantTime(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
