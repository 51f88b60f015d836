import BaileyCore
import BaileyExport
import BaileyLinux
import Crypto

/// The key under which this site's paths become pseudonyms: 32 random bytes in a file of mode 0600, made when first needed.
///
/// It never leaves the machine. Who deletes it makes the old pseudonyms those of nobody.
struct SiteKey: Sendable {
  private let key: SymmetricKey

  init(at path: String) throws(Fault) {
    do throws(Errno) {
      if let found = try WholeFile.read(path, limit: 1024) {
        guard found.bytes.count == 32, found.status.mode & 0o077 == 0 else { throw Errno.invalid }
        key = SymmetricKey(data: found.bytes)
      } else {
        let bytes = (0..<32).map { _ in UInt8.random(in: 0...255) }
        try WholeFile.replace(path, with: bytes)
        key = SymmetricKey(data: bytes)
      }
    } catch {
      throw Fault(
        "export-key", subject: path, why: "the key for hashed paths cannot be used: \(error.message)",
        hint: "it is 32 bytes of mode 0600; without the file a new one is made, and paths get other hashes")
    }
  }

  var paths: PathHash {
    PathHash { [key] bytes in Array(HMAC<SHA256>.authenticationCode(for: bytes, using: key)) }
  }
}
