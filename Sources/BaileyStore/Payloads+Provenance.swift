package import BaileyCore

extension Payloads: ProvenanceKeeper {
  package func keep(statement: [UInt8]) throws(Fault) -> (sha256: String, bytes: Int64) {
    let reference = try store(statement)
    return (reference.sha256, reference.size)
  }

  package func statement(sha256: String, bytes: Int64) throws(Fault) -> [UInt8] {
    guard let reference = PayloadReference(sha256: sha256, size: bytes) else {
      throw Fault("payload-missing", subject: sha256, why: "the log does not name it by a hash")
    }
    return try read(reference)
  }
}
