package import BaileyCore
import BaileyInspect

extension InspectionStore: TrafficInspector {
  /// Paths that are accepted are those of files: nothing that a request names counts as one of them.
  package func begin(
    encoded encodings: String, to host: String?, of session: SessionID
  ) throws(Fault) -> any TrafficInspection {
    let loaded = try current()
    var options = InspectionOptions()
    (options.allowlist, options.known) = (loaded.accepted.always, known.values(of: session))
    options.allowlist.honoursComments = false
    options.allowlist.paths = []
    options.encodings = ContentEncoding.read(encodings)
    return LentInspection(loaded, options, scratches, host)
  }

  package func unpacking(_ encodings: String) -> (any ContentUnpacking)? {
    ContentUnpacker(ContentEncoding.read(encodings)).map(Unpacking.init)
  }
}

/// A stream that may be open for days: it has a scratch for each call only.
private final class LentInspection: TrafficInspection {
  private let loaded: InspectionStore.Loaded
  private let inspection: Inspection
  private let pool: ScratchPool
  private let host: String?

  init(_ loaded: InspectionStore.Loaded, _ options: InspectionOptions, _ pool: ScratchPool, _ host: String?) {
    (self.loaded, self.pool, self.host) = (loaded, pool, host)
    inspection = Inspection(loaded.rules, options: options, scratch: pool.lend(loaded.rules).scratch)
  }

  func feed(_ bytes: Span<UInt8>) -> [PlacedFinding] {
    lend { inspection in
      inspection.feed(bytes)
      return inspection.takeFindings()
    }
  }

  func peek() -> [PlacedFinding] { lend { $0.peek() } }
  func finish() -> [PlacedFinding] { lend { $0.finish() } }

  private func lend(_ body: (Inspection) -> [Finding]) -> [PlacedFinding] {
    let loan = pool.lend(loaded.rules)
    return withExtendedLifetime(loan) {
      inspection.use(loan.scratch)
      let (accepted, host) = (loaded.accepted, host)
      return body(inspection).filter { !accepted.covers($0, to: host) }.map { PlacedFinding($0) }
    }
  }
}

private final class Unpacking: ContentUnpacking {
  private let unpacker: ContentUnpacker

  init(_ unpacker: ContentUnpacker) { self.unpacker = unpacker }

  func unpack(_ bytes: Span<UInt8>, _ body: (Span<UInt8>) -> Void) -> Bool { unpacker.unpack(bytes, body) }
}
