internal import BaileyRego
private import CYaml

// SAFETY (whole file): parser, emitter and events are libyaml's structures, initialised before use and deleted by the scope that made
// them. The parser reads from an array that outlives it; lengths come with every scalar. The emitter's handler gets a pointer to a
// buffer that lives as long as the emitter.

/// One step through a document.
enum YAMLEvent {
  case scalar(text: [UInt8], tag: String, isQuoted: Bool, anchor: String?)
  case sequenceStart(anchor: String?)
  case mappingStart(anchor: String?)
  case end
  case alias(String)
  case documentStart
  case documentEnd
  case streamStart
  case streamEnd
}

/// Reads YAML step by step with libyaml, which limits nesting itself.
@safe final class YAMLEvents {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let source: [UInt8]
  private let start: UnsafeMutablePointer<UInt8>

  init(_ source: [UInt8]) {
    self.source = source
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

  func next() throws(BuiltinFailure) -> YAMLEvent {
    var event = unsafe yaml_event_t()
    guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw failure() }
    defer { unsafe yaml_event_delete(&event) }
    return unsafe Self.read(event)
  }

  private static func read(_ event: yaml_event_t) -> YAMLEvent {
    switch unsafe event.type {
    case YAML_SCALAR_EVENT:
      let scalar = unsafe event.data.scalar
      let text = unsafe Array(UnsafeBufferPointer(start: scalar.value, count: scalar.length))
      let isQuoted = unsafe scalar.style != YAML_PLAIN_SCALAR_STYLE
      return unsafe .scalar(
        text: text, tag: string(scalar.tag) ?? "", isQuoted: isQuoted, anchor: string(scalar.anchor))
    case YAML_SEQUENCE_START_EVENT: return unsafe .sequenceStart(anchor: string(event.data.sequence_start.anchor))
    case YAML_MAPPING_START_EVENT: return unsafe .mappingStart(anchor: string(event.data.mapping_start.anchor))
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return .end
    case YAML_ALIAS_EVENT: return unsafe .alias(string(event.data.alias.anchor) ?? "")
    case YAML_DOCUMENT_START_EVENT: return .documentStart
    case YAML_DOCUMENT_END_EVENT: return .documentEnd
    case YAML_STREAM_START_EVENT: return .streamStart
    default: return .streamEnd
    }
  }

  private static func string(_ start: UnsafeMutablePointer<UInt8>?) -> String? {
    guard let start = unsafe start else { return nil }
    return unsafe String(cString: start)
  }

  /// In the words of Go's port of the same library.
  private func failure() -> BuiltinFailure {
    let state = unsafe parser.pointee
    var line = unsafe state.problem_mark.line
    if line != 0, unsafe state.error == YAML_SCANNER_ERROR { line += 1 }
    if line == 0 { line = unsafe state.context_mark.line }
    let problem = unsafe state.problem.map { unsafe String(cString: $0) } ?? "unknown problem parsing YAML content"
    return BuiltinFailure("yaml: " + (line == 0 ? "" : "line \(line): ") + problem)
  }
}

/// Writes YAML in block style with libyaml.
@safe final class YAMLEmitter {
  private final class Output { var bytes: [UInt8] = [] }

  private let emitter: UnsafeMutablePointer<yaml_emitter_t>
  private let output = Output()
  private var failed = false

  enum Style { case plain, literal, doubleQuoted }

  init() {
    unsafe emitter = .allocate(capacity: 1)
    _ = unsafe yaml_emitter_initialize(emitter)
    let target = unsafe Unmanaged.passUnretained(output).toOpaque()
    unsafe yaml_emitter_set_output(
      emitter,
      { target, start, count in
        guard let target = unsafe target, let start = unsafe start else { return 0 }
        let output = unsafe Unmanaged<Output>.fromOpaque(target).takeUnretainedValue()
        unsafe output.bytes += UnsafeBufferPointer(start: start, count: count)
        return 1
      }, target)
    unsafe yaml_emitter_set_unicode(emitter, 1)
    unsafe yaml_emitter_set_width(emitter, -1)
    unsafe emit { event in unsafe yaml_stream_start_event_initialize(event, YAML_UTF8_ENCODING) }
    unsafe emit { event in unsafe yaml_document_start_event_initialize(event, nil, nil, nil, 1) }
  }

  deinit {
    unsafe yaml_emitter_delete(emitter)
    unsafe emitter.deallocate()
  }

  private func emit(_ make: (UnsafeMutablePointer<yaml_event_t>) -> CInt) {
    var event = unsafe yaml_event_t()
    if unsafe make(&event) != 1 || yaml_emitter_emit(emitter, &event) != 1 { failed = true }
  }

  func scalar(_ text: some Collection<UInt8>, _ style: Style) {
    let style =
      style == .plain
      ? YAML_PLAIN_SCALAR_STYLE : (style == .literal ? YAML_LITERAL_SCALAR_STYLE : YAML_DOUBLE_QUOTED_SCALAR_STYLE)
    let count = CInt(text.count)
    let bytes = Array(text) + [0]
    unsafe bytes.withUnsafeBufferPointer { bytes in
      unsafe emit { event in unsafe yaml_scalar_event_initialize(event, nil, nil, bytes.baseAddress, count, 1, 1, style)
      }
    }
  }

  func startSequence() {
    unsafe emit { event in unsafe yaml_sequence_start_event_initialize(event, nil, nil, 1, YAML_BLOCK_SEQUENCE_STYLE) }
  }

  func endSequence() { unsafe emit { event in unsafe yaml_sequence_end_event_initialize(event) } }

  func startMapping() {
    unsafe emit { event in unsafe yaml_mapping_start_event_initialize(event, nil, nil, 1, YAML_BLOCK_MAPPING_STYLE) }
  }

  func endMapping() { unsafe emit { event in unsafe yaml_mapping_end_event_initialize(event) } }

  /// The whole text; nil when something could not be written.
  func finish() -> [UInt8]? {
    unsafe emit { event in unsafe yaml_document_end_event_initialize(event, 1) }
    unsafe emit { event in unsafe yaml_stream_end_event_initialize(event) }
    return failed ? nil : output.bytes
  }
}
