internal import BaileyCore
internal import BaileyInspect
internal import BaileyLinux

/// The key of all hashes: 16 bytes of chance in a file of its own.
struct FingerprintKey {
  private let path: String
  private static let length = 16

  init(_ directory: String) { path = directory + "/key" }

  /// Nil where there is none.
  func read() throws(Fault) -> SipHash? {
    guard let bytes = try StateFile.read(path, limit: 4096, isSecret: true) else { return nil }
    guard let key = SipHash(key: bytes) else {
      throw Fault(
        "fingerprint-key", subject: path, why: "the key has \(bytes.count) bytes instead of \(Self.length)",
        hint: "bring it back from a copy, or remove the directory and register again")
    }
    return key
  }

  /// Made once and never over another.
  func make() throws(Fault) -> SipHash {
    var source = SystemRandomNumberGenerator()
    let bytes = (0..<Self.length).map { _ in UInt8.random(in: 0...255, using: &source) }
    do throws(Errno) {
      let file = try Descriptor.open(path, [.writeOnly, .create, .exclusive, .noFollow], mode: 0o600)
      try file.writeAll(bytes)
      try file.fsync()
    } catch {
      throw StateFile.unwritable(path, error)
    }
    guard let key = SipHash(key: bytes) else { preconditionFailure("a key has 16 bytes") }
    return key
  }

  static func missing(_ directory: String) -> Fault {
    Fault(
      "fingerprint-key", subject: directory + "/key",
      why: "the key is not there, and without it nothing that is registered can be found",
      hint: "bring it back from a copy, or remove the directory and register again")
  }
}
