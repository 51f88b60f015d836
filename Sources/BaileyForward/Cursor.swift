import BaileyCore
import BaileyLinux

/// How far a sink has acknowledged the log, on disk.
///
/// Written anew and synced with its directory before anybody relies on it. It names the log and the last record, so that the place in
/// another log, or in another past of this one, is not taken for this one's.
struct Cursor: Sendable, Equatable {
  var log: String
  /// The first record that is not acknowledged.
  var next: UInt64
  /// The leaf hash of the record before it, lower-case hex; nil for none.
  var leaf: String?
  /// Records before it that sampling left out, and that no record that was sent has told.
  var leftOut = 0

  /// - Returns: nil where there is none.
  static func load(_ path: String) throws(Fault) -> Cursor? {
    let bytes: [UInt8]?
    do throws(Errno) { bytes = try WholeFile.read(path, limit: 4096)?.bytes } catch { throw fault(path, error.message) }
    guard let bytes else { return nil }
    guard let json = try? JSON.parse(bytes), let log = json["log"]?.string,
      let next = json["next"]?.int.flatMap({ UInt64(exactly: $0) })
    else { throw fault(path, "it is damaged") }
    return Cursor(
      log: log, next: next, leaf: json["leaf"]?.string, leftOut: Int(clamping: json["left_out"]?.int ?? 0))
  }

  func save(_ path: String) throws(Fault) {
    var members: [String: JSON] = ["v": 1, "log": .string(log), "next": .int(Int64(clamping: next))]
    if let leaf { members["leaf"] = .string(leaf) }
    if leftOut > 0 { members["left_out"] = .int(Int64(leftOut)) }
    do throws(Errno) { try WholeFile.replace(path, with: JSON.object(members).canonical) } catch {
      throw Self.fault(path, error.message)
    }
  }

  private static func fault(_ path: String, _ why: String) -> Fault {
    Fault(
      "export-cursor", subject: path, why: "the place that the sink has reached cannot be kept: \(why)",
      hint: "without the file the sink begins anew, and its receiver gets records again")
  }
}
