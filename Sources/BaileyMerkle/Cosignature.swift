/// A witness's word on a head: that it is consistent with all that it saw of the log before, as of a time (C2SP tlog-cosignature, type 0x04).
public struct Cosignature: Sendable, Equatable {
  /// Seconds since 1970-01-01 UTC, by the witness's clock.
  public var time: UInt64
  /// Ed25519.
  public var signature: [UInt8]

  public init(time: UInt64, signature: [UInt8]) {
    self.time = time
    self.signature = signature
  }

  /// As a note's signature line holds it; `nil` unless there are exactly 72 bytes and a time below 2^63.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count == 72 else { return nil }
    time = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    signature = Array(bytes.dropFirst(8))
    guard time <= UInt64(Int64.max) else { return nil }
  }

  public var bytes: [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: time >> UInt64(56 - 8 * $0)) } + signature }

  /// What is signed.
  public static func message(time: UInt64, text: [UInt8]) -> [UInt8] {
    Array("cosignature/v1\ntime \(time)\n".utf8) + text
  }
}
