package import BaileyCore
import BaileyLinux

extension Payloads: ProvenanceKeeper {
  package func keep(_ statement: @escaping @Sendable () -> [UInt8]) async throws(Fault)
    -> (sha256: String, bytes: Int64)
  {
    let reference = try await onOwnThread("provenance") { () throws(Fault) in try store(statement()) }
    return (reference.sha256, reference.size)
  }

  package func statement(sha256: String, bytes: Int64) throws(Fault) -> [UInt8] {
    guard let reference = PayloadReference(sha256: sha256, size: bytes) else {
      throw Fault("payload-missing", subject: sha256, why: "the log does not name it by a hash")
    }
    return try read(reference)
  }
}
