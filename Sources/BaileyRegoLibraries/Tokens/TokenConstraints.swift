internal import BaileyRego

/// What `io.jwt.decode_verify` is to check.
struct TokenConstraints {
  private(set) var keys: [WebKey]?
  private(set) var secret: [UInt8] = []
  private(set) var algorithm = ""
  private var issuer = ""
  private var audience = ""
  private var nanoseconds: Double

  init(_ object: Value, nowNanoseconds: Int) throws(BuiltinFailure) {
    nanoseconds = Double(nowNanoseconds)
    for pair in object.pairs {
      let name = pair.key.tag == .string ? String(decoding: pair.key.text, as: UTF8.self) : ""
      switch name {
      case "cert": keys = try WebKey.readAny(Array(try Self.text(name, pair.value)))
      case "secret": secret = Array(try Self.text(name, pair.value))
      case "alg": algorithm = String(decoding: try Self.text(name, pair.value), as: UTF8.self)
      case "iss": issuer = String(decoding: try Self.text(name, pair.value), as: UTF8.self)
      case "aud": audience = String(decoding: try Self.text(name, pair.value), as: UTF8.self)
      case "time": nanoseconds = try Self.time(pair.value)
      default: throw BuiltinFailure("unknown token validation constraint: \(name)")
      }
    }
    if keys != nil, !secret.isEmpty { throw BuiltinFailure("duplicate key constraints") }
    if keys == nil, secret.isEmpty { throw BuiltinFailure("no key constraint") }
  }

  private static func text(_ name: String, _ value: Value) throws(BuiltinFailure) -> Text {
    guard value.tag == .string else { throw BuiltinFailure("\(name) constraint: must be a string") }
    return value.text
  }

  private static func time(_ value: Value) throws(BuiltinFailure) -> Double {
    guard value.isNumber, let time = Double(String(decoding: JSONWriter.write(value), as: UTF8.self)) else {
      throw BuiltinFailure("token time constraint: must be a number")
    }
    guard time >= 0 else { throw BuiltinFailure("token time constraint: must not be negative") }
    return time
  }

  func verifies(_ token: Token, _ header: TokenHeader, _ signature: [UInt8]) -> Bool {
    guard let algorithm = SignatureAlgorithm(header.algorithm) else { return false }
    if let keys { return WebKey.verifies(keys, token, header, signature, algorithm) }
    return algorithm.family == .hmac && KeyedHash.verifies(signature, of: token.signed, secret, algorithm.hash)
  }

  /// Registered claims: issuer, audience and times (RFC 7519, 4.1).
  func areMet(by payload: Value, _ heap: Heap) throws(BuiltinFailure) -> Bool {
    if !issuer.isEmpty {
      let value = payload.child(heap.string("iss"))
      guard value.tag == .string, value.text.elementsEqual(issuer.utf8) else { return false }
    }
    guard hasAudience(payload.child(heap.string("aud"))) else { return false }
    let now = try seconds(heap)
    if let expiry = try time(payload, "exp", heap), Value.compare(now, expiry) >= 0 { return false }
    if let start = try time(payload, "nbf", heap), Value.compare(now, start) < 0 { return false }
    return true
  }

  private func hasAudience(_ value: Value) -> Bool {
    switch value.tag {
    case .undefined: audience.isEmpty
    case .string: value.text.elementsEqual(audience.utf8)
    case .array: value.items.contains { $0.tag == .string && $0.text.elementsEqual(audience.utf8) }
    default: false
    }
  }

  private func time(_ payload: Value, _ name: String, _ heap: Heap) throws(BuiltinFailure) -> Value? {
    let value = payload.child(heap.string(name))
    if value.tag == .undefined { return nil }
    guard value.isNumber else { throw BuiltinFailure("\(name) value must be a number") }
    return value
  }

  /// As OPA: a float of seconds, compared by its shortest decimal text.
  private func seconds(_ heap: Heap) throws(BuiltinFailure) -> Value {
    do throws(RegoError) {
      return try JSONReader.read(Array("\(nanoseconds / 1e9)".utf8), into: heap)
    } catch {
      throw BuiltinFailure("token time constraint: must be a number")
    }
  }
}
