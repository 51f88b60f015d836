import BaileyCore

/// Why a text is not a recording as Bailey reads it.
package enum CastError: Error, Sendable, Equatable {
  case header
  /// - Parameter line: from 1.
  case event(line: Int)
  case lineTooLong(line: Int)
}

/// Reads a recording piece by piece; strict, since Bailey wrote it.
package struct CastReader: Sendable {
  package static let longestLine = 2 << 20

  package private(set) var header: Cast.Header?
  private var rest: [UInt8] = []
  private var line = 0

  package init() {}

  /// Whether the last line has no end: what is left of a write that never came to its own.
  package var isTorn: Bool { !rest.isEmpty }

  /// The events of all lines that are whole now.
  package mutating func take(_ bytes: [UInt8]) throws(CastError) -> [Cast.Event] {
    var events: [Cast.Event] = []
    var begin = bytes.startIndex
    while let end = bytes[begin...].firstIndex(of: 0x0A) {
      let whole = rest + bytes[begin..<end]
      rest = []
      begin = end + 1
      line += 1
      if whole.count > Self.longestLine { throw .lineTooLong(line: line) }
      if header == nil { header = try Self.header(whole) } else { events.append(try event(whole)) }
    }
    rest += bytes[begin...]
    if rest.count > Self.longestLine { throw .lineTooLong(line: line + 1) }
    return events
  }

  private static func header(_ line: [UInt8]) throws(CastError) -> Cast.Header {
    guard let json = try? JSON.parse(line), json["version"] == 2,
      let width = json["width"]?.int.flatMap(UInt16.init(exactly:)),
      let height = json["height"]?.int.flatMap(UInt16.init(exactly:)), let seconds = json["timestamp"]?.int,
      (0..<1 << 33).contains(seconds)
    else { throw .header }
    return Cast.Header(
      size: TerminalSize(rows: height, columns: width), began: json["began_ns"]?.int ?? seconds * 1_000_000_000,
      title: json["title"]?.string ?? "")
  }

  private func event(_ bytes: [UInt8]) throws(CastError) -> Cast.Event {
    // The time is a fraction, which our JSON does not have.
    guard bytes.first == UInt8(ascii: "["), let comma = bytes.firstIndex(of: UInt8(ascii: ",")),
      let time = Self.microseconds(bytes[1..<comma]),
      let fields = (try? JSON.parse([UInt8(ascii: "[")] + bytes[(comma + 1)...]))?.array, fields.count == 2,
      let kind = fields[0].string.flatMap(Cast.Kind.init(rawValue:)), let text = fields[1].string
    else { throw .event(line: line) }
    return Cast.Event(time: time, kind: kind, text: text)
  }

  /// `12.345678`: at most 11 digits, a point and six digits.
  private static func microseconds(_ text: ArraySlice<UInt8>) -> Int64? {
    let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 2, (1...11).contains(parts[0].count), parts[1].count == 6 else { return nil }
    var value: Int64 = 0
    for digit in parts[0] + parts[1] {
      guard (0x30...0x39).contains(digit) else { return nil }
      value = value * 10 + Int64(digit - 0x30)
    }
    return value
  }
}
