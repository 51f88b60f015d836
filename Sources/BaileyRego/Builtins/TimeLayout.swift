/// Go's notation for times: the reference time Mon Jan 2 15:04:05 MST 2006.
enum TimeLayout {
  enum Part: Equatable {
    case text([UInt8])
    case longMonth, month, numberMonth, zeroMonth, longWeekday, weekday
    case day, underDay, zeroDay, underYearDay, zeroYearDay
    case hour, hour12, zeroHour12, minute, zeroMinute, second, zeroSecond
    case longYear, year, upperPM, lowerPM, zone
    case offset(String)
    /// Digits after the second; `9` leaves out what is zero at the end.
    case fraction(comma: Bool, digits: Int, trims: Bool)
  }

  static let names: [String: String] = [
    "ANSIC": "Mon Jan _2 15:04:05 2006", "UnixDate": "Mon Jan _2 15:04:05 MST 2006",
    "RubyDate": "Mon Jan 02 15:04:05 -0700 2006", "RFC822": "02 Jan 06 15:04 MST", "RFC822Z": "02 Jan 06 15:04 -0700",
    "RFC850": "Monday, 02-Jan-06 15:04:05 MST", "RFC1123": "Mon, 02 Jan 2006 15:04:05 MST",
    "RFC1123Z": "Mon, 02 Jan 2006 15:04:05 -0700", "RFC3339": "2006-01-02T15:04:05Z07:00",
    "RFC3339Nano": "2006-01-02T15:04:05.999999999Z07:00",
  ]

  /// In the order in which Go tries them; what is longer comes first.
  private static let words: [(String, Part)] = [
    ("January", .longMonth), ("Jan", .month), ("Monday", .longWeekday), ("Mon", .weekday), ("MST", .zone),
    ("002", .zeroYearDay), ("01", .zeroMonth), ("02", .zeroDay), ("03", .zeroHour12), ("04", .zeroMinute),
    ("05", .zeroSecond), ("06", .year), ("15", .hour), ("1", .numberMonth), ("2006", .longYear), ("2", .day),
    ("__2", .underYearDay), ("_2", .underDay), ("3", .hour12), ("4", .minute), ("5", .second), ("PM", .upperPM),
    ("pm", .lowerPM), ("-07:00:00", .offset("-07:00:00")), ("-070000", .offset("-070000")),
    ("-07:00", .offset("-07:00")), ("-0700", .offset("-0700")), ("-07", .offset("-07")),
    ("Z07:00:00", .offset("Z07:00:00")), ("Z070000", .offset("Z070000")), ("Z07:00", .offset("Z07:00")),
    ("Z0700", .offset("Z0700")), ("Z07", .offset("Z07")),
  ]

  static func parts(_ layout: [UInt8]) -> [(part: Part, source: [UInt8])] {
    var (found, text, rest) = ([(part: Part, source: [UInt8])](), [UInt8](), layout[...])
    while !rest.isEmpty {
      if rest.starts(with: "_2006".utf8) {
        text.append(rest.removeFirst())
      } else if let (part, count) = fraction(rest, after: found.last?.part, text) ?? word(rest) {
        if !text.isEmpty { found.append((.text(text), text)) }
        text = []
        found.append((part, Array(rest.prefix(count))))
        rest = rest.dropFirst(count)
      } else {
        text.append(rest.removeFirst())
      }
    }
    if !text.isEmpty { found.append((.text(text), text)) }
    return found
  }

  private static func word(_ rest: ArraySlice<UInt8>) -> (Part, Int)? {
    for (name, part) in words where rest.starts(with: name.utf8) {
      let next = rest.dropFirst(name.utf8.count).first
      if part == .month || part == .weekday, let next, (0x61...0x7A).contains(next) { continue }
      return (part, name.utf8.count)
    }
    return nil
  }

  private static func fraction(_ rest: ArraySlice<UInt8>, after: Part?, _ text: [UInt8]) -> (Part, Int)? {
    guard let mark = rest.first, mark == 0x2E || mark == 0x2C, let digit = rest.dropFirst().first,
      digit == 0x30 || digit == 0x39
    else { return nil }
    let count = rest.dropFirst().prefix { $0 == digit }.count
    if let next = rest.dropFirst(1 + count).first, (0x30...0x39).contains(next) { return nil }
    return (.fraction(comma: mark == 0x2C, digits: count, trims: digit == 0x39), count + 1)
  }
}

extension TimeLayout {
  static func format(_ time: CivilTime, _ layout: [UInt8]) -> [UInt8] {
    parts(layout).flatMap { Array(text($0.part, time)) }
  }

  private static func padded(_ value: Int, _ width: Int, _ fill: String = "0") -> String {
    let digits = String(value)
    return String(repeating: fill, count: max(0, width - digits.count)) + digits
  }

  private static func text(_ part: Part, _ time: CivilTime) -> [UInt8] {
    if case .text(let bytes) = part { return bytes }
    return Array(word(part, time).utf8)
  }

  private static func word(_ part: Part, _ time: CivilTime) -> String {
    let hour12 = time.hour % 12 == 0 ? 12 : time.hour % 12
    switch part {
    case .text: return ""
    case .longMonth: return CivilTime.months[time.month - 1]
    case .month: return String(CivilTime.months[time.month - 1].prefix(3))
    case .numberMonth: return String(time.month)
    case .zeroMonth: return padded(time.month, 2)
    case .longWeekday: return CivilTime.weekdays[time.weekday]
    case .weekday: return String(CivilTime.weekdays[time.weekday].prefix(3))
    case .day: return String(time.day)
    case .underDay: return padded(time.day, 2, " ")
    case .zeroDay: return padded(time.day, 2)
    case .underYearDay: return padded(time.dayOfYear, 3, " ")
    case .zeroYearDay: return padded(time.dayOfYear, 3)
    case .hour: return padded(time.hour, 2)
    case .hour12: return String(hour12)
    case .zeroHour12: return padded(hour12, 2)
    case .minute: return String(time.minute)
    case .zeroMinute: return padded(time.minute, 2)
    case .second: return String(time.second)
    case .zeroSecond: return padded(time.second, 2)
    case .longYear: return time.year < 0 ? "-" + padded(-time.year, 4) : padded(time.year, 4)
    case .year: return padded(time.year % 100, 2)
    case .upperPM: return time.hour >= 12 ? "PM" : "AM"
    case .lowerPM: return time.hour >= 12 ? "pm" : "am"
    case .zone: return time.zone.isEmpty ? offset("-0700", time.offset) : time.zone
    case .offset(let form): return offset(form, time.offset)
    case .fraction(let comma, let digits, let trims): return fraction(comma, digits, trims, time.nanosecond)
    }
  }

  private static func offset(_ form: String, _ offset: Int) -> String {
    if form.hasPrefix("Z"), offset == 0 { return "Z" }
    let (sign, size) = (offset < 0 ? "-" : "+", abs(offset))
    let fields = [padded(size / 3600, 2), padded(size / 60 % 60, 2), padded(size % 60, 2)]
    let count = form.filter(\.isNumber).count / 2
    return sign + fields.prefix(count).joined(separator: form.contains(":") ? ":" : "")
  }

  private static func fraction(_ comma: Bool, _ digits: Int, _ trims: Bool, _ nanosecond: Int) -> String {
    var text = String(padded(nanosecond, 9).prefix(digits)) + String(repeating: "0", count: max(0, digits - 9))
    if trims {
      while text.last == "0" { text.removeLast() }
      if text.isEmpty { return "" }
    }
    return (comma ? "," : ".") + text
  }
}
