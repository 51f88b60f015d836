import BaileyCore

/// The folder of test data that others own; its absence is a failure, never a skip.
enum Vectors {
  struct Missing: Error { var path: String }

  static func folder() throws -> String {
    if let named = environment("BAILEY_VECTORS") { return named }
    var parts = #filePath.split(separator: "/").dropLast()
    while !parts.isEmpty {
      let candidate = "/" + parts.joined(separator: "/") + "/shared/vectors"
      if isReadable(candidate) { return candidate }
      parts.removeLast()
    }
    throw Missing(path: "shared/vectors above \(#filePath)")
  }

  /// Our JSON has 64-bit signed integers; the vectors' one larger number is 2^64 - 1, which is read as -1 and turned back by bit
  /// pattern.
  static func json(_ path: String) throws -> JSON {
    let text = String(decoding: try read(path), as: UTF8.self)
    return try JSON.parse(
      text.split(separator: "18446744073709551615", omittingEmptySubsequences: false).joined(separator: "-1"))
  }
}
