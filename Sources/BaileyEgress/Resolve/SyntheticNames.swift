import BaileyCore

/// One address of 198.18.0.0/15 (RFC 2544) for each name that a session asked for, and the way back.
///
/// A value, kept under the session's lock. A name keeps its address as long as it is in the table. When the table is full, the name
/// that was asked for longest ago goes, but none that was answered within `grace` or has a connection; and the addresses
/// go round, so that a freed one is not given out before all others have been.
struct SyntheticNames: Sendable {
  private struct Entry: Sendable {
    var name: HostName
    /// Nanoseconds, monotonic.
    var answered: Int64
    var connections: Int
  }

  let capacity: Int
  /// Longer than the life of an answer, so that no client still holds the address.
  let grace: Int64
  private var numbers: [HostName: UInt32] = [:]
  private var entries: [UInt32: Entry] = [:]
  private var order: [UInt32] = []
  private var next: UInt32 = 0

  private static let base: UInt32 = 198 << 24 | 18 << 16
  /// Neither 198.18.0.0 nor 198.19.255.255.
  private static let last: UInt32 = (1 << 17) - 2

  init(capacity: Int = 60_000, grace: Int64 = 300 * 1_000_000_000) {
    self.capacity = min(capacity, Int(Self.last) / 2)
    self.grace = grace
  }

  var count: Int { entries.count }

  func knows(_ name: HostName) -> Bool { numbers[name] != nil }

  static func isSynthetic(_ address: IPAddress) -> Bool { number(address) != nil }

  private static func number(_ address: IPAddress) -> UInt32? {
    guard address.isIPv4, address.bytes[0] == 198, address.bytes[1] & 0xFE == 18 else { return nil }
    return UInt32(address.bytes[1] & 1) << 16 | UInt32(address.bytes[2]) << 8 | UInt32(address.bytes[3])
  }

  private static func address(_ number: UInt32) -> IPAddress? {
    let value = base | number
    return IPAddress(bytes: [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> UInt32($0)) })
  }

  func name(of address: IPAddress) -> HostName? { Self.number(address).flatMap { entries[$0]?.name } }

  /// `nil` when the table is full of names in use.
  mutating func address(for name: HostName, now: Int64) -> IPAddress? {
    if let number = numbers[name] {
      entries[number]?.answered = now
      return Self.address(number)
    }
    if entries.count >= capacity, !evict(now) { return nil }
    let number = free()
    numbers[name] = number
    entries[number] = Entry(name: name, answered: now, connections: 0)
    order.append(number)
    return Self.address(number)
  }

  private mutating func free() -> UInt32 {
    repeat { next = next % Self.last + 1 } while entries[next] != nil
    return next
  }

  /// Looks at the oldest sixteenth at most, so that a full table costs a flood of names little.
  private mutating func evict(_ now: Int64) -> Bool {
    for index in order.indices.prefix(max(16, capacity / 16)) {
      let number = order[index]
      guard let entry = entries[number], entry.connections == 0, now - entry.answered > grace else { continue }
      order.remove(at: index)
      entries[number] = nil
      numbers[entry.name] = nil
      return true
    }
    return false
  }

  mutating func connected(_ address: IPAddress) { change(address, by: 1) }
  mutating func disconnected(_ address: IPAddress) { change(address, by: -1) }

  private mutating func change(_ address: IPAddress, by step: Int) {
    guard let number = Self.number(address) else { return }
    entries[number]?.connections += step
  }
}
