package import BaileyCore

/// The terminal of a command's caller.
package struct TerminalRequest: Sendable, Equatable {
  package var size: TerminalSize
  /// `false` when the caller's own terminal echoes and edits lines (`bailey run -- x | less`): the sandbox's must not do it again.
  package var echoes: Bool

  package init(size: TerminalSize, echoes: Bool = true) {
    self.size = size
    self.echoes = echoes
  }

  package var json: JSON {
    ["rows": .int(Int64(size.rows)), "columns": .int(Int64(size.columns)), "echo": .bool(echoes)]
  }

  package init(json: JSON) throws(WireError) {
    var fields = try Fields(json)
    size = TerminalSize(
      rows: try fields.integer("rows", as: UInt16.self), columns: try fields.integer("columns", as: UInt16.self))
    echoes = try fields.flag("echo")
    try fields.end()
  }
}

/// What one standard stream of a program is to be.
package enum StreamSource: String, Sendable, CaseIterable {
  /// The sandbox's pseudo-terminal; only with a `TerminalRequest`.
  case terminal
  /// A descriptor passed with the message: a pipe, never a file of the host.
  case passed
  /// `/dev/null`.
  case null
}

/// The three standard streams; passed descriptors come in this order.
package struct StreamPlan: Sendable, Equatable {
  package var input: StreamSource
  package var output: StreamSource
  package var error: StreamSource

  package init(input: StreamSource, output: StreamSource, error: StreamSource) {
    self.input = input
    self.output = output
    self.error = error
  }

  package var all: [StreamSource] { [input, output, error] }

  /// Descriptors that must come with the message.
  package var passedCount: Int { all.count { $0 == .passed } }

  /// The streams with these descriptors in their places; refuses any other number of them.
  package func streams(_ descriptors: [Int32]) throws(WireError) -> StandardStreams {
    guard descriptors.count == passedCount else { throw .unexpectedDescriptors }
    var rest = descriptors[...]
    let places = all.map { $0 == .passed ? rest.popFirst() : nil }
    return StandardStreams(input: places[0], output: places[1], error: places[2])
  }

  package var json: JSON { .array(all.map { .string($0.rawValue) }) }

  init(json: JSON, hasTerminal: Bool) throws(WireError) {
    guard let names = json.array, names.count == 3 else { throw .wrongType("streams") }
    let sources = names.compactMap { $0.string.flatMap(StreamSource.init(rawValue:)) }
    guard sources.count == 3, hasTerminal || !sources.contains(.terminal) else { throw .badValue("streams") }
    self.init(input: sources[0], output: sources[1], error: sources[2])
  }
}

/// `bailey run`: start a program in a new session.
package struct RunRequest: Sendable, Equatable {
  package var command: [String]
  package var workingDirectory: String
  /// The caller's environment, whole: the planner lets through what the manifest names.
  package var environment: [String: String]
  package var terminal: TerminalRequest?
  package var streams: StreamPlan
  package var options: ManifestOptions
  /// Nobody can answer a question: a manifest that needs trust is a denial.
  package var noInput: Bool
  /// A name that the person gave the session.
  package var label: String?
  /// The end is to say how much there is to review, which costs a walk over what the session wrote.
  package var countsChanges: Bool

  package init(
    command: [String], workingDirectory: String, environment: [String: String], terminal: TerminalRequest?,
    streams: StreamPlan, options: ManifestOptions = ManifestOptions(), noInput: Bool = false, label: String? = nil,
    countsChanges: Bool = false
  ) {
    self.command = command
    self.workingDirectory = workingDirectory
    self.environment = environment
    self.terminal = terminal
    self.streams = streams
    self.options = options
    self.noInput = noInput
    self.label = label
    self.countsChanges = countsChanges
  }

  var members: [String: JSON] {
    var members: [String: JSON] = [
      "argv": .array(command.map(JSON.string)), "directory": .string(workingDirectory),
      "environment": .object(environment.mapValues(JSON.string)), "streams": streams.json, "options": options.wire,
    ]
    if let terminal { members["terminal"] = terminal.json }
    if noInput { members["no_input"] = true }
    if let label { members["label"] = .string(label) }
    if countsChanges { members["count_changes"] = true }
    return members
  }

  init(_ fields: inout Fields) throws(WireError) {
    command = try fields.command()
    workingDirectory = try fields.directory("directory")
    environment = try fields.environment()
    terminal = if let json = fields.optional("terminal") { try TerminalRequest(json: json) } else { nil }
    streams = try StreamPlan(json: try fields.value("streams"), hasTerminal: terminal != nil)
    options = try ManifestOptions(wire: try fields.value("options"))
    noInput = try fields.flag("no_input")
    label = try fields.optionalString("label", limit: 64)
    countsChanges = try fields.flag("count_changes")
  }
}

/// `bailey exec`: start a further program in a running session.
package struct ExecRequest: Sendable, Equatable {
  package var session: SessionReference
  package var command: [String]
  /// Where the caller is; the controller takes it when it lies in the project, else the project.
  package var workingDirectory: String
  package var environment: [String: String]
  package var terminal: TerminalRequest?
  package var streams: StreamPlan

  package init(
    session: SessionReference, command: [String], workingDirectory: String, environment: [String: String],
    terminal: TerminalRequest?, streams: StreamPlan
  ) {
    self.session = session
    self.command = command
    self.workingDirectory = workingDirectory
    self.environment = environment
    self.terminal = terminal
    self.streams = streams
  }

  var members: [String: JSON] {
    var members: [String: JSON] = [
      "session": session.json, "argv": .array(command.map(JSON.string)), "directory": .string(workingDirectory),
      "environment": .object(environment.mapValues(JSON.string)), "streams": streams.json,
    ]
    if let terminal { members["terminal"] = terminal.json }
    return members
  }

  init(_ fields: inout Fields) throws(WireError) {
    session = try fields.session()
    command = try fields.command()
    workingDirectory = try fields.directory("directory")
    environment = try fields.environment()
    terminal = if let json = fields.optional("terminal") { try TerminalRequest(json: json) } else { nil }
    streams = try StreamPlan(json: try fields.value("streams"), hasTerminal: terminal != nil)
  }
}

extension Fields {
  mutating func session() throws(WireError) -> SessionReference {
    try SessionReference(json: try value("session"))
  }

  fileprivate mutating func command() throws(WireError) -> [String] {
    let words = try strings("argv", count: WireLimit.arguments, limit: WireLimit.argument)
    if words.isEmpty || words[0].isEmpty { throw .badValue("argv") }
    return words
  }

  fileprivate mutating func environment() throws(WireError) -> [String: String] {
    guard let members = try value("environment").object else { throw .wrongType("environment") }
    if members.count > WireLimit.variables { throw .tooLong("environment") }
    var result: [String: String] = [:]
    for (name, json) in members {
      guard let text = json.string else { throw .wrongType("environment") }
      if name.isEmpty || name.utf8.contains(UInt8(ascii: "=")) { throw .badValue("environment") }
      if name.utf8.contains(0) || text.utf8.contains(0) { throw .nulByte("environment") }
      if name.utf8.count + text.utf8.count > WireLimit.argument { throw .tooLong("environment") }
      result[name] = text
    }
    return result
  }
}
