internal import BaileyCore
internal import BaileyLinux
internal import BaileyMerkle

/// All that is read at a start, before anything is written: where it fails, the log does not start.
///
/// `LogRecovery` goes the same way, so that it finds whatever a start would.
struct LogStart {
  let verifierKey: VerifierKey
  let found: Recovery
  private let layout: LogLayout
  private let notice: JSON?
  private var publisher: Publisher

  init(_ layout: LogLayout, key: LogKey) throws(Fault) {
    guard let verifier = LogVerifier(key.verifierKey) else {
      throw Fault("log-key-invalid", subject: layout.keyFile, why: "the log's key cannot verify")
    }
    self.layout = layout
    verifierKey = key.verifierKey
    found = try Recovery(layout, verifier: verifier)
    publisher = try Publisher(layout, key: key, recovered: found)
    notice = try layout.takeNotice()
    publisher.add(found.entries)
    if let notice, publisher.size == 0 {
      let record = Record(.note, session: nil, time: Clock.realTime, body: notice)
      publisher.add([record.fitting(AuditLog.maximumRecord).json.canonical])
    }
  }

  /// Signs a head over what no head covers yet; the notice goes when its record is signed.
  consuming func published() throws(Fault) -> Publisher {
    if publisher.size > found.head.checkpoint.size || found.head.note != found.keptHead { try publisher.publish() }
    if notice != nil { try layout.removeNotice() }
    return publisher
  }
}
