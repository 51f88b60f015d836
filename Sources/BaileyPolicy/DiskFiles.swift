package import BaileyCore
import BaileyLinux

/// The real disk, for policy.
package struct DiskFiles: PolicyStorage {
  package init() {}

  package func read(_ path: String, limit: Int) throws(Fault) -> StoredFile? {
    do {
      guard let file = try WholeFile.read(path, limit: limit) else { return nil }
      return StoredFile(bytes: file.bytes, owner: file.status.user, mode: UInt16(truncatingIfNeeded: file.status.mode))
    } catch .tooLarge {
      throw Fault("manifest-too-large", subject: path, why: "the file has more than \(limit) bytes")
    } catch .invalid {
      throw Fault("manifest-unreadable", subject: path, why: "this is not a regular file", hint: "remove it")
    } catch {
      throw Fault(
        "manifest-unreadable", subject: path, why: error.message, hint: "a manifest that cannot be read stops the start"
      )
    }
  }

  package func replace(_ path: String, with bytes: [UInt8]) throws(Fault) {
    do {
      try WholeFile.replace(path, with: bytes)
    } catch {
      throw Fault("trust-not-kept", subject: path, why: error.message, hint: "agree again once it can be written")
    }
  }

  package func list(_ directory: String) throws(Fault) -> [StoredName]? {
    do throws(Errno) {
      var names: [StoredName] = []
      for entry in try Descriptor.entries(of: directory) {
        let isLink = entry.type == .symlink || entry.type == .unknown
        let type = isLink ? try Descriptor.status(of: directory + "/" + entry.text).type : entry.type
        names.append(StoredName(entry.text, isDirectory: type == .directory))
      }
      return names
    } catch {
      if error == .noSuchFile { return nil }
      throw Fault(
        "policy-unreadable", subject: directory, why: error.message, hint: "policies that cannot be read stop the start"
      )
    }
  }

  package func realPath(_ path: String) -> String? {
    guard let bytes = try? Descriptor.realPath(path) else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }
}
