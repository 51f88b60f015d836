import BaileyControl
import BaileyCore
import BaileyWire

/// What is kept beside the log, holds and erasures.
extension Exchange {
  func payloads(_ request: Request) async throws(Fault) -> Reply {
    guard let retention = services.retention else {
      throw Fault("request-misplaced", why: "this controller keeps no payloads")
    }
    switch request {
    case .payloads(let reference):
      var session: SessionID?
      if let reference { session = try await logged(reference) }
      return .payloads(try await retention.list(of: session))
    case .erasePayloads(let order): return .erased(try await erase(order, retention))
    case .prunePayloads(let dryRun): return .erased(try await retention.prune(isDryRun: dryRun))
    case .hold(let session, let reason): try await retention.hold(try await logged(session), reason: reason)
    case .release(let session, let reason): try await retention.release(try await logged(session), reason: reason)
    case .holds: return .holds(try await retention.holds())
    default: break
    }
    return .done
  }

  private func erase(_ order: EraseOrder, _ retention: Retention) async throws(Fault) -> ErasureReport {
    switch order.target {
    case .session(let reference):
      let session = try await logged(reference)
      return try await retention.erase(session: session, note: order.reason, isDryRun: order.isDryRun)
    case .content(let sha256):
      return try await retention.erase(sha256: sha256, note: order.reason, isDryRun: order.isDryRun)
    }
  }
}
