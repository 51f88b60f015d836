package import BaileyCore

/// `bailey replay`: the recording of one program of a session.
package struct ReplayRequest: Sendable, Equatable {
  package var session: SessionReference
  /// 0 is the session's main program.
  package var program: Int
  /// Whether its bytes are wanted, too.
  package var sends: Bool

  package init(session: SessionReference, program: Int = 0, sends: Bool = true) {
    self.session = session
    self.program = program
    self.sends = sends
  }

  var members: [String: JSON] {
    ["session": session.json, "program": .int(Int64(program)), "send": .bool(sends)]
  }

  init(_ fields: inout Fields) throws(WireError) {
    session = try fields.session()
    program = try fields.integer("program", as: Int.self)
    if program < 0 { throw .badValue("program") }
    sends = try fields.flag("send")
  }
}

/// What became of a recording.
package struct RecordingStatus: Sendable, Equatable {
  package var session: SessionID
  package var findings: RecordingFindings
  package var state: TranscriptMark.State
  package var isRunning: Bool

  package init(session: SessionID, findings: RecordingFindings, state: TranscriptMark.State, isRunning: Bool) {
    self.session = session
    self.findings = findings
    self.state = state
    self.isRunning = isRunning
  }

  package var members: [String: JSON] {
    var members: [String: JSON] = [
      "session": .string(session.text), "verified_bytes": .int(findings.verified), "state": .string(state.rawValue),
      "problems": .array(findings.problems.map(JSON.string)), "ended": .bool(findings.isEnded),
      "running": .bool(isRunning),
    ]
    if let bytes = findings.bytes { members["bytes"] = .int(bytes) }
    return members
  }

  init(_ fields: inout Fields) throws(WireError) {
    session = try fields.identifier("session")
    findings = RecordingFindings(
      bytes: try fields.optionalInteger("bytes", as: Int64.self),
      verified: try fields.integer("verified_bytes", as: Int64.self), problems: try fields.strings("problems"),
      isEnded: try fields.flag("ended"))
    state = try fields.choice("state", TranscriptMark.State.self)
    isRunning = try fields.flag("running")
  }
}
