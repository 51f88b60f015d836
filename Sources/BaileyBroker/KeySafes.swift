package import BaileyCore
internal import BaileyLinux

/// Where a key lies that opens a store without a passphrase.
package protocol KeySafes: Sendable {
  func put(_ key: SecretBytes, in kind: KeySafeKind, store: String) throws(Fault)
  /// - Throws: `secrets-locked` when the key cannot be had now.
  func get(from kind: KeySafeKind, store: String) throws(Fault) -> SecretBytes
}

/// Where an unlocked store's key outlives the controller; to lose it costs a passphrase, nothing else.
package protocol KeyCache: Sendable {
  func keep(_ key: SecretBytes, of store: String)
  func find(store: String) -> SecretBytes?
  func forget(store: String)
}

/// A file, and the desktop's Secret Service through `secret-tool`.
package struct HostKeySafes: KeySafes {
  private let environment: [String: String]

  /// - Parameter environment: of the person's desktop: where its bus is.
  package init(environment: [String: String]) { self.environment = environment }

  package func put(_ key: SecretBytes, in kind: KeySafeKind, store: String) throws(Fault) {
    switch kind {
    case .file(let path): try putFile(key, path)
    case .service: try SecretTool(environment).put(key, store: store)
    }
  }

  package func get(from kind: KeySafeKind, store: String) throws(Fault) -> SecretBytes {
    switch kind {
    case .file(let path): try getFile(path)
    case .service: try SecretTool(environment).get(store: store)
    }
  }

  private func putFile(_ key: SecretBytes, _ path: String) throws(Fault) {
    do throws(Errno) {
      let file = try Descriptor.open(path, [.writeOnly, .create, .exclusive, .noFollow], mode: 0o600)
      var text = key.lend { hexadecimal(Array($0)) }
      text += "\n"
      try file.writeAll(text)
      try file.fsync()
    } catch {
      throw Fault(
        "secrets-key-unwritable", subject: path, why: error.message, hint: "name a file that is not there yet")
    }
  }

  private func getFile(_ path: String) throws(Fault) -> SecretBytes {
    var bytes: [UInt8]
    do throws(Errno) {
      guard let (found, status) = try WholeFile.read(path, limit: 65) else { throw .noSuchFile }
      guard status.user == CurrentProcess.user, status.mode & 0o077 == 0 else { throw .accessDenied }
      bytes = found
    } catch {
      throw Fault("secrets-locked", subject: path, why: "the key file: \(error.message)")
    }
    return try SecretTool.key(&bytes, from: path)
  }
}

extension Array where Element == UInt8 {
  init(_ bytes: Span<UInt8>) {
    self = []
    reserveCapacity(bytes.count)
    for index in bytes.indices { append(bytes[index]) }
  }
}
