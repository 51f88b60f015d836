import BaileyCore
import BaileyLinux
internal import GRDB

/// What a failure of SQLite says of the file: whether it is to be thrown away, or to be kept until the disk is well.
enum IndexFault {
  /// What is in the file is wrong, so only another file helps; with all else (a full disk, no descriptors) it may be well.
  static func isDamage(_ error: any Error) -> Bool {
    guard let error = error as? DatabaseError else { return error is RowDecodingError }
    return [.SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_CONSTRAINT].contains(error.resultCode)
  }

  static func fault(_ error: any Error, _ path: String) -> Fault {
    let isDamage = isDamage(error)
    let hint =
      isDamage
      ? "it is made anew from the log; look at the disk if this comes back"
      : "the log itself is well and is read instead; free space, or mend the permissions of `index`"
    return Fault(
      isDamage ? "log-index-damaged" : "log-index-unusable", subject: path,
      why: "the index of the log failed: \(why(error))", hint: hint)
  }

  /// Without values that were bound.
  private static func why(_ error: any Error) -> String {
    if let error = error as? Errno { return error.message }
    guard let error = error as? DatabaseError else { return "\(type(of: error))" }
    return error.message ?? "SQLite error \(error.extendedResultCode.rawValue)"
  }
}
