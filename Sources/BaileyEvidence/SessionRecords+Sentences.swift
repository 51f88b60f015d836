package import BaileyCore
package import BaileyMerkle

extension SessionRecords {
  /// The log as the statement names it.
  package static func log(_ head: Checkpoint, key: VerifierKey) -> JSON {
    [
      "origin": .string(head.origin), "size": .int(Int64(clamping: head.size)), "root": .string(head.root.base64),
      "key": .string(key.text),
    ]
  }

  /// Whether all records of the session are here, as far as records can tell.
  package var completeness: [String] {
    guard let end else {
      return [
        "the session has no end on record: it went on, its controller died, or the record of its end was left out; so "
          + "may others have been"
      ]
    }
    var said = ["what was recorded after the session's end (record \(end)) may have been left out"]
    if announced == nil { said.append("the record of its end does not count the records: some may have been left out") }
    if lost > 0 {
      said.append("the log counts \(lost) records of the session that it lost: as many may have been left out")
    }
    return said
  }
}
