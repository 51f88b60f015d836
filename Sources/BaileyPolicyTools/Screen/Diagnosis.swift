internal import BaileyCore
internal import BaileyRego

/// Turns errors of the engine into problems: finds their source, leaves out what follows from another one, adds hints.
struct Diagnosis {
  var sources: [Source]
  var query: CapturedQuery?
  var queryText = ""

  func failure(_ failure: CompileFailure) -> ToolFailure { ToolFailure(problems(failure.errors)) }

  func failure(_ error: RegoError) -> ToolFailure { ToolFailure([problem(error)]) }

  /// One for each root cause.
  func problems(_ errors: [RegoError]) -> [Problem] {
    var seen: Set<String> = []
    return errors.compactMap { error in
      // Variables without a value in one expression are one mistake; so is one name in many places.
      let place = error.location.map { "\($0.file):\($0.line):\($0.column)" } ?? ""
      let key = error.code == .unsafeVariable ? place : "\(error.location?.file ?? -1) \(error.message)"
      return seen.insert(key).inserted ? problem(error) : nil
    }
  }

  func problem(_ error: RegoError) -> Problem {
    var error = error
    guard let location = error.location, let file = sources.indices.contains(Int(location.file)) ? location.file : nil
    else {
      error.location = error.location.map { query?.place($0) ?? $0 }
      return Problem(
        code: error.code.rawValue, message: error.message, location: error.location, file: "query",
        source: Array(queryText.utf8), hint: hint(error, Array(queryText.utf8)))
    }
    let source = sources[Int(file)]
    return Problem(
      code: error.code.rawValue, message: error.message, location: location, file: source.name, source: source.text,
      hint: hint(error, source.text))
  }

  func problem(_ finding: Finding, isWarning: Bool) -> Problem {
    let file = Int(finding.location.file)
    let source = sources.indices.contains(file) ? sources[file] : Source(name: "", text: [])
    return Problem(
      code: finding.code, message: finding.message, location: finding.location, isWarning: isWarning,
      file: source.name, source: source.text, hint: finding.hint)
  }

  private func hint(_ error: RegoError, _ source: [UInt8]) -> String? {
    let message = error.message
    if message.contains("did you mean") { return nil }
    if let name = Self.word(before: " is unsafe", in: message) {
      return Self.meant(name, Words.all(in: source) + ["input", "data"])
        ?? "give \(name) a value in the same body: nothing else says what it may be"
    }
    if message.contains("`if` keyword is required") || message.contains("`contains` keyword is required") {
      return
        "write the keyword, or read the module as version 0: with --v0-compatible, or {\"rego_version\": 0} in a `.manifest` beside it"
    }
    for word in ["in", "every"] where message.contains("unexpected \(word) token") {
      return "version 0 has it by `import future.keywords.\(word)`"
    }
    return Self.hints[error.code]
  }

  private static let hints: [RegoError.Code: String] = [
    .recursion: "a rule may not need its own value: give one of them another name, or take the shared part out",
    .evalConflict:
      "two rules give this document different values: make their conditions exclude each other, or use `else`",
    .cancelled: "the evaluation used more than it may; make the loops smaller",
  ]

  private static func meant(_ name: String, _ names: [String]) -> String? {
    guard name.utf8.count > 2 else { return nil }
    return Spelling.nearest(to: name, among: Set(names).subtracting([name]).sorted()).map { "did you mean `\($0)`?" }
  }

  private static func word(before end: String, in text: String) -> String? {
    guard text.hasPrefix("var "), let range = text.firstRange(of: end) else { return nil }
    return String(text[text.index(text.startIndex, offsetBy: 4)..<range.lowerBound])
  }
}

/// The names in a text, for "did you mean".
enum Words {
  private static let most = 10_000

  static func all(in source: [UInt8]) -> [String] {
    var words: Set<String> = []
    for word in source.prefix(1 << 20).split(whereSeparator: { !isPart($0) }) where word.count < 64 {
      guard let first = word.first, !(0x30...0x39).contains(first), words.count < most else { continue }
      words.insert(String(decoding: word, as: UTF8.self))
    }
    return Array(words)
  }

  private static func isPart(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) || byte == 0x5F
  }
}
