internal import CBaileyJail

/// Writes records of the form of bailey_plan.h.
struct PlanWriter {
  private(set) var bytes: [UInt8] = []
  private(set) var count: UInt32 = 0

  /// Why an operation cannot be written.
  enum Problem: Error {
    case nulInText, tooManyStrings, tooLong
  }

  /// - Parameters:
  ///   - texts: paths, names and arguments, in which a NUL would end the string early and so mean something else.
  ///   - tail: strings that the record's numbers count.
  mutating func record(
    _ code: bailey_code, _ numbers: [UInt64] = [], _ strings: [PlanString] = [], tail: [PlanString] = []
  ) throws(Problem) {
    let all = strings + tail
    guard all.count <= Int(BAILEY_MAX_STRINGS) else { throw .tooManyStrings }
    var body: [UInt8] = []
    for number in numbers { append(number, to: &body) }
    for string in all {
      if string.isText && string.bytes.contains(0) { throw .nulInText }
      append(string, to: &body)
    }
    guard body.count + bytes.count < Int(BAILEY_MAX_PLAN) else { throw .tooLong }
    append(UInt16(truncatingIfNeeded: code.rawValue), to: &bytes)
    append(UInt16(all.count), to: &bytes)
    append(UInt32(body.count + 8), to: &bytes)
    bytes += body
    count += 1
  }

  private func append(_ string: PlanString, to body: inout [UInt8]) {
    append(UInt32(string.bytes.count), to: &body)
    body += string.bytes
    body.append(0)
    while body.count % 8 != 0 { body.append(0) }
  }

  private func append(_ number: some FixedWidthInteger, to body: inout [UInt8]) {
    let size = number.bitWidth / 8
    for index in 0..<size { body.append(UInt8(truncatingIfNeeded: number >> (8 * index))) }
  }
}

/// A string of a record: text, which must hold no NUL, or data.
struct PlanString {
  var bytes: [UInt8]
  var isText: Bool

  static func text(_ bytes: [UInt8]) -> PlanString { PlanString(bytes: bytes, isText: true) }
  static func text(_ text: String) -> PlanString { PlanString(bytes: Array(text.utf8), isText: true) }
  static func data(_ bytes: [UInt8]) -> PlanString { PlanString(bytes: bytes, isText: false) }
}
