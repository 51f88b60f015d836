import BaileyCore

/// How a server proves who it is, and what it is shown: names of files.
struct RemoteTLS: Sendable, Equatable {
  private static let maximumBytes = 1 << 20

  /// What its certificate is for, if not its address.
  var name: HostName?
  /// Trusted in place of the system's authorities.
  var authorities: String?
  var certificate: String?
  var key: String?

  /// Read anew each time, so that they can be replaced.
  func read(_ storage: any PolicyStorage) throws(Fault) -> HTTPSecurity {
    var security = HTTPSecurity(name: name)
    if let authorities { security.authorities = try Self.certificates(authorities, storage) }
    if let certificate, let key {
      let chain = try Self.certificates(certificate, storage)
      do throws(Fault) { security.identity = .init(chain: chain, key: try SecretFile.read(key, storage)) } catch {
        throw Self.fault(key, "the key cannot be used: " + error.why, hint: error.hint)
      }
    }
    return security
  }

  /// - Parameter owners: whose the file may be; `nil` is anybody's.
  static func certificates(_ path: String, _ storage: any PolicyStorage, owners: Set<UInt32>? = nil) throws(Fault)
    -> [UInt8]
  {
    let file: StoredFile?
    do throws(Fault) { file = try storage.read(path, limit: maximumBytes) } catch {
      throw fault(path, "the file of certificates cannot be read: " + error.why)
    }
    guard let file else { throw fault(path, "the file of certificates does not exist") }
    guard owners?.contains(file.owner) ?? true else {
      throw fault(path, "the file of certificates belongs to somebody else", hint: "chown it")
    }
    guard file.mode & 0o022 == 0 else {
      throw fault(path, "others than its owner can write the file of certificates", hint: "chmod go-w it")
    }
    guard !file.bytes.isEmpty else { throw fault(path, "the file of certificates is empty") }
    guard String(decoding: file.bytes, as: UTF8.self).contains("-----BEGIN CERTIFICATE-----") else {
      throw fault(path, "the file of certificates holds none in PEM", hint: "openssl x509 -inform der converts one")
    }
    return file.bytes
  }

  private static func fault(_ path: String, _ why: String, hint: String? = nil) -> Fault {
    Fault("policy-remote-certificate", subject: path, why: why, hint: hint)
  }
}
