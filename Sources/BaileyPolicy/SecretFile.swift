package import BaileyCore

/// A key or token on disk: what others can read is no secret.
package enum SecretFile {
  package static let maximumBytes = 64 << 10

  /// - Parameter owners: whose it may be; `nil` is anybody's.
  /// - Returns: the file's bytes; they belong into no message and no record.
  package static func read(_ path: String, _ storage: any PolicyStorage, owners: Set<UInt32>? = nil) throws(Fault)
    -> [UInt8]
  {
    let file: StoredFile?
    do throws(Fault) { file = try storage.read(path, limit: maximumBytes) } catch {
      throw Fault("secret-file-unreadable", subject: path, why: error.why)
    }
    guard let file else { throw Fault("secret-file-unreadable", subject: path, why: "there is no such file") }
    guard owners?.contains(file.owner) ?? true else {
      throw Fault("secret-file-open", subject: path, why: "this secret belongs to somebody else", hint: "chown it")
    }
    guard file.mode & 0o077 == 0 else {
      throw Fault(
        "secret-file-open", subject: path, why: "others than its owner can read or write this secret",
        hint: "chmod 600 it, or make a new one")
    }
    return file.bytes
  }
}
