/// Offsets of a time zone, from the bytes of a TZif file (RFC 9636).
package struct TimeZone: Sendable {
  private var transitions: [(at: Int, kind: Int)] = []
  private var kinds: [(offset: Int, name: String)] = [(0, "UTC")]
  private var rule: ZoneRule?

  package static let utc = TimeZone()

  private init() {}

  /// Nil when the bytes are no TZif file.
  package init?(_ bytes: [UInt8]) {
    guard let first = Header(bytes, at: 0) else { return nil }
    var (start, size, header) = (44, 4, first)
    if first.version >= 2 {
      let next = 44 + first.size(4)
      guard let second = Header(bytes, at: next) else { return nil }
      (start, size, header) = (next + 44, 8, second)
    }
    guard read(bytes, start, size, header) else { return nil }
    let footer = start + header.size(size)
    if size == 8, footer < bytes.count {
      rule = ZoneRule(bytes[(footer + 1)...].prefix { $0 != 0x0A })
    }
  }

  private struct Header {
    let version: Int
    let counts: [Int]

    init?(_ bytes: [UInt8], at start: Int) {
      guard bytes.count >= start + 44, bytes[start..<(start + 4)].elementsEqual("TZif".utf8) else { return nil }
      version = bytes[start + 4] == 0 ? 1 : 2
      counts = (0..<6).map { TimeZone.number(bytes, start + 20 + $0 * 4, 4) }
      guard counts.allSatisfy({ (0..<100_000).contains($0) }), bytes.count >= start + 44 + size(version == 1 ? 4 : 4)
      else { return nil }
    }

    /// Order in the file: isutcnt, isstdcnt, leapcnt, timecnt, typecnt, charcnt.
    func size(_ word: Int) -> Int {
      counts[3] * (word + 1) + counts[4] * 6 + counts[5] + counts[2] * (word + 4) + counts[1] + counts[0]
    }
  }

  private static func number(_ bytes: [UInt8], _ at: Int, _ size: Int) -> Int {
    let raw = bytes[at..<(at + size)].reduce(0) { $0 << 8 | UInt64($1) }
    return size == 4 ? Int(Int32(truncatingIfNeeded: raw)) : Int(Int64(bitPattern: raw))
  }

  private mutating func read(_ bytes: [UInt8], _ start: Int, _ size: Int, _ header: Header) -> Bool {
    let (times, types, characters) = (header.counts[3], header.counts[4], header.counts[5])
    guard bytes.count >= start + header.size(size), types > 0 else { return false }
    let typesAt = start + times * (size + 1)
    let names = bytes[(typesAt + types * 6)..<(typesAt + types * 6 + characters)]
    kinds = (0..<types).map { index in
      let at = typesAt + index * 6
      let name = names.dropFirst(Int(bytes[at + 5])).prefix { $0 != 0 }
      return (Self.number(bytes, at, 4), String(decoding: name, as: UTF8.self))
    }
    for index in 0..<times {
      let kind = Int(bytes[start + times * size + index])
      guard kind < types else { return false }
      transitions.append((Self.number(bytes, start + index * size, size), kind))
    }
    return true
  }

  /// Offset and name at so many seconds since 1970.
  func at(_ seconds: Int) -> (Int, String) {
    if let last = transitions.last, seconds >= last.at, let rule { return rule.at(seconds) }
    if transitions.isEmpty, let rule { return rule.at(seconds) }
    var (low, high) = (0, transitions.count)
    while low < high {
      let middle = (low + high) / 2
      if transitions[middle].at <= seconds { low = middle + 1 } else { high = middle }
    }
    let kind = low == 0 ? 0 : transitions[low - 1].kind
    return (kinds[kind].offset, kinds[kind].name)
  }
}

/// The rule for all years after a zone's last transition: `EST5EDT,M3.2.0,M11.1.0`.
struct ZoneRule: Sendable {
  private var standard: (Int, String) = (0, "UTC")
  private var daylight: (Int, String)?
  private var changes: [(month: Int, week: Int, day: Int, time: Int)] = []

  init?(_ text: ArraySlice<UInt8>) {
    var rest = text
    guard let name = Self.name(&rest), let offset = Self.time(&rest) else { return nil }
    standard = (-offset, name)
    guard !rest.isEmpty else { return }
    guard let summer = Self.name(&rest) else { return nil }
    daylight = (standard.0 + 3600, summer)
    if rest.first != 0x2C, let offset = Self.time(&rest) { daylight = (-offset, summer) }
    while rest.first == 0x2C {
      rest.removeFirst()
      guard let change = Self.change(&rest) else { return nil }
      changes.append(change)
    }
    guard changes.count == 2 else { return nil }
  }

  private static func name(_ rest: inout ArraySlice<UInt8>) -> String? {
    if rest.first == 0x3C {
      let name = rest.dropFirst().prefix { $0 != 0x3E }
      rest = rest.dropFirst(name.count + 2)
      return String(decoding: name, as: UTF8.self)
    }
    let name = rest.prefix { (0x41...0x5A).contains($0 & 0xDF) }
    rest = rest.dropFirst(name.count)
    return name.count >= 3 ? String(decoding: name, as: UTF8.self) : nil
  }

  private static func number(_ rest: inout ArraySlice<UInt8>) -> Int? {
    let digits = rest.prefix { (0x30...0x39).contains($0) }
    rest = rest.dropFirst(digits.count)
    return digits.count < 6 ? Int(String(decoding: digits, as: UTF8.self)) : nil
  }

  /// `[+-]hh[:mm[:ss]]` in seconds.
  private static func time(_ rest: inout ArraySlice<UInt8>) -> Int? {
    let negative = rest.first == 0x2D
    if negative || rest.first == 0x2B { rest.removeFirst() }
    guard let hours = number(&rest) else { return nil }
    var seconds = hours * 3600
    for unit in [60, 1] where rest.first == 0x3A {
      rest.removeFirst()
      guard let value = number(&rest) else { return nil }
      seconds += value * unit
    }
    return negative ? -seconds : seconds
  }

  private static func change(_ rest: inout ArraySlice<UInt8>) -> (month: Int, week: Int, day: Int, time: Int)? {
    guard rest.popFirst() == 0x4D, let month = number(&rest), rest.popFirst() == 0x2E, let week = number(&rest),
      rest.popFirst() == 0x2E, let day = number(&rest)
    else { return nil }
    var at = 7200
    if rest.first == 0x2F {
      rest.removeFirst()
      guard let value = time(&rest) else { return nil }
      at = value
    }
    return (month, week, day, at)
  }

  func at(_ seconds: Int) -> (Int, String) {
    guard let daylight else { return standard }
    let year = CivilTime.date(CivilTime.floorDivide(seconds + standard.0, 86_400)).0
    let start = moment(changes[0], year) - standard.0
    let end = moment(changes[1], year) - daylight.0
    let isSummer = start < end ? (start..<end).contains(seconds) : !(end..<start).contains(seconds)
    return isSummer ? daylight : standard
  }

  private func moment(_ change: (month: Int, week: Int, day: Int, time: Int), _ year: Int) -> Int {
    let first = CivilTime.days(year, change.month, 1)
    let weekday = ((first + 4) % 7 + 7) % 7
    var day = first + (change.day - weekday + 7) % 7 + (change.week - 1) * 7
    if day >= first + CivilTime.daysIn(change.month, year) { day -= 7 }
    return day * 86_400 + change.time
  }
}
