/// A moment in a time zone, taken apart.
struct CivilTime {
  var year = 1
  var month = 1
  var day = 1
  var hour = 0
  var minute = 0
  var second = 0
  var nanosecond = 0
  /// Seconds east of Greenwich, and the zone's short name there.
  var offset = 0
  var zone = "UTC"

  init() {}

  init(nanoseconds: Int, in zone: TimeZone = .utc) {
    let whole = Self.floorDivide(nanoseconds, 1_000_000_000)
    (offset, self.zone) = zone.at(whole)
    nanosecond = nanoseconds &- whole &* 1_000_000_000
    let local = whole + offset
    let days = Self.floorDivide(local, 86_400)
    let rest = local - days * 86_400
    (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60)
    (year, month, day) = Self.date(days)
  }

  static func floorDivide(_ value: Int, _ divisor: Int) -> Int {
    let quotient = value / divisor
    return value % divisor < 0 ? quotient - 1 : quotient
  }

  /// Days since 1970 of a date in the Gregorian calendar; month and day may be out of range.
  static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let months = year * 12 + month - 1
    let (year, month) = (floorDivide(months, 12), months - floorDivide(months, 12) * 12 + 1)
    let shifted = month <= 2 ? year - 1 : year
    let era = floorDivide(shifted, 400)
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear + day - 1 - 719_468
  }

  static func date(_ days: Int) -> (Int, Int, Int) {
    let shifted = days + 719_468
    let era = floorDivide(shifted, 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthIndex = (5 * dayOfYear + 2) / 153
    let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthIndex + 2) / 5 + 1)
  }

  /// Nanoseconds since 1970; nil outside 64 bits.
  var nanoseconds: Int? {
    let days = Self.days(year, month, day)
    let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    if overflow {
      // The very first second of the range is whole only with its nanoseconds.
      let (next, tooFar) = (seconds + 1).multipliedReportingOverflow(by: 1_000_000_000)
      let (sum, below) = next.addingReportingOverflow(nanosecond - 1_000_000_000)
      return tooFar || below || seconds > 0 ? nil : sum
    }
    let (sum, beyond) = product.addingReportingOverflow(nanosecond)
    return beyond ? nil : sum
  }

  var weekday: Int { ((Self.days(year, month, day) + 4) % 7 + 7) % 7 }
  var dayOfYear: Int { Self.days(year, month, day) - Self.days(year, 1, 1) + 1 }

  static func daysIn(_ month: Int, _ year: Int) -> Int { days(year, month + 1, 1) - days(year, month, 1) }

  static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
  ]
  static let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
}
