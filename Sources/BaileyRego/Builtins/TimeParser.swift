/// Go's `time.Parse`.
struct TimeParser {
  private let layout: [UInt8]
  private let source: [UInt8]
  private var rest: ArraySlice<UInt8>
  private var time = CivilTime()
  private var isPM = false
  private var isAM = false
  private var day = -1
  private var month = -1
  private var yearDay = -1
  private var outOfRange: String?

  static func parse(_ layout: [UInt8], _ text: [UInt8]) throws(BuiltinFailure) -> CivilTime {
    var parser = TimeParser(layout: layout, source: text, rest: text[...])
    parser.time.year = 0
    let parts = TimeLayout.parts(layout)
    for (index, part) in parts.enumerated() {
      try parser.read(part.part, part.source, next: index + 1 < parts.count ? parts[index + 1].part : nil)
    }
    if !parser.rest.isEmpty { throw parser.failure(": extra text: " + Registry.quoted(parser.rest)) }
    return try parser.finish()
  }

  private init(layout: [UInt8], source: [UInt8], rest: ArraySlice<UInt8>) {
    self.layout = layout
    self.source = source
    self.rest = rest
  }

  private func failure(_ why: String) -> BuiltinFailure {
    BuiltinFailure("parsing time " + Registry.quoted(source) + why)
  }

  private func mismatch(_ part: [UInt8], _ at: ArraySlice<UInt8>? = nil) -> BuiltinFailure {
    failure(
      " as " + Registry.quoted(layout) + ": cannot parse " + Registry.quoted(at ?? rest) + " as "
        + Registry.quoted(part))
  }

  private mutating func finish() throws(BuiltinFailure) -> CivilTime {
    if let outOfRange { throw failure(": \(outOfRange) out of range") }
    if isPM, time.hour < 12 { time.hour += 12 } else if isAM, time.hour == 12 { time.hour = 0 }
    if yearDay >= 0 {
      let leap = CivilTime.daysIn(2, time.year) == 29
      guard yearDay >= 1, yearDay <= (leap ? 366 : 365) else { throw failure(": day-of-year out of range") }
      let (_, newMonth, newDay) = CivilTime.date(CivilTime.days(time.year, 1, yearDay))
      if month >= 0, month != newMonth { throw failure(": day-of-year does not match month") }
      if day >= 0, day != newDay { throw failure(": day-of-year does not match day") }
      (month, day) = (newMonth, newDay)
    }
    time.month = month < 0 ? 1 : month
    time.day = day < 0 ? 1 : day
    guard time.day >= 1, time.day <= CivilTime.daysIn(time.month, time.year) else {
      throw failure(": day out of range")
    }
    return time
  }

  private mutating func number(_ part: [UInt8], _ least: Int, _ most: Int) throws(BuiltinFailure) -> Int {
    let digits = rest.prefix(most).prefix { (0x30...0x39).contains($0) }
    guard digits.count >= least, let value = Int(String(decoding: digits, as: UTF8.self)) else { throw mismatch(part) }
    rest = rest.dropFirst(digits.count)
    return value
  }

  private mutating func name(_ names: [String], short: Bool, _ part: [UInt8]) throws(BuiltinFailure) -> Int {
    for (index, name) in names.enumerated() {
      let wanted = short ? String(name.prefix(3)) : name
      let head = String(decoding: rest.prefix(wanted.utf8.count), as: UTF8.self)
      if head.lowercased() == wanted.lowercased() {
        rest = rest.dropFirst(wanted.utf8.count)
        return index
      }
    }
    throw mismatch(part)
  }

  private mutating func limited(
    _ part: [UInt8], _ least: Int, _ limit: ClosedRange<Int>, _ what: String
  ) throws(BuiltinFailure) -> Int {
    let value = try number(part, least, 2)
    if !limit.contains(value), outOfRange == nil { outOfRange = what }
    return value
  }

  private mutating func read(_ part: TimeLayout.Part, _ source: [UInt8], next: TimeLayout.Part?) throws(BuiltinFailure)
  {
    switch part {
    case .text(let text): try literal(text)
    case .longYear:
      guard rest.count >= 4, rest.prefix(4).allSatisfy({ (0x30...0x39).contains($0) }) else { throw mismatch(source) }
      time.year = try number(source, 4, 4)
    case .year:
      let value = try number(source, 2, 2)
      time.year = value >= 69 ? 1900 + value : 2000 + value
    case .longMonth: month = try name(CivilTime.months, short: false, source) + 1
    case .month: month = try name(CivilTime.months, short: true, source) + 1
    case .numberMonth: month = try limited(source, 1, 1...12, "month")
    case .zeroMonth: month = try limited(source, 2, 1...12, "month")
    case .longWeekday: _ = try name(CivilTime.weekdays, short: false, source)
    case .weekday: _ = try name(CivilTime.weekdays, short: true, source)
    case .day, .underDay:
      if part == .underDay, rest.first == 0x20 { rest.removeFirst() }
      day = try number(source, 1, 2)
    case .zeroDay: day = try number(source, 2, 2)
    case .zeroYearDay: yearDay = try number(source, 3, 3)
    case .underYearDay:
      while rest.first == 0x20 { rest.removeFirst() }
      yearDay = try number(source, 1, 3)
    case .hour: time.hour = try limited(source, 2, 0...23, "hour")
    case .hour12: time.hour = try limited(source, 1, 0...12, "hour")
    case .zeroHour12: time.hour = try limited(source, 2, 0...12, "hour")
    case .minute: time.minute = try limited(source, 1, 0...59, "minute")
    case .zeroMinute: time.minute = try limited(source, 2, 0...59, "minute")
    case .second: try second(source, 1, next)
    case .zeroSecond: try second(source, 2, next)
    case .upperPM, .lowerPM: try halfDay(source)
    case .zone: try zone(source)
    case .offset(let form): try offset(form, source)
    case .fraction(_, let digits, let trims): try fraction(digits, trims, source)
    }
  }

