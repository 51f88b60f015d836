/// What the gate asks the data-loss inspection. The gate does not know it; `baileyd` brings them together.

/// Reads what passes the gate, by the rules that are in force and for what a session knows as secret.
package protocol TrafficInspector: Sendable {
  /// - Parameters:
  ///   - host: where the bytes go, for what is accepted there; `nil` for what comes in.
  ///   - encodings: values of `Content-Encoding`, in the order in which they were applied; bytes are fed as they came.
  /// - Throws: where no rules are in force.
  func begin(encoded encodings: String, to host: String?, of session: SessionID) throws(Fault)
    -> any TrafficInspection
  /// Takes off what is declared; `nil` where nothing is, or something that is not known.
  func unpacking(_ encodings: String) -> (any ContentUnpacking)?
  /// What was found under another may be otherwise now.
  func basis(of session: SessionID?) -> InspectionBasis
}

extension TrafficInspector {
  package func basis(of session: SessionID?) -> InspectionBasis { InspectionBasis() }
}

/// One stream of bytes under inspection. It may go from thread to thread, never be used by two at once.
package protocol TrafficInspection: AnyObject {
  /// - Returns: what is found since the last call, the place counted from the stream's first byte. It may come 8 KiB late.
  func feed(_ bytes: Span<UInt8>) -> [PlacedFinding]
  /// What there would be besides if the stream ended here; the stream goes on.
  func peek() -> [PlacedFinding]
  func finish() -> [PlacedFinding]
}

/// Takes encodings off a stream of bytes.
package protocol ContentUnpacking: AnyObject {
  /// - Returns: `false` when it is broken, or more than its limit: nothing more comes then.
  func unpack(_ bytes: Span<UInt8>, _ body: (Span<UInt8>) -> Void) -> Bool
}

/// Where nobody inspects, nothing passes: whatever is fed could hide anything.
package struct NoInspector: TrafficInspector {
  package init() {}

  package func begin(encoded encodings: String, to host: String?, of session: SessionID) throws(Fault)
    -> any TrafficInspection
  {
    throw Fault("inspection-settings", why: "no rules of the inspection are in force")
  }

  package func unpacking(_ encodings: String) -> (any ContentUnpacking)? { nil }
}
