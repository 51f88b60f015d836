internal import BaileyCore
internal import BaileyRego

/// An error of the language, or something that is surely not meant, as a person sees it: its place, its line with a caret, a hint.
struct Problem {
  var code: String
  var message: String
  var location: Location?
  var isWarning = false
  var file: String
  /// The text that the place is in.
  var source: [UInt8]
  var hint: String?

  /// `file:line:col: code: message`, then the line.
  var text: String {
    var text = headline
    if let location, let excerpt = Excerpt(source, location) { text += "\n" + excerpt.text }
    if let hint { text += "\nhint: " + printable(hint) }
    return text
  }

  var headline: String {
    let place = location.map { printable(file) + ":\($0.line):\($0.column): " } ?? ""
    return place + (isWarning ? "warning: " : "") + code + ": "
      + message.split(separator: "\n").map { printable(String($0)) }
      .joined(separator: "\n  ")
  }

  /// OPA's form of an error, and the hint.
  var json: JSON {
    var members: [String: JSON] = ["code": .string(code), "message": .string(message)]
    if let location {
      members["location"] = [
        "file": .string(file), "row": .int(Int64(location.line)), "col": .int(Int64(location.column)),
      ]
    }
    if let hint { members["hint"] = .string(hint) }
    return .object(members)
  }
}

/// The line of a place, with carets below what is meant.
struct Excerpt {
  private static let width = 120
  private let number: Int
  private let line: [Unicode.Scalar]
  private let start: Int
  private let length: Int

  /// Nil when the text has no such line.
  init?(_ source: [UInt8], _ location: Location) {
    guard location.line > 0, let bytes = Self.line(Int(location.line), of: source) else { return nil }
    number = Int(location.line)
    let column = min(max(0, Int(location.column) - 1), bytes.count)
    line = Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)
    let before = String(decoding: bytes.prefix(column), as: UTF8.self).unicodeScalars.count
    let end = min(bytes.count, column + max(1, Int(location.end) - Int(location.start)))
    let marked = String(decoding: bytes.dropFirst(column).prefix(end - column), as: UTF8.self).unicodeScalars.count
    (start, length) = (min(before, line.count), max(1, marked))
  }

  private static func line(_ number: Int, of source: [UInt8]) -> ArraySlice<UInt8>? {
    var (row, start) = (1, 0)
    while row < number {
      guard let end = source[start...].firstIndex(of: 0x0A) else { return nil }
      (row, start) = (row + 1, end + 1)
    }
    let line = source[start...].prefix { $0 != 0x0A }
    return line.last == 0x0D ? line.dropLast() : line
  }

  /// Two lines; of a long one, the part around the place.
  var text: String {
    let first = start > Self.width ? start - Self.width / 2 : 0
    let part = line[first...].prefix(Self.width)
    let label = String(number)
    let indent = String(repeating: " ", count: label.count)
    let shown = part.map(Self.shown)
    let before = shown.prefix(start - first).reduce(0) { $0 + $1.unicodeScalars.count }
    let marked = shown.dropFirst(start - first).prefix(length).reduce(0) { $0 + $1.unicodeScalars.count }
    let carets = String(repeating: " ", count: before) + String(repeating: "^", count: max(1, marked))
    return "  \(label) | \(shown.joined())\n  \(indent) | \(carets)"
  }

  private static func shown(_ scalar: Unicode.Scalar) -> String {
    scalar == "\t" ? "  " : printable(String(scalar))
  }
}
