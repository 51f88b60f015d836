package import BaileyCore

extension Request {
  /// Reads a request strictly: an unknown word, an unknown member or a value beyond its limit is refused.
  package init(json: JSON) throws(WireError) {
    var fields = try Fields(json)
    let name = try fields.envelope("request")
    if let request = try Self.session(name, &fields) {
      self = request
    } else {
      self = try Self.other(name, &fields)
    }
    try fields.end()
  }

  /// The requests about one session.
  private static func session(_ name: String, _ fields: inout Fields) throws(WireError) -> Request? {
    switch name {
    case "attach": .attach(try fields.session(), try TerminalRequest(json: try fields.value("terminal")))
    case "kill": .kill(try fields.session())
    case "freeze": .freeze(try fields.session())
    case "thaw": .thaw(try fields.session())
    case "grant":
      .grant(try fields.session(), path: try fields.directory("path"), writable: try fields.flag("write"))
    case "revoke": .revoke(try fields.session(), path: try fields.directory("path"))
    case "changes": .changes(try fields.session())
    case "apply": .apply(try fields.session(), try fields.selection(), digest: try fields.digest())
    case "discard": .discard(try fields.session(), paths: try fields.paths())
    case "undo": .undo(try fields.session())
    case "hold": .hold(try fields.session(), reason: try fields.reason())
    case "release": .release(try fields.session(), reason: try fields.reason())
    case "policy-basis": .policyBasis(try fields.session(), action: try fields.action())
    default: nil
    }
  }

  private static func other(_ name: String, _ fields: inout Fields) throws(WireError) -> Request {
    switch name {
    case "version": .version
    case "run": .run(try RunRequest(&fields))
    case "exec": .exec(try ExecRequest(&fields))
    case "list": .list(all: try fields.flag("all"))
    case "kill-all": .killAll
    case "reset-home": .resetHome(directory: try fields.directory("directory"))
    case "show-trust": .showTrust(directory: try fields.directory("directory"))
    case "agree": .agree(directory: try fields.directory("directory"), digest: try fields.digest())
    case "doctor": .doctor(directory: try fields.directory("directory"))
    case "log": .log(try LogQuery(&fields))
    case "log-entry": .logEntry(index: try fields.integer("index", as: UInt64.self))
    case "verify-log": .verifyLog
    case "replay": .replay(try ReplayRequest(&fields))
    case "provenance": .provenance(try fields.session())
    case "index-log": .indexLog(rebuild: try fields.flag("rebuild"))
    case "payloads": .payloads(try fields.optional("session").map(SessionReference.init(json:)))
    case "erase-payloads": .erasePayloads(try EraseOrder(&fields))
    case "prune-payloads": .prunePayloads(dryRun: try fields.flag("dry_run"))
    case "holds": .holds
    case "secrets": .secrets
    case "secret-order": .secretOrder(try SecretOrder(&fields))
    case "policies": .policies(reload: try fields.flag("reload"))
    case "shutdown": .shutdown
    default: throw .badValue("request")
    }
  }
}

extension Fields {
  /// SHA-256 in lower-case hex.
  mutating func digest() throws(WireError) -> String {
    let text = try string("sha256", limit: 64)
    guard isDigest(text) else { throw .badValue("sha256") }
    return text
  }

  fileprivate mutating func action() throws(WireError) -> JSON {
    let json = try value("action")
    guard Action(json: json) != nil else { throw .badValue("action") }
    return json
  }

  fileprivate mutating func selection() throws(WireError) -> ChangeSelection {
    let json = try value("selection")
    guard let selection = ChangeSelection(json: json) else { throw .badValue("selection") }
    guard selection.json == json else { throw .unknownMember("selection") }
    return selection
  }

  fileprivate mutating func paths() throws(WireError) -> [[UInt8]]? {
    guard let json = optional("paths") else { return nil }
    guard let list = json.array else { throw .wrongType("paths") }
    if list.count > WireLimit.paths { throw .tooLong("paths") }
    var result: [[UInt8]] = []
    for element in list { result.append(try Self.bytes(element, "paths")) }
    return result
  }
}
