package import BaileyCore
import BaileyLinux

/// What a record names instead of holding it.
package struct PayloadReference: Sendable, Equatable, Hashable {
  /// Lower-case hex.
  package let sha256: String
  package let size: Int64

  /// - Returns: `nil` for anything but a hash, since it becomes part of a path.
  package init?(sha256: String, size: Int64) {
    guard isDigest(sha256), size >= 0 else { return nil }
    self.sha256 = sha256
    self.size = size
  }
}

/// Content too large for a record, by its SHA-256: `payloads/ab/cdef…` below the state directory.
///
/// Nothing here is trusted: what is read is hashed and compared with the name under which the log knows it.
package struct Payloads: Sendable {
  /// Bytes of a payload that is stored or read as a whole.
  package static let limit = 64 << 20

  private let stateDirectory: String
  private let hasher: HasherFactory

  package init(stateDirectory: String, hasher: @escaping HasherFactory) {
    self.stateDirectory = stateDirectory
    self.hasher = hasher
  }

  package func path(_ reference: PayloadReference) -> String {
    stateDirectory + "/" + StatePlace.payload(sha256: reference.sha256)
  }

  /// On disk when it returns. Content that is there already is left as it is, if it is whole.
  package func store(_ bytes: [UInt8]) throws(Fault) -> PayloadReference {
    guard bytes.count <= Self.limit, let reference = PayloadReference(sha256: digest(bytes), size: Int64(bytes.count))
    else {
      throw Fault("payload-too-large", why: "\(bytes.count) bytes are more than a payload can have (\(Self.limit))")
    }
    if (try? read(reference)) != nil { return reference }
    do throws(Errno) { try WholeFile.replace(path(reference), with: bytes) } catch {
      throw Self.unwritable(path(reference), error)
    }
    return reference
  }

  /// Takes a file over that has this content, synced and in the same file system.
  package func adopt(_ file: String, as reference: PayloadReference) throws(Fault) {
    let target = path(reference)
    do throws(Errno) {
      let parent = ExactText(target).parent.text
      try Descriptor.makeDirectories(parent)
      try Descriptor.workingDirectory.rename(file, to: target)
      // The directory may be as new as the name in it.
      for directory in [parent, ExactText(parent).parent.text, stateDirectory] {
        try Descriptor.open(directory, [.readOnly, .directory]).fsync()
      }
    } catch {
      throw Self.unwritable(target, error)
    }
  }

  /// - Throws: `payload-missing`, and `payload-changed` for what is not what was stored.
  package func read(_ reference: PayloadReference) throws(Fault) -> [UInt8] {
    let found: [UInt8]?
    do throws(Errno) { found = try WholeFile.read(path(reference), limit: Self.limit)?.bytes } catch {
      throw Fault("payload-unreadable", subject: path(reference), why: error.message)
    }
    guard let found else {
      throw Fault("payload-missing", subject: reference.sha256, why: "the content is not there")
    }
    guard Int64(found.count) == reference.size, digest(found) == reference.sha256 else {
      throw Fault("payload-changed", subject: reference.sha256, why: "the content is not what was stored")
    }
    return found
  }

  private func digest(_ bytes: [UInt8]) -> String {
    var hash = hasher()
    hash.update(bytes)
    return hexadecimal(hash.finish())
  }

  private static func unwritable(_ path: String, _ error: Errno) -> Fault {
    Fault("payload-unwritable", subject: path, why: error.message, hint: "free space, or mend the permissions")
  }
}
