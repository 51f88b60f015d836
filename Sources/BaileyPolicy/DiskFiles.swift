package import BaileyCore
import BaileyLinux

/// The real disk, for policy.
package struct DiskFiles: PolicyStorage {
  /// Below it no symbolic link is followed.
  private let anchor: String?

  package init() { anchor = nil }
  private init(within directory: String) { anchor = directory }

  package func within(_ directory: String) -> any PolicyStorage { DiskFiles(within: directory) }

  private func open(_ path: String, _ flags: OpenFlags) throws(Errno) -> Descriptor {
    guard let anchor else { return try .open(path, flags) }
    guard path.utf8.starts(with: (anchor + "/").utf8) else { throw .crossDevice }
    return try Descriptor.open(anchor, [.path, .directory]).open(
      Array(path.utf8.dropFirst(anchor.utf8.count + 1)), flags, resolve: [.beneath, .noSymlinks, .noMagicLinks])
  }

  package func read(_ path: String, limit: Int) throws(Fault) -> StoredFile? {
    do {
      let file = try WholeFile.read(try open(path, WholeFile.flags), limit: limit)
      return StoredFile(bytes: file.bytes, owner: file.status.user, mode: UInt16(truncatingIfNeeded: file.status.mode))
    } catch .noSuchFile, .notDirectory {
      return nil
    } catch .tooManyLinks {
      throw .symbolicLink(path)
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
      let place = try open(directory, [.readOnly, .directory])
      var names: [StoredName] = []
      for entry in try place.entries() { names.append(name(entry, in: place)) }
      return names
    } catch {
      if error == .noSuchFile || error == .tooManyLinks {
        if isAbsent(directory) { return nil }
        throw .symbolicLink(directory)
      }
      throw Fault(
        "policy-unreadable", subject: directory, why: error.message, hint: "policies that cannot be read stop the start"
      )
    }
  }

  private func name(_ entry: DirectoryEntry, in place: borrowing Descriptor) -> StoredName {
    var type = entry.type
    if type == .unknown { type = (try? place.status(of: entry.name).type) ?? type }
    if type == .symlink, anchor == nil, let target = try? place.status(of: entry.name, followingLinks: true) {
      type = target.type
    }
    return StoredName(entry.text, isDirectory: type == .directory, isLink: type == .symlink)
  }

  /// A link that leads nowhere is there.
  private func isAbsent(_ path: String) -> Bool {
    do throws(Errno) {
      _ = try Descriptor.status(of: path)
      return false
    } catch {
      return error == .noSuchFile
    }
  }

  /// Two changes within one tick of the file system's clock have one time, so what changed just now has no stamp.
  private static let ticks: Int64 = 2_000_000_000

  package func stamp(_ path: String) -> FileStamp? {
    guard anchor == nil else { return nil }
    do throws(Errno) {
      let status = try Descriptor.status(of: path, followingLinks: true)
      guard status.changed < Clock.realTime - Self.ticks else { return nil }
      return FileStamp(device: status.device, inode: status.inode, size: status.size, changed: status.changed)
    } catch {
      return error == .noSuchFile && isAbsent(path) ? .absent : nil
    }
  }

  package func realPath(_ path: String) -> String? {
    guard let bytes = try? Descriptor.realPath(path) else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }
}