  private mutating func literal(_ text: [UInt8]) throws(BuiltinFailure) {
    // A run of spaces matches any number of them.
    var wanted = text[...]
    while let byte = wanted.first {
      if byte == 0x20 {
        if let first = rest.first, first != 0x20 { throw mismatch(Array(wanted)) }
        wanted = wanted.drop { $0 == 0x20 }
        rest = rest.drop { $0 == 0x20 }
        continue
      }
      guard rest.first == byte else { throw mismatch(Array(text)) }
      wanted.removeFirst()
      rest.removeFirst()
    }
  }

  private mutating func second(_ part: [UInt8], _ least: Int, _ next: TimeLayout.Part?) throws(BuiltinFailure) {
    time.second = try limited(part, least, 0...59, "second")
    // A fraction is read even where the layout has none.
    guard rest.count >= 2, let mark = rest.first, mark == 0x2E || mark == 0x2C,
      let digit = rest.dropFirst().first, (0x30...0x39).contains(digit)
    else { return }
    if case .fraction = next { return }
    try readFraction(rest.dropFirst().prefix { (0x30...0x39).contains($0) }.count, part)
  }

  private mutating func readFraction(_ count: Int, _ part: [UInt8]) throws(BuiltinFailure) {
    let digits = rest.dropFirst().prefix(count)
    guard digits.count == count, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { throw mismatch(part) }
    let nine = String(decoding: digits.prefix(9), as: UTF8.self)
    time.nanosecond = Int(nine + String(repeating: "0", count: 9 - nine.count)) ?? 0
    rest = rest.dropFirst(1 + count)
  }

  private mutating func fraction(_ digits: Int, _ trims: Bool, _ part: [UInt8]) throws(BuiltinFailure) {
    if trims {
      guard let mark = rest.first, mark == 0x2E || mark == 0x2C, let digit = rest.dropFirst().first,
        (0x30...0x39).contains(digit)
      else { return }
      try readFraction(rest.dropFirst().prefix { (0x30...0x39).contains($0) }.count, part)
    } else {
      guard let mark = rest.first, mark == 0x2E || mark == 0x2C else { throw mismatch(part) }
      try readFraction(digits, part)
    }
  }

  private mutating func halfDay(_ part: [UInt8]) throws(BuiltinFailure) {
    let upper = part == Array("PM".utf8)
    let head = String(decoding: rest.prefix(2), as: UTF8.self)
    switch head {
    case upper ? "PM" : "pm": isPM = true
    case upper ? "AM" : "am": isAM = true
    default: throw mismatch(part)
    }
    rest = rest.dropFirst(2)
  }

  /// A zone's short name is read and, but for UTC and GMT with an hour, makes no difference.
  private mutating func zone(_ part: [UInt8]) throws(BuiltinFailure) {
    if rest.starts(with: "UTC".utf8) {
      rest = rest.dropFirst(3)
      return
    }
    let letters = rest.prefix { (0x41...0x5A).contains($0) }
    guard (3...5).contains(letters.count) else { throw mismatch(part) }
    rest = rest.dropFirst(letters.count)
    guard letters.elementsEqual("GMT".utf8), let sign = rest.first, sign == 0x2B || sign == 0x2D else { return }
    let digits = rest.dropFirst().prefix { (0x30...0x39).contains($0) }
    guard let hours = Int(String(decoding: digits, as: UTF8.self)), hours <= 23 else { return }
    rest = rest.dropFirst(1 + digits.count)
    time.offset = (sign == 0x2D ? -hours : hours) * 3600
  }

  private mutating func offset(_ form: String, _ part: [UInt8]) throws(BuiltinFailure) {
    if form.hasPrefix("Z"), rest.first == 0x5A {
      rest.removeFirst()
      return
    }
    let whole = rest
    guard rest.count >= form.utf8.count, let sign = rest.first, sign == 0x2B || sign == 0x2D else {
      throw mismatch(part)
    }
    rest.removeFirst()
    var seconds = 0
    for (index, unit) in [3600, 60, 1].prefix(form.filter(\.isNumber).count / 2).enumerated() {
      if index > 0, form.contains(":") { guard rest.popFirst() == 0x3A else { throw mismatch(part, whole) } }
      seconds += try number(part, 2, 2) * unit
    }
    time.offset = sign == 0x2D ? -seconds : seconds
  }
}
