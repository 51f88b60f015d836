internal import BaileyCore
internal import BaileyLinux

/// Files that are the person's alone.
enum StateFile {
  /// Nil where there is no file.
  static func read(_ path: String, limit: Int, isSecret: Bool = false) throws(Fault) -> [UInt8]? {
    let read: (bytes: [UInt8], status: FileStatus)?
    do throws(Errno) { read = try WholeFile.read(path, limit: limit) } catch { throw unreadable(path, error) }
    guard let (bytes, status) = read else { return nil }
    guard status.user == CurrentProcess.user, status.mode & (isSecret ? 0o077 : 0o022) == 0 else {
      throw Fault(
        "fingerprint-store-unsafe", subject: path,
        why: "others can \(isSecret ? "read or " : "")write this file, or it is not yours",
        hint: "make it yours alone: chmod 600")
    }
    return bytes
  }

  static func write(_ bytes: [UInt8], _ path: String) throws(Fault) {
    do throws(Errno) { try WholeFile.replace(path, with: bytes) } catch { throw unwritable(path, error) }
  }

  static func remove(_ path: String) throws(Fault) {
    do throws(Errno) { try Descriptor.workingDirectory.unlink(path) } catch { throw unwritable(path, error) }
  }

  /// Makes the directory, if it is missing, and waits until nobody else changes it.
  static func lock(_ directory: String) throws(Fault) -> Descriptor {
    do throws(Errno) {
      try Descriptor.makeDirectories(directory)
      let file = try Descriptor.open(directory + "/lock", [.readWrite, .create, .noFollow], mode: 0o600)
      try file.lock(.exclusive, wait: true)
      return file
    } catch {
      throw unwritable(directory, error)
    }
  }

  static func unreadable(_ path: String, _ error: Errno) -> Fault {
    Fault("fingerprint-store-unreadable", subject: path, why: error.message)
  }

  static func unwritable(_ path: String, _ error: Errno) -> Fault {
    Fault("fingerprint-store-unwritable", subject: path, why: error.message)
  }
}
