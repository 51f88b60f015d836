package import BaileyCore
internal import CBaileySodium

// SAFETY (whole file): every length is checked before a call; pointers live for the call.

/// Bytes under a key: XChaCha20-Poly1305 with a random nonce.
package struct SealedBytes: Sendable, Equatable {
  package var nonce: [UInt8]
  package var bytes: [UInt8]

  /// - Parameter data: what is bound to it and stays readable.
  package static func sealing(_ plain: SecretBytes, data: [UInt8], key: SecretBytes) throws(Fault) -> SealedBytes {
    guard key.count == bailey_key_bytes else { throw unfit }
    var nonce = [UInt8](repeating: 0, count: bailey_nonce_bytes)
    unsafe bailey_random(&nonce, nonce.count)
    var sealed = [UInt8](repeating: 0, count: plain.count + bailey_tag_bytes)
    let status = unsafe plain.lendPointer { plainText in
      unsafe key.lendPointer { unsafe bailey_seal(&sealed, plainText, plain.count, data, data.count, nonce, $0) }
    }
    guard status == 0 else { throw unfit }
    return SealedBytes(nonce: nonce, bytes: sealed)
  }

  /// - Throws: `secret-unreadable` when key, data or bytes are not those that were sealed.
  package func opened(data: [UInt8], key: SecretBytes) throws(Fault) -> SecretBytes {
    let count = bytes.count - bailey_tag_bytes
    guard count >= 0, nonce.count == bailey_nonce_bytes, key.count == bailey_key_bytes
    else { throw Self.unfit }
    return try unsafe SecretBytes.make(count) { memory in
      unsafe key.lendPointer { unsafe bailey_open(memory, bytes, bytes.count, data, data.count, nonce, $0) } == 0
    }
  }

  private static let unfit = Fault("secret-unreadable", why: "key or sealed bytes have the wrong length")
}

/// How a passphrase becomes a key: Argon2id (RFC 9106).
package struct Stretching: Sendable, Equatable {
  package var salt: [UInt8]
  package var passes: Int
  /// Bytes.
  package var memory: Int

  /// The second recommendation of RFC 9106, section 4, with more memory: below a second on a small machine.
  package static func fresh(passes: Int = 3, memory: Int = 256 << 20) -> Stretching {
    var salt = [UInt8](repeating: 0, count: bailey_salt_bytes)
    unsafe bailey_random(&salt, salt.count)
    return Stretching(salt: salt, passes: passes, memory: memory)
  }

  /// A file must not make the controller work for ever.
  package var isBearable: Bool {
    salt.count == bailey_salt_bytes && (1...16).contains(passes) && (8 << 10...1 << 30).contains(memory)
  }

  package func key(of passphrase: SecretBytes) throws(Fault) -> SecretBytes {
    guard isBearable else { throw Fault("secrets-damaged", why: "the passphrase's parameters are out of bounds") }
    return try unsafe SecretBytes.make(bailey_key_bytes) { memory in
      unsafe passphrase.lendPointer {
        unsafe bailey_stretch(memory, $0, passphrase.count, salt, UInt64(passes), self.memory) == 0
      }
    }
  }
}

/// The kernel's chance, through libsodium.
struct SodiumGenerator: RandomNumberGenerator {
  mutating func next() -> UInt64 {
    var value: UInt64 = 0
    unsafe withUnsafeMutableBytes(of: &value) { unsafe bailey_random($0.baseAddress, $0.count) }
    return value
  }
}
