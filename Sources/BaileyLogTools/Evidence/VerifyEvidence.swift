internal import ArgumentParser
internal import BaileyAudit
internal import BaileyCore
internal import BaileyEvidence
internal import BaileyLinux
internal import BaileyMerkle

struct VerifyEvidence: LogTool {
  static let configuration = CommandConfiguration(
    commandName: "verify-evidence", abstract: "Check an archive of `bailey evidence`, offline.",
    usage: "bailey verify <file> [--key <key>] [--witness-policy <file>] [--require-complete] [--json]",
    discussion: """
      Nothing is needed but the archive and the log's public key, as whoever runs the log noted it down. Without --key that of this machine's
      log is taken; the one in the archive never is.

      EXAMPLES
        bailey verify bailey-4f7c0123456789ab.tar --key bailey.local/log/…
        bailey verify incident-12.tar --key log.pub --witness-policy policy.txt --json

      The exit code is 6 when anything does not hold.
      """)

  @Argument(help: "The archive.", completion: .file())
  var file: String
  @Option(help: ArgumentHelp("The log's public key, or a file that holds it.", valueName: "key"), completion: .file())
  var key: String?
  @Option(
    help: ArgumentHelp("Also check that the head has the cosignatures that this policy asks for.", valueName: "file"),
    completion: .file())
  var witnessPolicy: String?
  @Flag(help: "Also refuse what cannot be told to have all records up to the session's end.")
  var requireComplete = false
  @Flag(help: "Print versioned JSON.")
  var json = false

  func execute() async throws(Fault) -> Int32 {
    let key = try verifierKey()
    guard let verifier = LogVerifier(key) else { throw LogFile.badKey }
    let policy = try witnessPolicy.map { path throws(Fault) in
      try WitnessPolicy(try LogFile.read(path, limit: LogPolicy.maximumBytes), path: path, log: key)
    }
    let quorum = policy.map { policy in { (note: SignedNote) in policy.isMet(by: note) } }
    var report = EvidenceCheck.run(
      try ArchiveFile(file), key: key, verifier: verifier, quorum: quorum, SHA256Tree.self)
    if requireComplete, !report.isComplete {
      let why = "that no record is left out up to the session's end cannot be told"
      report.findings.append(EvidenceFinding("records-incomplete", EvidenceFile.records.name, why))
    }
    if json { Output.write(Self.json(report).shownText) } else { tell(report) }
    return report.isSound ? 0 : 6
  }

  private func verifierKey() throws(Fault) -> VerifierKey {
    guard let key else {
      let own = try LogReader(try layout).verifierKey
      Output.complain("note: checked by the key beside this machine's log; name the one that you noted down with --key")
      return own
    }
    if let read = VerifierKey(key, SHA256Tree.self) { return read }
    let text = String(decoding: try LogFile.read(key, limit: 8192), as: UTF8.self)
    guard let read = VerifierKey(text.hasSuffix("\n") ? String(text.dropLast()) : text, SHA256Tree.self) else {
      throw LogFile.badKey
    }
    return read
  }

  private static func json(_ report: EvidenceReport) -> JSON {
    [
      "v": 1, "ok": .bool(report.isSound), "complete": .bool(report.isComplete),
      "findings": .array(report.findings.map(\.json)),
      "remarks": .array(report.remarks.map(JSON.string)), "statement": report.predicate ?? .null,
    ]
  }

  private func tell(_ report: EvidenceReport) {
    guard report.isSound, let predicate = report.predicate else {
      Output.complain("the evidence does NOT hold:")
      for finding in report.findings {
        Output.complain("  \(printable(finding.place)): \(printable(finding.why)) [\(finding.code)]")
      }
      return
    }
    let (session, log) = (predicate["session"]?.string ?? "", predicate["log"])
    let (count, size) = (predicate["records"]?["count"]?.int ?? 0, log?["size"]?.int ?? 0)
    Output.write("the evidence holds: \(count) records of session \(printable(session)), in a log of \(size)")
    Output.write("what has to be known:")
    for remark in report.remarks { Output.write("  \(printable(remark))") }
    Output.write("  times are by the clock of that machine, and what the log was not told is not in it")
  }
}

/// An archive on disk.
final class ArchiveFile: EvidenceBytes {
  let length: Int64
  private let path: String
  private let file: Descriptor

  init(_ path: String) throws(Fault) {
    self.path = path
    do throws(Errno) {
      file = try Descriptor.open(path.hasPrefix("/") ? path : "./" + path, WholeFile.flags)
      let status = try file.status()
      guard status.isRegular else { throw .invalid }
      length = status.size
    } catch {
      throw Fault("log-file-unreadable", subject: path, why: error.message)
    }
  }

  func read(at offset: Int64, upTo count: Int) throws(EvidenceFinding) -> [UInt8] {
    do throws(Errno) { return try file.read(upTo: count, at: offset) } catch {
      throw EvidenceFinding("archive-malformed", path, "it cannot be read: \(error.message)")
    }
  }
}
