import BaileyCore

/// A bearer token for a server: in a file, and in no message.
enum RemoteToken {
  /// Read anew each time, so that it can be replaced.
  static func read(_ path: String?, _ storage: any PolicyStorage) throws(Fault) -> String? {
    guard let path else { return nil }
    var bytes = try SecretFile.read(path, storage)
    while let last = bytes.last, last == 0x0A || last == 0x0D { bytes.removeLast() }
    guard !bytes.isEmpty, bytes.count <= 4096, bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw Fault("policy-remote-token", subject: path, why: "the token file holds no single line of visible ASCII")
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
