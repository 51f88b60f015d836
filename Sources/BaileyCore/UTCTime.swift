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
