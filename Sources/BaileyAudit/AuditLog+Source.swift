package import BaileyCore
internal import BaileyLinux
internal import BaileyMerkle

/// The running log, read by its own controller. Others read the files with `LogReader`.
extension AuditLog: LogSource {
  package func entries(from index: UInt64, limit: Int) async throws(Fault) -> [LoggedRecord] {
    guard limit > 0, index < count else { return [] }
    return try reader.records(from: index, limit: limit).entries.map { LoggedRecord(index: $0.index, record: $0.json) }
  }

  package func size() async throws(Fault) -> UInt64 { count }

  package func signedSize() async throws(Fault) -> UInt64 { head.checkpoint.size }

  /// Signs a head first where none covers the record yet.
  package func evidence(for index: UInt64) async throws(Fault) -> LogEvidence {
    if index >= head.checkpoint.size { try await publish() }
    let proof = try reader.proof(index: index)
    return LogEvidence(proof: proof.path.map(\.hex), checkpoint: String(decoding: proof.checkpoint, as: UTF8.self))
  }

  /// Signs a head over all that is written, then recomputes everything below it, on a thread of its own.
  package func verify() async throws(Fault) -> LogFindings {
    try await publish()
    let reader = try reader
    let report = await withCheckedContinuation {
      (waiter: CheckedContinuation<Result<LogVerification, Fault>, Never>) in
      do throws(Errno) {
        try startThread("log-verify") {
          do throws(Fault) { waiter.resume(returning: .success(try reader.verify())) } catch {
            waiter.resume(returning: .failure(error))
          }
        }
      } catch {
        waiter.resume(returning: .failure(.read(reader.layout.directory, error)))
      }
    }
    return LogFindings(try report.get(), checkpoint: String(decoding: head.note, as: UTF8.self))
  }

  /// By the key in memory, not by one from a file.
  private var reader: LogReader {
    get throws(Fault) { try LogReader(layout, verifierKey: verifierKey) }
  }
}

extension AuditLog: HealthProbe {
  /// What the last write, sync and head met with; nothing is written to find out.
  package func examine() async -> [HealthFinding] {
    guard let fault else { return [HealthFinding("log", .ok, "\(count) records; it takes more")] }
    let place = fault.subject.map { "\(printable($0)): " } ?? ""
    return [HealthFinding("log", .fail, "no effect happens: \(place)\(fault.why) [\(fault.code)]", fix: fault.hint)]
  }
}

extension LogFindings {
  fileprivate init(_ report: LogVerification, checkpoint: String) {
    self.init(
      size: report.size, root: TreeDigest(base64: report.root)?.hex ?? "", checkpoint: checkpoint,
      problems: report.problems.map { "\($0.path): \($0.why) [\($0.code)]" },
      firstBad: report.problems.compactMap(\.index).min())
  }
}

extension TreeDigest {
  fileprivate var hex: String {
    hexadecimal(bytes)
  }
}
