/// How long a witness that failed is left alone: each time twice as long, and never the same for all who ask it.
///
/// Times are nanoseconds of one clock.
struct WitnessPause: Sendable, Equatable {
  static let second: Int64 = 1_000_000_000
  /// What doubling leads to, where rounds are not further apart.
  static let longest = 3600 * second
  /// What a witness can ask for: more would be a way to be rid of.
  static let longestAsked = 86_400 * second

  private(set) var failures = 0
  private(set) var until = Int64.min

  /// - Parameters:
  ///   - base: between two rounds.
  ///   - asked: the witness's own wish, seconds (`Retry-After`).
  ///   - roll: from 0 to 1; the part of the second half that counts.
  mutating func fail(at now: Int64, base: Int64, asked: Int64?, roll: Double) {
    let whole = min(base << Int64(min(failures, 16)), max(Self.longest, base))
    let wished = min(max(asked ?? 0, 0), Self.longestAsked / Self.second) * Self.second
    failures += 1
    until = now + max(whole / 2 + Int64(Double(whole / 2) * roll), wished)
  }

  /// `Retry-After` as a number of seconds (RFC 9110 section 10.2.3); a date is left out, since clocks differ.
  static func seconds(_ header: String?) -> Int64? {
    guard let header, (1...9).contains(header.utf8.count), header.utf8.allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    return Int64(header)
  }
}
