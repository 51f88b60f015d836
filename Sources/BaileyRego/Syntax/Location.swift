/// A place in a module; file is the number of the module in its set.
package struct Location: Sendable, Equatable {
  package var file: Int32 = 0
  package var line: Int32 = 0
  package var column: Int32 = 0
  /// The bytes of what stands there; an operand in parentheses begins with them.
  package var start: Int32 = 0
  package var end: Int32 = 0

  package init(file: Int32 = 0, line: Int32 = 0, column: Int32 = 0) {
    self.file = file
    self.line = line
    self.column = column
  }

  /// The place of a byte; a column is a byte of its line.
  init(of offset: Int, in bytes: [UInt8], file: Int32) {
    let before = bytes.prefix(offset)
    let line = before.count { $0 == UInt8(ascii: "\n") } + 1
    let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    self.init(file: file, line: Int32(clamping: line), column: Int32(clamping: offset - start + 1))
  }
}

/// An error of the language, in OPA's code and words.
package struct RegoError: Error, Sendable {
  package enum Code: String, Sendable {
    case parse = "rego_parse_error"
    case compile = "rego_compile_error"
    case type = "rego_type_error"
    case unsafeVariable = "rego_unsafe_var_error"
    case recursion = "rego_recursion_error"
    case evalConflict = "eval_conflict_error"
    case evalType = "eval_type_error"
    case evalBuiltin = "eval_builtin_error"
    case cancelled = "eval_cancel_error"
    case internalError = "eval_internal_error"
    case json = "invalid_json"
    case format = "format_error"
  }

  package var code: Code
  package var message: String
  package var location: Location?
  /// Further errors of the same stage.
  var others: [RegoError] = []

  package init(_ code: Code, _ message: String, _ location: Location? = nil) {
    self.code = code
    self.message = message
    self.location = location
  }

  /// `file:line: code: message`, as OPA prints it.
  package func text(files: [String]) -> String {
    guard let location, files.indices.contains(Int(location.file)) else { return code.rawValue + ": " + message }
    return "\(files[Int(location.file)]):\(location.line): \(code.rawValue): \(message)"
  }
}
