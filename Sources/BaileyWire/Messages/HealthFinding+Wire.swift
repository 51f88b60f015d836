package import BaileyCore

/// One line of `bailey doctor`.
extension HealthFinding {
  package var json: JSON {
    var members: [String: JSON] = [
      "name": .string(name), "state": .string(state.rawValue), "consequence": .string(consequence),
    ]
    if let fix { members["fix"] = .string(fix) }
    return .object(members)
  }

  package init(json: JSON) throws(WireError) {
    var fields = try Fields(json)
    self.init(
      try fields.string("name"), try fields.choice("state", State.self), try fields.string("consequence"),
      fix: try fields.optionalString("fix"))
    try fields.end()
  }
}
