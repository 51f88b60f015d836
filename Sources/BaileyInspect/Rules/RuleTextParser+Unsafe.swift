private import CYaml

// SAFETY (whole file): the parser is libyaml's structure, initialised before use and deleted by the object that made it. It reads from a
// buffer that lives as long; lengths come with every scalar.

/// Turns YAML into texts with their places: at most 1 MiB and 8 levels; anchors, aliases and tags are refused.
@safe final class RuleTextParser {
  static let maximumBytes = 1 << 20
  static let maximumDepth = 8

  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let start: UnsafeMutablePointer<UInt8>
  private let file: String

  static func read(_ source: [UInt8], file: String) throws(RuleIssue) -> RuleText? {
    guard source.count <= maximumBytes else {
      throw RuleIssue(code: "rule-file-too-large", place: file, why: "a file of rules has at most 1 MiB")
    }
    let parser = RuleTextParser(source, file: file)
    return try parser.document()
  }

  private init(_ source: [UInt8], file: String) {
    self.file = file
    unsafe start = .allocate(capacity: max(1, source.count))
    unsafe start.initialize(from: source, count: source.count)
    unsafe parser = .allocate(capacity: 1)
    _ = unsafe yaml_parser_initialize(parser)
    unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    unsafe yaml_parser_set_input_string(parser, start, source.count)
  }

  deinit {
    unsafe yaml_parser_delete(parser)
    unsafe parser.deallocate()
    unsafe start.deallocate()
  }

  private enum Event {
    case scalar(String)
    case listStart, mapStart, end, other, streamEnd
  }

  /// The first document; nothing but its end may follow.
  private func document() throws(RuleIssue) -> RuleText? {
    while true {
      let (event, mark) = try next()
      switch event {
      case .streamEnd: return nil
      case .other: continue
      default:
        let value = try value(event, mark, depth: 1)
        while true {
          let (event, mark) = try next()
          if case .streamEnd = event { return value }
          guard case .other = event else { throw issue("one document is expected", mark) }
        }
      }
    }
  }

  private func value(_ event: Event, _ mark: RuleMark, depth: Int) throws(RuleIssue) -> RuleText {
    guard depth <= Self.maximumDepth else { throw issue("more than \(Self.maximumDepth) levels of nesting", mark) }
    switch event {
    case .scalar(let text): return .scalar(text, mark)
    case .listStart: return .list(try items(depth), mark)
    case .mapStart: return .map(try members(depth), mark)
    case .end, .other, .streamEnd: throw issue("a value is missing", mark)
    }
  }

  private func items(_ depth: Int) throws(RuleIssue) -> [RuleText] {
    var found: [RuleText] = []
    while true {
      let (event, mark) = try next()
      if case .end = event { return found }
      found.append(try value(event, mark, depth: depth + 1))
    }
  }

  private func members(_ depth: Int) throws(RuleIssue) -> [(key: String, mark: RuleMark, value: RuleText)] {
    var found: [(key: String, mark: RuleMark, value: RuleText)] = []
    while true {
      let (event, mark) = try next()
      if case .end = event { return found }
      guard case .scalar(let key) = event else { throw issue("a key is a text", mark) }
      let (inner, place) = try next()
      found.append((key, mark, try value(inner, place, depth: depth + 1)))
    }
  }

  private func next() throws(RuleIssue) -> (Event, RuleMark) {
    var event = unsafe yaml_event_t()
    guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw syntax() }
    defer { unsafe yaml_event_delete(&event) }
    let mark = unsafe RuleMark(line: Int(event.start_mark.line) + 1, column: Int(event.start_mark.column) + 1)
    switch unsafe event.type {
    case YAML_SCALAR_EVENT:
      let scalar = unsafe event.data.scalar
      if unsafe scalar.anchor != nil || scalar.tag != nil { throw issue("anchors and tags are not accepted", mark) }
      let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      return (.scalar(unsafe String(decoding: bytes, as: UTF8.self)), mark)
    case YAML_ALIAS_EVENT: throw issue("aliases are not accepted", mark)
    case YAML_SEQUENCE_START_EVENT:
      let isBare = unsafe event.data.sequence_start.anchor == nil && event.data.sequence_start.tag == nil
      guard isBare else { throw issue("anchors and tags are not accepted", mark) }
      return (.listStart, mark)
    case YAML_MAPPING_START_EVENT:
      let isBare = unsafe event.data.mapping_start.anchor == nil && event.data.mapping_start.tag == nil
      guard isBare else { throw issue("anchors and tags are not accepted", mark) }
      return (.mapStart, mark)
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return (.end, mark)
    case YAML_STREAM_END_EVENT: return (.streamEnd, mark)
    default: return (.other, mark)
    }
  }

  private func syntax() -> RuleIssue {
    let state = unsafe parser.pointee
    let mark = unsafe RuleMark(line: Int(state.problem_mark.line) + 1, column: Int(state.problem_mark.column) + 1)
    return issue(unsafe state.problem.map { unsafe String(cString: $0) } ?? "this is not YAML", mark)
  }

  private func issue(_ why: String, _ mark: RuleMark) -> RuleIssue {
    RuleIssue(code: "rule-syntax", place: "\(file):\(mark.line):\(mark.column)", why: why)
  }
}
