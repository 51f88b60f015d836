internal import BaileyCore
internal import BaileyLinux

extension Fault {
  static func write(_ path: String, _ error: Errno) -> Fault {
    Fault(
      "log-write-failed", subject: path, why: "the audit log could not be written: \(error)",
      hint: error == .noSpace || error == .quota
        ? "free space on this file system; nothing is allowed until the log can be written"
        : "check the disk; nothing is allowed until the log can be written")
  }

  static func read(_ path: String, _ error: Errno) -> Fault {
    Fault(
      "log-read-failed", subject: path, why: "the audit log could not be read: \(error)",
      hint: "check that the file exists and that you own it")
  }

  static func damaged(_ path: String, _ why: String) -> Fault {
    Fault(
      "log-damaged", subject: path, why: why,
      hint: "keep a copy of the log as evidence; the log does not go on by itself")
  }

  static func rolledBack(_ path: String, _ why: String) -> Fault {
    Fault(
      "log-rolled-back", subject: path, why: why,
      hint: "find out who put an older log in place; keep both as evidence, and restore the newest copy")
  }
}

/// Runs file operations and tells a failure as a fault about the file.
func writing<Value>(_ path: String, _ body: () throws(Errno) -> Value) throws(Fault) -> Value {
  do throws(Errno) { return try body() } catch { throw .write(path, error) }
}

func reading<Value>(_ path: String, _ body: () throws(Errno) -> Value) throws(Fault) -> Value {
  do throws(Errno) { return try body() } catch { throw .read(path, error) }
}
