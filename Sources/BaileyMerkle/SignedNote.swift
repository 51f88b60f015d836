/// Why a note is not one, or is not to be believed.
public enum NoteError: Error, Sendable, Equatable {
  case tooLarge
  case notUTF8
  case controlCharacter
  /// The text or a signature line is not in the one form that there is.
  case malformed
  case tooManySignatures
  /// A known key with a signature that is not its own: worse than none.
  case badSignature(name: String)
  /// No signature of a known key.
  case unverified
}

/// A text with signatures of people who vouch for it (C2SP signed-note).
public struct SignedNote: Sendable, Equatable {
  public static let maximumBytes = 65_536
  public static let maximumSignatures = 64

  public struct Signature: Sendable, Equatable {
    public var key: KeyIdentity
    public var bytes: [UInt8]

    public init(key: KeyIdentity, bytes: [UInt8]) {
      self.key = key
      self.bytes = bytes
    }
  }

  /// Ends in a newline. What is signed is exactly its UTF-8 bytes.
  public var text: String
  public var signatures: [Signature]

  public init(text: String, signatures: [Signature]) {
    self.text = text
    self.signatures = signatures
  }

  public var encoded: [UInt8] {
    var lines = text + "\n"
    for signature in signatures {
      let id = (0..<4).map { UInt8(truncatingIfNeeded: signature.key.id >> UInt32(24 - 8 * $0)) }
      lines += "— \(signature.key.name) \(Base64.encode(id + signature.bytes))\n"
    }
    return Array(lines.utf8)
  }
}

extension SignedNote {
  public init(parsing input: some Collection<UInt8>) throws(NoteError) {
    if input.count > Self.maximumBytes { throw .tooLarge }
    let bytes = Array(input)
    guard let text = String(validating: bytes, as: UTF8.self) else { throw .notUTF8 }
    if bytes.contains(where: { $0 < 0x20 && $0 != newline }) { throw .controlCharacter }
    guard bytes.last == newline, let end = Self.endOfText(in: bytes) else { throw .malformed }
    let lines = bytes[(end + 1)...].dropLast().split(separator: newline, omittingEmptySubsequences: false)
    if lines.count > Self.maximumSignatures { throw .tooManySignatures }
    var signatures: [Signature] = []
    for line in lines { signatures.append(try Self.signature(String(decoding: line, as: UTF8.self))) }
    self.init(text: String(decoding: text.utf8.prefix(end), as: UTF8.self), signatures: signatures)
  }

  /// Text and signatures part at the last empty line: the offset after the text's own newline.
  private static func endOfText(in bytes: [UInt8]) -> Int? {
    var offset = bytes.count - 1
    while offset > 0 {
      if bytes[offset] == newline, bytes[offset - 1] == newline { return offset }
      offset -= 1
    }
    return nil
  }

  private static func signature(_ line: String) throws(NoteError) -> Signature {
    let parts = line.unicodeScalars.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 3, Substring(parts[0]).utf8.elementsEqual("—".utf8),
      let bytes = Base64.decode(Substring(parts[2]).utf8), bytes.count > 4
    else { throw .malformed }
    let id = bytes.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    guard let key = KeyIdentity(name: String(Substring(parts[1])), id: id) else { throw .malformed }
    return Signature(key: key, bytes: Array(bytes.dropFirst(4)))
  }
}

private let newline = UInt8(ascii: "\n")

/// Checks signatures of one key. The algorithm is the conforming type's.
public protocol NoteVerifier: Sendable {
  var key: KeyIdentity { get }
  func isValid(signature: [UInt8], of text: [UInt8]) -> Bool
}

/// Makes signatures of one key.
public protocol NoteSigner: Sendable {
  associatedtype Failure: Error
  var key: KeyIdentity { get }
  func sign(_ text: [UInt8]) throws(Failure) -> [UInt8]
}

extension SignedNote {
  /// The known keys whose signatures hold; at least one, or it throws. Unknown keys are passed over.
  @discardableResult
  public func verify(by verifiers: [any NoteVerifier]) throws(NoteError) -> [KeyIdentity] {
    var verified: [KeyIdentity] = []
    let message = Array(text.utf8)
    for signature in signatures {
      guard let verifier = verifiers.first(where: { $0.key == signature.key }) else { continue }
      if verified.contains(signature.key) { continue }
      guard verifier.isValid(signature: signature.bytes, of: message) else {
        throw .badSignature(name: signature.key.name)
      }
      verified.append(signature.key)
    }
    if verified.isEmpty { throw .unverified }
    return verified
  }

  public mutating func sign<Signer: NoteSigner>(_ signer: Signer) throws(Signer.Failure) {
    signatures.append(Signature(key: signer.key, bytes: try signer.sign(Array(text.utf8))))
  }
}
