package import BaileyCore

/// What the controller says before its reply; terminal output travels as data frames beside it.
package enum Event: Sendable, Equatable {
  /// The project's manifest must be agreed to first; answered with `Control.agree`.
  case needsTrust(TrustQuestion)
  case started(Started)
  /// The program in the foreground stopped; the person's terminal should stop with it.
  case stopped(signal: Int32)
  case entries([LogRow])
  /// A piece of an export of the log, to be written as it is.
  case exported(String)
  /// A sentence for the person.
  case remark(String)
  /// A page of a change set; the last one comes with the reply.
  case changes([Change])
  /// A page of what an apply or undo did.
  case report(ApplyReport)
  /// Before the bytes of a recording.
  case recording(RecordingStatus)

  package var json: JSON {
    switch self {
    case .needsTrust(let question): .envelope("event", "needs-trust", ["question": question.json])
    case .started(let started): .envelope("event", "started", started.members)
    case .stopped(let signal): .envelope("event", "stopped", ["signal": .int(Int64(signal))])
    case .entries(let rows): .envelope("event", "entries", ["entries": .array(rows.map(\.json))])
    case .exported(let text): .envelope("event", "exported", ["text": .string(text)])
    case .remark(let text): .envelope("event", "remark", ["text": .string(text)])
    case .changes(let page): .envelope("event", "changes", ["changes": .array(page.map(\.json))])
    case .report(let page): .envelope("event", "report", ["report": page.json])
    case .recording(let status): .envelope("event", "recording", status.members)
    }
  }

  init(_ fields: inout Fields) throws(WireError) {
    switch try fields.envelope("event") {
    case "needs-trust": self = .needsTrust(try TrustQuestion(json: try fields.value("question")))
    case "started": self = .started(try Started(&fields))
    case "stopped": self = .stopped(signal: try fields.integer("signal", as: Int32.self))
    case "entries": self = .entries(try fields.rows("entries", LogRow.init(json:)))
    case "exported": self = .exported(try fields.string("text", limit: WireLimit.message))
    case "remark": self = .remark(try fields.string("text"))
    case "changes": self = .changes(try fields.rows("changes", Change.init(wire:)))
    case "recording": self = .recording(try RecordingStatus(&fields))
    case "report":
      guard let report = ApplyReport(json: try fields.value("report")) else { throw .badValue("report") }
      self = .report(report)
    default: throw .badValue("event")
    }
    try fields.end()
  }
}

extension Change {
  fileprivate init(wire json: JSON) throws(WireError) {
    guard let change = Change(json: json) else { throw .badValue("changes") }
    self = change
  }
}

/// A session, or a further program in one, has started.
package struct Started: Sendable, Equatable {
  package var session: SessionID
  package var project: String
  package var mode: WorkspaceMode
  package var notices: [String]

  package init(session: SessionID, project: String, mode: WorkspaceMode, notices: [String]) {
    self.session = session
    self.project = project
    self.mode = mode
    self.notices = notices
  }

  var members: [String: JSON] {
    [
      "session": .string(session.text), "project": .string(project), "workspace": .string(mode.rawValue),
      "notices": .array(notices.map(JSON.string)),
    ]
  }

  init(_ fields: inout Fields) throws(WireError) {
    session = try fields.identifier("session")
    project = try fields.string("project")
    mode = try fields.choice("workspace", WorkspaceMode.self)
    notices = try fields.strings("notices")
  }
}

/// What a person agrees to before a project's manifest counts.
package struct TrustQuestion: Sendable, Equatable {
  package var project: String
  /// One line for each thing that the manifest asks for; written by the project, so shown only through `printable`.
  package var summary: [String]
  package var digest: String
  package var isTrusted: Bool

  package init(project: String, summary: [String], digest: String, isTrusted: Bool = false) {
    self.project = project
    self.summary = summary
    self.digest = digest
    self.isTrusted = isTrusted
  }

  package var json: JSON {
    [
      "project": .string(project), "summary": .array(summary.map(JSON.string)), "sha256": .string(digest),
      "trusted": .bool(isTrusted),
    ]
  }

  package init(json: JSON) throws(WireError) {
    var fields = try Fields(json)
    project = try fields.string("project")
    summary = try fields.strings("summary", limit: WireLimit.argument)
    digest = try fields.digest()
    isTrusted = try fields.flag("trusted")
    try fields.end()
  }
}

extension Fields {
  mutating func identifier(_ key: String) throws(WireError) -> SessionID {
    guard let id = SessionID(try string(key)) else { throw .badValue(key) }
    return id
  }

  mutating func rows<T>(_ key: String, count: Int = WireLimit.paths, _ read: (JSON) throws(WireError) -> T)
    throws(WireError) -> [T]
  {
    var result: [T] = []
    for element in try list(key, count: count) { result.append(try read(element)) }
    return result
  }
}
