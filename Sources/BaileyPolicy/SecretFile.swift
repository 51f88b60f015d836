package import BaileyCore

/// A key or token on disk: what others can read is no secret.
package enum SecretFile {
  package static let maximumBytes = 64 << 10

  /// - Returns: the file's bytes; they belong into no message and no record.
  package static func read(_ path: String, _ storage: any PolicyStorage) throws(Fault) -> [UInt8] {
    let file: StoredFile?
    do throws(Fault) { file = try storage.read(path, limit: maximumBytes) } catch {
      throw Fault("secret-file-unreadable", subject: path, why: error.why)
    }
    guard let file else { throw Fault("secret-file-unreadable", subject: path, why: "there is no such file") }
    guard file.mode & 0o077 == 0 else {
      throw Fault(
        "secret-file-open", subject: path, why: "others than its owner can read or write this secret",
        hint: "chmod 600 it, or make a new one")
    }
    return file.bytes
  }
}
