internal import ArgumentParser
internal import BaileyAudit
internal import BaileyCore
internal import BaileyEvidence
internal import BaileyLinux
internal import BaileyWire

struct Evidence: LogTool {
  static let configuration = CommandConfiguration(
    commandName: "evidence", abstract: "Write all that is on record of a session into one archive that proves itself.",
    usage: "bailey evidence <session> [--output <file>] [--json]",
    discussion: """
      Records with proofs, the signed head, recordings and diffs, and a signed statement over them. `bailey verify` checks it anywhere, with
      nothing but the log's public key. A session that runs can be asked for, too: the archive then ends where the log does now.

      EXAMPLES
        bailey evidence 4f7c
        bailey evidence 4f7c -o incident-12.tar --json

      The exit code is 6 when a recording or diff that the log names is changed or missing, and no record says that it was erased.
      """)

  @Argument(help: "A session's name or the beginning of it.")
  var session: String
  @Option(name: .shortAndLong, help: ArgumentHelp("Where to; bailey-SESSION.tar if left out.", valueName: "file"))
  var output: String?
  @Flag(help: "Print versioned JSON.")
  var json = false

  func execute() async throws(Fault) -> Int32 {
    let reader = try LogReader(try layout)
    try await Self.awaitHead(reader)
    let scan = try SessionScan.run(reader, try SessionScan.resolve(session, reader))
    let maker = try EvidenceMaker(reader, state: try Places.current().state, scan)
    let path = output ?? "bailey-\(scan.records.session).tar"
    let writer = try ArchiveWriter(path)
    do {
      let predicate = try maker.write(writer)
      let bytes = try writer.close()
      return report(predicate, path, bytes, scan)
    } catch {
      writer.discard()
      throw error
    }
  }

  /// A running log signs what is new within a second; one that does not run never will.
  private static func awaitHead(_ reader: LogReader) async throws(Fault) {
    for _ in 0..<20 where try reader.hasUnsigned() { try? await Task.sleep(for: .milliseconds(100)) }
  }

  private func report(_ predicate: JSON, _ path: String, _ bytes: Int64, _ scan: SessionScan) -> Int32 {
    let contents = (predicate["recordings"]?.array ?? []) + (predicate["payloads"]?.array ?? [])
    let absent = contents.count { $0["content"] == "absent" }
    if json {
      let summary: JSON = [
        "v": 1, "ok": .bool(absent == 0), "file": .string(path), "bytes": .int(bytes), "statement": predicate,
        "unsigned": .int(Int64(scan.unsigned)), "absent": .int(Int64(absent)),
      ]
      Output.write(summary.shownText)
    } else {
      tell(predicate, path, scan, absent)
    }
    return absent == 0 ? 0 : 6
  }

  private func tell(_ predicate: JSON, _ path: String, _ scan: SessionScan, _ absent: Int) {
    let (count, recordings) = (predicate["records"]?["count"]?.int ?? 0, predicate["recordings"]?.array?.count ?? 0)
    let diffs = predicate["payloads"]?.array?.count { $0["kind"] == "diff" } ?? 0
    Output.write(
      "\(printable(path)): \(count) records, \(recordings) recordings, \(diffs) diffs of \(scan.records.session)")
    if predicate["ended"] != true {
      Output.complain("note: the session has no end on record; it runs, or its controller died")
    }
    if scan.unsigned > 0 { Output.complain("note: \(scan.unsigned) records that no head covers are left out") }
    for content in (predicate["recordings"]?.array ?? []) + (predicate["payloads"]?.array ?? []) {
      guard content["content"] == "erased", let hash = content["sha256"]?.string else { continue }
      Output.complain("note: \(hash) was erased, on record; its hash stays")
    }
    if absent > 0 { Output.complain("\(absent) recordings or diffs are changed or missing, and no record says why") }
    Output.complain("the key to verify it with, noted down elsewhere: \(predicate["log"]?["key"]?.string ?? "")")
  }
}
