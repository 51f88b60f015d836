import BaileyCore
import BaileyLinux

/// One small file, replaced as a whole: written beside, synced, renamed, directory synced.
struct StateFile {
  let directory: String
  let name: String

  /// - Throws: `state-unwritable`.
  func replace(_ content: [UInt8]) throws(Fault) {
    do throws(Errno) {
      let folder = try Descriptor.open(directory, [.readOnly, .directory, .noFollow])
      let temporary = "." + name + ".new"
      do throws(Errno) { try folder.unlink(temporary) } catch { if error != .noSuchFile { throw error } }
      let file = try folder.open(temporary, [.writeOnly, .create, .exclusive, .noFollow], mode: 0o600)
      try file.writeAll(content)
      try file.fsync()
      try folder.rename(temporary, to: name)
      try folder.fsync()
    } catch {
      throw Fault(
        "state-unwritable", subject: directory + "/" + name, why: error.message,
        hint: "Bailey keeps its state there; free space or mend the permissions")
    }
  }

  /// `nil` where there is none.
  func read(limit: Int) throws(Fault) -> [UInt8]? {
    do throws(Errno) {
      return try Descriptor.open(directory + "/" + name, [.readOnly, .noFollow]).readAll(limit: limit)
    } catch .noSuchFile {
      return nil
    } catch {
      throw Fault("state-unreadable", subject: directory + "/" + name, why: error.message)
    }
  }
}
