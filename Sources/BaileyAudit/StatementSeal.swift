package import BaileyCore
internal import BaileyEvidence
internal import BaileyLinux

extension LogReader {
  /// A statement about the log, signed by the log's key, as DSSE.
  ///
  /// The key never leaves this call, and signs nothing here that could be taken for a head: what is signed begins with `DSSEv1`.
  package func seal(statement: [UInt8]) throws(Fault) -> [UInt8] {
    guard let key = try LogKey.load(layout.keyFile) else {
      throw Fault(
        "log-key-missing", subject: layout.keyFile, why: "the log's private key is not there",
        hint: "evidence is made on the machine of the log, by its owner")
    }
    guard key.verifierKey == verifierKey else {
      throw Fault("log-key-invalid", subject: layout.keyFile, why: "it is the key of another log")
    }
    do { return try Envelope(statement, type: Envelope.statementType, by: key).encoded } catch {
      throw Fault("log-key-invalid", subject: layout.keyFile, why: "it does not sign")
    }
  }
}
