internal import BaileyRego

/// A JSON web token in its compact form: three parts in base64url (RFC 7515, 7.1).
struct Token {
  private let header: [UInt8]
  private let payload: [UInt8]
  private let signature: [UInt8]

  static let maximumSize = 1 << 20
  static let maximumNesting = 16

  init(_ text: some Collection<UInt8>) throws(BuiltinFailure) {
    guard text.count <= Self.maximumSize else { throw BuiltinFailure("encoded JWT is too long") }
    let parts = Array(text).split(separator: 0x2E, omittingEmptySubsequences: false)
    guard parts.count > 1 else { throw BuiltinFailure("encoded JWT had no period separators") }
    guard parts.count == 3 else { throw BuiltinFailure("encoded JWT must have 3 sections, found \(parts.count)") }
    (header, payload, signature) = (Array(parts[0]), Array(parts[1]), Array(parts[2]))
  }

  /// What the signature is of.
  var signed: [UInt8] { header + [0x2E] + payload }

  func signatureBytes() throws(BuiltinFailure) -> [UInt8] { try GoBase64.decodeURL(signature) }

  func signatureNamed() throws(BuiltinFailure) -> [UInt8] { try Self.decode(signature, "signature") }

  func payloadBytes() throws(BuiltinFailure) -> [UInt8] { try Self.decode(payload, "payload") }

  private static func decode(_ text: [UInt8], _ name: String) throws(BuiltinFailure) -> [UInt8] {
    do throws(BuiltinFailure) {
      return try GoBase64.decodeURL(text)
    } catch {
      throw BuiltinFailure("JWT \(name) had invalid encoding: " + error.message)
    }
  }

  func headerObject(_ heap: Heap) throws(BuiltinFailure) -> Value {
    let bytes = try Self.decode(header, "header")
    let object: Value
    do throws(BuiltinFailure) {
      object = try Self.object(bytes, heap)
    } catch {
      throw BuiltinFailure("bad JWT header: " + error.message)
    }
    guard object.child(heap.string("enc")).tag == .undefined else {
      throw BuiltinFailure("JWT is a JWE object, which is not supported")
    }
    return object
  }

  static func object(_ bytes: [UInt8], _ heap: Heap) throws(BuiltinFailure) -> Value {
    let value: Value
    do throws(RegoError) {
      value = try JSONReader.read(bytes, into: heap)
    } catch {
      throw BuiltinFailure("invalid JSON: " + error.message)
    }
    guard value.tag == .object else { throw BuiltinFailure("decoded JSON type was not an Object") }
    return value
  }

  /// A token inside a token may stand in quotes.
  static func unquoted(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
    var text = bytes[...]
    while let first = text.first, first == 0x22 || first == 0x27 { text.removeFirst() }
    while let last = text.last, last == 0x22 || last == 0x27 { text.removeLast() }
    return text
  }
}

/// The fields of a token's header that matter here.
struct TokenHeader {
  private(set) var algorithm = ""
  private(set) var keyIdentifier = ""
  private(set) var contentType = ""
  private(set) var isValid = true

  init(_ object: Value) throws(BuiltinFailure) {
    var (unknown, critical) = ([Value](), [Value]())
    for pair in object.pairs {
      switch String(decoding: pair.key.text, as: UTF8.self) {
      case "alg": algorithm = try Self.text("alg", pair.value)
      case "kid": keyIdentifier = try Self.text("kid", pair.value)
      case "typ": _ = try Self.text("typ", pair.value)
      case "cty": contentType = try Self.text("cty", pair.value)
      case "crit": critical = try Self.critical(pair.value)
      default: unknown.append(pair.key)
      }
    }
    let isRefused = unknown.contains { name in critical.contains { Value.equal($0, name) } }
    isValid = !algorithm.isEmpty && !isRefused
  }

  private static func text(_ name: String, _ value: Value) throws(BuiltinFailure) -> String {
    guard value.tag == .string else { throw BuiltinFailure("\(name): must be a string") }
    return String(decoding: value.text, as: UTF8.self)
  }

  private static func critical(_ value: Value) throws(BuiltinFailure) -> [Value] {
    guard value.tag == .array else { throw BuiltinFailure("crit: must be a list") }
    let names = value.items.filter { $0.tag == .string }
    guard !names.isEmpty else { throw BuiltinFailure("crit: must be a nonempty list") }
    return names
  }
}
