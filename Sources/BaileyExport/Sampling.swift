/// Keeps one in so many of the ordinary records; what a person would look for is always kept.
package struct Sampling: Sendable, Equatable {
  /// 1 keeps all.
  package var oneIn: Int

  package init(oneIn: Int) { self.oneIn = max(1, oneIn) }

  /// Depends on the record alone, so that what is sent again is the same choice.
  package func keeps(_ record: ExportedRecord) -> Bool {
    guard oneIn > 1, Self.isOrdinary(record) else { return true }
    // An outcome goes with its decision.
    let index = ExportedRecord.intentIndex(record.record) ?? record.index
    return Self.mixed(index) % UInt64(oneIn) == 0
  }

  private static func isOrdinary(_ record: ExportedRecord) -> Bool {
    switch record.kind {
    case "intent": record.effect == "allow" && record.verb != "workspace.apply" && record.verb != "session.start"
    case "outcome": record.succeeded == true
    case "observed": record.succeeded == true
    default: false
    }
  }

  /// SplitMix64 (Steele, Lea, Flood 2014): neighbours do not go together.
  private static func mixed(_ index: UInt64) -> UInt64 {
    var value = index &+ 0x9E37_79B9_7F4A_7C15
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
