import BaileyCore
import BaileyLinux

extension Fault {
  /// A system call on a path that failed, as a person should hear it.
  static func workspace(_ error: Errno, _ path: [UInt8], doing what: String) -> Fault {
    let subject = printable(String(decoding: path, as: UTF8.self))
    switch error {
    case .noSpace, .quota:
      return Fault(
        "workspace-disk-full", subject: subject, why: "no space left while \(what)",
        hint: "free some space and try again")
    case .readOnlyFileSystem:
      return Fault(
        "workspace-read-only", subject: subject, why: "the file system is read-only, met while \(what)",
        hint: "make it writable, or copy the changes elsewhere")
    default:
      return Fault("workspace-io", subject: subject, why: "\(error) while \(what)", hint: nil)
    }
  }

  static func workspace(_ error: Errno, _ path: String, doing what: String) -> Fault {
    workspace(error, Array(path.utf8), doing: what)
  }
}

/// Runs system calls on a path and turns their failure into a fault.
func attempting<Value: ~Copyable>(
  _ what: String, _ path: [UInt8], _ body: () throws(Errno) -> Value
) throws(Fault) -> Value {
  do throws(Errno) { return try body() } catch { throw Fault.workspace(error, path, doing: what) }
}
