import BaileyCore
import BaileyLinux

/// How far a sink has acknowledged the log, on disk.
///
/// Written anew and synced with its directory before anybody relies on it. It names the log, so that another log's place is not taken for
/// this one's.
struct Cursor: Sendable, Equatable {
  var log: String
  /// The first record that is not acknowledged.
  var next: UInt64

  /// - Returns: nil where there is none.
  static func load(_ path: String) throws(Fault) -> Cursor? {
    let bytes: [UInt8]?
    do throws(Errno) { bytes = try WholeFile.read(path, limit: 4096)?.bytes } catch { throw fault(path, error.message) }
    guard let bytes else { return nil }
    guard let json = try? JSON.parse(bytes), let log = json["log"]?.string,
      let next = json["next"]?.int.flatMap({ UInt64(exactly: $0) })
    else { throw fault(path, "it is damaged") }
    return Cursor(log: log, next: next)
  }

  func save(_ path: String) throws(Fault) {
    let json: JSON = ["v": 1, "log": .string(log), "next": .int(Int64(clamping: next))]
    do throws(Errno) { try WholeFile.replace(path, with: json.canonical) } catch {
      throw Self.fault(path, error.message)
    }
  }

  private static func fault(_ path: String, _ why: String) -> Fault {
    Fault(
      "export-cursor", subject: path, why: "the place that the sink has reached cannot be kept: \(why)",
      hint: "without the file the sink begins anew, and its receiver gets records again")
  }
}
