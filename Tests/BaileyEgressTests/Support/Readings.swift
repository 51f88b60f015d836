import BaileyCore
import BaileyTestSupport
import Testing

/// How several readers, strict and lenient ones, read streams of HTTP/1: `readings.py`.
enum Readings {
  /// Whether the readers can be asked.
  static var arePresent: Bool {
    mustIsolate || (try? Tool(PythonTools.python).run(["-c", "import h11"]).status) == 0
  }

  /// For each stream what each reader takes for its messages.
  static func of(_ streams: [[UInt8]], isAnswer: Bool = false) throws -> [[String: JSON]] {
    let script = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(separator: "/")
    let list = JSON.array(streams.map { .string(hex($0)) }).canonical
    let result = try Tool(PythonTools.python).run(
      ["-B", script + "/readings.py", isAnswer ? "answer" : "request"], input: String(decoding: list, as: UTF8.self))
    let read = try JSON.parse(Array(result.output.utf8)).array?.compactMap(\.object)
    return try #require(read, "\(result.errors.suffix(500))")
  }

  private static func hex(_ bytes: [UInt8]) -> String {
    bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }
}

extension [String: JSON] {
  /// Everybody reads the same.
  var agree: Bool { values.allSatisfy { $0 == values.first } }
  /// Whole messages, where all agree.
  var messages: [JSON] { values.first?.array ?? [] }
}
