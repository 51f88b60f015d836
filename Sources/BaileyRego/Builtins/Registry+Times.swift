extension Registry {
  static let times: [Builtin] = [
    Builtin("time.now_ns", 0) { (_, c) in c.heap.integer(c.nowNanoseconds) },
    Builtin("test.sleep", 1) { (_, _) in .null },
    Builtin("time.parse_ns", 2) { (a, c) throws(BuiltinFailure) in
      let layout = try layout(try a.string(0))
      return try nanoseconds(try TimeParser.parse(layout, Array(try a.string(1))), c)
    },
    Builtin("time.parse_rfc3339_ns", 1) { (a, c) throws(BuiltinFailure) in
      try nanoseconds(try TimeParser.parse(Array("2006-01-02T15:04:05Z07:00".utf8), Array(try a.string(0))), c)
    },
    Builtin("time.parse_duration_ns", 1) { (a, c) throws(BuiltinFailure) in
      c.heap.integer(try Duration.parse(try a.string(0)))
    },
    Builtin("time.format", 1) { (a, c) throws(BuiltinFailure) in
      let time = try moment(a, 0, c)
      var form = Array("2006-01-02T15:04:05.999999999Z07:00".utf8)
      if a[0].tag == .array, a[0].count > 2 {
        guard a[0].item(2).tag == .string else { throw a.mismatch(0, "string") }
        form = try layout(a[0].item(2).text)
      }
      return c.heap.string(TimeLayout.format(time, form))
    },
    Builtin("time.date", 1) { (a, c) throws(BuiltinFailure) in
      let time = try moment(a, 0, c)
      return c.heap.array([time.year, time.month, time.day].map { Value(integer: $0) })
    },
    Builtin("time.clock", 1) { (a, c) throws(BuiltinFailure) in
      let time = try moment(a, 0, c)
      return c.heap.array([time.hour, time.minute, time.second].map { Value(integer: $0) })
    },
    Builtin("time.weekday", 1) { (a, c) throws(BuiltinFailure) in
      c.heap.string(CivilTime.weekdays[try moment(a, 0, c).weekday])
    },
    Builtin("time.add_date", 4) { (a, c) throws(BuiltinFailure) in
      var time = try moment(a, 0, c)
      time.year += try bounded(a, 1)
      time.month += try bounded(a, 2)
      time.day += try bounded(a, 3)
      return try nanoseconds(time, c)
    },
    Builtin("time.diff", 2) { (a, c) throws(BuiltinFailure) in try difference(a, c) },
  ]

  private static func bounded(_ a: Arguments, _ index: Int) throws(BuiltinFailure) -> Int {
    let value = try a.integer(index)
    guard abs(value) < 10_000_000 else { throw BuiltinFailure("time outside of valid range") }
    return value
  }

  private static func layout(_ text: Text) throws(BuiltinFailure) -> [UInt8] {
    let name = String(decoding: text, as: UTF8.self)
    return Array((TimeLayout.names[name] ?? name).utf8)
  }

  private static func nanoseconds(_ time: CivilTime, _ c: BuiltinContext) throws(BuiltinFailure) -> Value {
    guard let value = time.nanoseconds else { throw BuiltinFailure("time outside of valid range") }
    return c.heap.integer(value)
  }

  /// Nanoseconds, or an array of these and a zone.
  private static func moment(_ a: Arguments, _ index: Int, _ c: BuiltinContext) throws(BuiltinFailure) -> CivilTime {
    var (number, zone) = (a[index], TimeZone.utc)
    if number.tag == .array {
      guard number.count >= 1, number.item(0).isNumber else { throw a.mismatch(index, "one of {number, array}") }
      if number.count > 1 {
        guard number.item(1).tag == .string else { throw a.mismatch(index, "string") }
        zone = try self.zone(number.item(1).text, c)
      }
      number = number.item(0)
    }
    guard number.isNumber else { throw a.mismatch(index, "one of {number, array}") }
    guard let value = number.wholeNumber else { throw BuiltinFailure("timestamp too big") }
    return CivilTime(nanoseconds: value, in: zone)
  }

  private static func zone(_ name: Text, _ c: BuiltinContext) throws(BuiltinFailure) -> TimeZone {
    let name = String(decoding: name, as: UTF8.self)
    if name.isEmpty || name == "UTC" || name == "Local" { return .utc }
    if let known = c.zones[name] { return known }
    guard let zone = c.zoneSource?(name) else { throw BuiltinFailure("unknown time zone \(name)") }
    c.zones[name] = zone
    return zone
  }

  /// Years, months, days, hours, minutes, seconds between two moments, in the first one's zone.
  private static func difference(_ a: Arguments, _ c: BuiltinContext) throws(BuiltinFailure) -> Value {
    let (first, second) = (try moment(a, 0, c), try moment(a, 1, c))
    var (early, late) = (first, second)
    guard let firstAt = first.nanoseconds, let secondAt = second.nanoseconds else {
      throw BuiltinFailure("time outside of valid range")
    }
    // The second is seen in the zone of the first.
    late = CivilTime(nanoseconds: secondAt, in: try zoneOf(a, 0, c))
    if firstAt > secondAt { (early, late) = (late, early) }
    var fields = [
      late.year - early.year, late.month - early.month, late.day - early.day, late.hour - early.hour,
      late.minute - early.minute, late.second - early.second,
    ]
    for (index, size) in [(5, 60), (4, 60), (3, 24)] where fields[index] < 0 {
      fields[index] += size
      fields[index - 1] -= 1
    }
    if fields[2] < 0 {
      fields[2] += CivilTime.daysIn(early.month, early.year)
      fields[1] -= 1
    }
    if fields[1] < 0 {
      fields[1] += 12
      fields[0] -= 1
    }
    return c.heap.array(fields.map { Value(integer: $0) })
  }

  private static func zoneOf(_ a: Arguments, _ index: Int, _ c: BuiltinContext) throws(BuiltinFailure) -> TimeZone {
    guard a[index].tag == .array, a[index].count > 1, a[index].item(1).tag == .string else { return .utc }
    return try zone(a[index].item(1).text, c)
  }
}

