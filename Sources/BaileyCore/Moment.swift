/// A time as a person writes it.
package enum Moment {
  private static let second: Int64 = 1_000_000_000
  private static let day = 86_400 * second

  /// RFC 3339, a date, `90s`, `15m`, `2h`, `3d`, `1w` (so long ago), `now`, `today`, `yesterday`. Days are those of UTC, as all times that are
  /// shown.
  ///
  /// - Returns: nanoseconds since 1970, or `nil` for what is no time.
  package static func read(_ text: String, now: Int64) -> Int64? {
    let today = now - now % day
    switch text {
    case "now": return now
    case "today": return today
    case "yesterday": return today - day
    default: return ago(text).map { now - $0 } ?? stamp(Array(text.utf8))
    }
  }

  private static func ago(_ text: String) -> Int64? {
    let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]
    guard let unit = text.last.flatMap({ units[$0] }), text.utf8.dropLast().allSatisfy(isDigit),
      let count = Int64(text.dropLast()), count <= 1_000_000_000 / unit
    else { return nil }
    return count * unit * second
  }

  /// `2026-11-22`, or that with `T08:30:00`, perhaps a fraction, and `Z` or an offset.
  private static func stamp(_ text: [UInt8]) -> Int64? {
    var rest = text[...]
    guard let year = number(&rest, 4), skip(&rest, "-"), let month = number(&rest, 2), skip(&rest, "-"),
      let dayOfMonth = number(&rest, 2), (1...12).contains(month), (1...days(year, month)).contains(dayOfMonth),
      (1970...2200).contains(year)
    else { return nil }
    let date = dayNumber(year, month, dayOfMonth) * day
    if rest.isEmpty { return date }
    guard skip(&rest, "T") || skip(&rest, "t") || skip(&rest, " "), let clock = clock(&rest),
      let offset = offset(&rest), rest.isEmpty
    else { return nil }
    return date + clock - offset * second
  }

  private static func clock(_ rest: inout ArraySlice<UInt8>) -> Int64? {
    // 60 is a leap second.
    guard let hour = number(&rest, 2), hour < 24, skip(&rest, ":"), let minute = number(&rest, 2), minute < 60,
      skip(&rest, ":"), let seconds = number(&rest, 2), seconds <= 60
    else { return nil }
    let whole = (hour * 3600 + minute * 60 + seconds) * second
    guard skip(&rest, ".") else { return whole }
    let digits = rest.prefix(while: isDigit)
    rest = rest.dropFirst(digits.count)
    guard !digits.isEmpty, digits.count <= 9 else { return nil }
    let padded = Array(digits) + Array(repeating: UInt8(ascii: "0"), count: 9 - digits.count)
    return whole + padded.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
  }

  /// Seconds east of Greenwich.
  private static func offset(_ rest: inout ArraySlice<UInt8>) -> Int64? {
    if skip(&rest, "Z") || skip(&rest, "z") { return 0 }
    let isWest = rest.first == UInt8(ascii: "-")
    guard skip(&rest, "+") || skip(&rest, "-"), let hours = number(&rest, 2), hours < 24, skip(&rest, ":"),
      let minutes = number(&rest, 2), minutes < 60
    else { return nil }
    return (hours * 3600 + minutes * 60) * (isWest ? -1 : 1)
  }

  private static func number(_ rest: inout ArraySlice<UInt8>, _ count: Int) -> Int64? {
    let digits = rest.prefix(count)
    guard digits.count == count, digits.allSatisfy(isDigit) else { return nil }
    rest = rest.dropFirst(count)
    return digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
  }

  private static func skip(_ rest: inout ArraySlice<UInt8>, _ byte: Unicode.Scalar) -> Bool {
    guard rest.first == UInt8(ascii: byte) else { return false }
    rest = rest.dropFirst()
    return true
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private static func days(_ year: Int64, _ month: Int64) -> Int64 {
    if month == 2 { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28 }
    return [4, 6, 9, 11].contains(month) ? 30 : 31
  }

  /// Days since 1970-01-01: Howard Hinnant, "chrono-compatible low-level date algorithms", days_from_civil.
  private static func dayNumber(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let (era, yearOfEra) = (shifted / 400, shifted % 400)
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }
}
