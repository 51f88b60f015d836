/// Nanoseconds since 1970 as `2026-11-21T10:22:46Z`.
package func timeText(_ nanoseconds: Int64) -> String {
  let seconds = nanoseconds / 1_000_000_000
  guard seconds >= 0 else { return "before 1970" }
  let (days, rest) = (seconds / 86400, seconds % 86400)
  // Days to date: Howard Hinnant, "chrono-compatible low-level date algorithms", civil_from_days.
  let shifted = days + 719_468
  let era = shifted / 146_097
  let dayOfEra = shifted - era * 146_097
  let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
  let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  let month = (5 * dayOfYear + 2) / 153
  let day = dayOfYear - (153 * month + 2) / 5 + 1
  let civilMonth = month < 10 ? month + 3 : month - 9
  let year = yearOfEra + era * 400 + (civilMonth <= 2 ? 1 : 0)
  let date = "\(year)-\(two(civilMonth))-\(two(day))"
  return "\(date)T\(two(rest / 3600)):\(two(rest / 60 % 60)):\(two(rest % 60))Z"
}

private func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }

/// RFC 3339 in UTC with a fraction of a second; before 1970 it is 1970.
///
/// - Parameter digits: of the fraction, at most nine.
package func timestamp(_ nanoseconds: Int64, digits: Int = 9) -> String {
  let time = max(0, nanoseconds)
  let fraction = String(time % 1_000_000_000)
  let padded = String(repeating: "0", count: 9 - fraction.count) + fraction
  return timeText(time).dropLast() + "." + padded.prefix(digits) + "Z"
}

/// Nanoseconds since 1970 of `2026-11-21` or `2026-11-21T10:22:46Z`; nil for any other spelling, for no such day, and before 1970.
package func nanoseconds(ofTime text: String) -> Int64? {
  let bytes = Array(text.utf8)
  guard bytes.count == 10 || (bytes.count == 20 && bytes[10] == UInt8(ascii: "T") && bytes[19] == UInt8(ascii: "Z"))
  else { return nil }
  let pattern = Array("0000-00-00T00:00:00Z".utf8)
  let fits = zip(bytes, pattern).allSatisfy { $1 == UInt8(ascii: "0") ? (0x30...0x39).contains($0) : $0 == $1 }
  guard fits else { return nil }
  func number(_ range: Range<Int>) -> Int64 {
    range.upperBound > bytes.count ? 0 : bytes[range].reduce(0) { $0 * 10 + Int64($1 - 0x30) }
  }
  let (hour, minute, second) = (number(11..<13), number(14..<16), number(17..<19))
  let days = daysSince1970(year: number(0..<4), month: number(5..<7), day: number(8..<10))
  let result = (days * 86400 + hour * 3600 + minute * 60 + second) * 1_000_000_000
  // What is no day or no time of day comes back as another one.
  return timeText(result).hasPrefix(bytes.count == 10 ? text + "T" : text) && result >= 0 ? result : nil
}

/// Howard Hinnant, days_from_civil.
private func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
  let shifted = month <= 2 ? year - 1 : year
  let era = shifted / 400
  let yearOfEra = shifted - era * 400
  let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
  return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
}