/// Go's `time.ParseDuration`, with days, weeks and years as well.
enum Duration {
  private static let units: [String: Double] = [
    "ns": 1, "us": 1e3, "µs": 1e3, "μs": 1e3, "ms": 1e6, "s": 1e9, "m": 60e9, "h": 3600e9, "d": 86_400e9,
    "w": 604_800e9, "y": 31_536_000e9,
  ]

  static func parse(_ text: Text) throws(BuiltinFailure) -> Int {
    let shown = Registry.quoted(text)
    let invalid = BuiltinFailure("time: invalid duration " + shown)
    var rest = Array(text)[...]
    let negative = rest.first == 0x2D
    if negative || rest.first == 0x2B { rest.removeFirst() }
    if rest.elementsEqual("0".utf8) { return 0 }
    guard !rest.isEmpty else { throw invalid }
    var total = 0
    while !rest.isEmpty {
      let number = rest.prefix { (0x30...0x39).contains($0) || $0 == 0x2E }
      guard number.count < 64, number.contains(where: { $0 != 0x2E }), number.filter({ $0 == 0x2E }).count <= 1 else {
        throw invalid
      }
      rest = rest.dropFirst(number.count)
      let name = String(decoding: rest.prefix { !(0x30...0x39).contains($0) && $0 != 0x2E }, as: UTF8.self)
      if name.isEmpty { throw BuiltinFailure("time: missing unit in duration " + shown) }
      guard let unit = units[name] else {
        var unitText: [UInt8] = []
        GoQuote.quote(name.utf8, into: &unitText)
        throw BuiltinFailure("time: unknown unit \(String(decoding: unitText, as: UTF8.self)) in duration " + shown)
      }
      rest = rest.dropFirst(name.utf8.count)
      guard let part = nanoseconds(number, unit) else { throw invalid }
      let (sum, overflow) = total.addingReportingOverflow(part)
      guard !overflow else { throw invalid }
      total = sum
    }
    return negative ? -total : total
  }

  private static func nanoseconds(_ number: ArraySlice<UInt8>, _ unit: Double) -> Int? {
    let value = Number.float(text: number) * BigFloat(Int(unit))
    return value.isInteger ? value.exactInteger : Int(exactly: value.double.rounded(.towardZero))
  }
}
