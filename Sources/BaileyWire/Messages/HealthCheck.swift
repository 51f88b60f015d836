package import BaileyCore

/// One line of `bailey doctor`.
package struct HealthCheck: Sendable, Equatable {
  package enum State: String, Sendable, CaseIterable {
    case ok, warn, fail
  }

  /// What was looked at, a few words.
  package var name: String
  package var state: State
  /// What follows from it for the person.
  package var consequence: String
  /// A command or setting that mends it.
  package var fix: String?

  package init(_ name: String, _ state: State, _ consequence: String, fix: String? = nil) {
    self.name = name
    self.state = state
    self.consequence = consequence
    self.fix = fix
  }

  package var json: JSON {
    var members: [String: JSON] = [
      "name": .string(name), "state": .string(state.rawValue), "consequence": .string(consequence),
    ]
    if let fix { members["fix"] = .string(fix) }
    return .object(members)
  }

  package init(json: JSON) throws(WireError) {
    var fields = try Fields(json)
    name = try fields.string("name")
    state = try fields.choice("state", State.self)
    consequence = try fields.string("consequence")
    fix = try fields.optionalString("fix")
    try fields.end()
  }
}
