package import BaileyCore

/// A record as it stands in the log, with its place: what a reader needs to ask for the proof of it.
package enum JSONLine {
  /// Canonical JSON, which has no line's end. `changed` says that secrets or paths were taken out, so that there is no `leaf`.
  package static func json(_ record: ExportedRecord, _ origin: ExportOrigin, isChanged: Bool) -> JSON {
    var members: [String: JSON] = [
      "v": 1, "index": .int(Int64(clamping: record.index)), "origin": .string(origin.log), "record": record.record,
    ]
    if let leaf = record.leaf { members["leaf"] = .string(leaf) }
    if record.leftOut > 0 { members["left_out"] = .int(Int64(record.leftOut)) }
    if isChanged { members["changed"] = true }
    return .object(members)
  }
}
