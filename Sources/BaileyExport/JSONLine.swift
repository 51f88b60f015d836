package import BaileyCore

/// A record as it stands in the log, with its place: what a reader needs to ask for the proof of it.
package enum JSONLine {
  /// Canonical JSON, which has no line's end. `changed` says that secrets or paths were taken out, so that `leaf` is of another text.
  package static func json(_ record: ExportedRecord, _ origin: ExportOrigin, isChanged: Bool) -> JSON {
    var members: [String: JSON] = [
      "v": 1, "index": .int(Int64(clamping: record.index)), "leaf": .string(record.leaf),
      "origin": .string(origin.log), "record": record.record,
    ]
    if isChanged { members["changed"] = true }
    return .object(members)
  }
}
