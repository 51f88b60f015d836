import BaileyCore

/// Which class a record belongs to, and the members that this class wants.
struct OCSFMapping {
  var type: OCSFClass
  var activity: OCSFActivity
  var members: [String: JSON]

  init(_ type: OCSFClass, _ activity: OCSFActivity, _ members: [String: JSON] = [:]) {
    self.type = type
    self.activity = activity
    self.members = members
  }

  init(_ record: ExportedRecord) {
    self =
      switch record.kind {
      case "session.start": Self.launch(record, argv: record.body["argv"])
      case "session.end": Self.sessionEnd(record)
      case "grant", "revoke": Self.grant(record)
      case "apply", "undo": Self.call(record, OCSFActivity(3, "Update"), operation: record.kind)
      case "note": Self.note(record)
      case "intent", "outcome", "observed": Self.action(record)
      default: Self.log(record, record.kind)
      }
  }

  /// What the schema has no place for.
  func unmapped(_ record: ExportedRecord) -> JSON {
    var members: [String: JSON] = ["kind": .string(record.kind), "time_ns": .int(record.time)]
    if let verb = record.verb { members["verb"] = .string(verb) }
    if let intent = record.body["intent"] { members["intent"] = intent }
    if record.detail != .object([:]) { members["detail"] = record.detail }
    if record.body["action"] == nil, record.kind != "outcome" { members["body"] = record.body }
    if let obligations = record.body["decision"]?["obligations"] { members["obligations"] = obligations }
    if record.leftOut > 0 { members["left_out"] = .int(Int64(record.leftOut)) }
    if record.body["truncated"] == true { members["truncated"] = true }
    return .object(members)
  }

  static func log(_ record: ExportedRecord, _ name: String) -> OCSFMapping {
    var members: [String: JSON] = ["log_name": "bailey", "log_type_id": 99, "log_type": "Audit"]
    members["count"] = record.body["lost"] ?? record.body["records"]
    return OCSFMapping(.eventLog, .other(name), members)
  }

  static func launch(_ record: ExportedRecord, argv: JSON?) -> OCSFMapping {
    OCSFMapping(.process, OCSFActivity(1, "Launch"), ["process": process(record, argv)])
  }

  private static func sessionEnd(_ record: ExportedRecord) -> OCSFMapping {
    var members: [String: JSON] = ["process": process(record, nil)]
    if let code = record.body["exit_code"] { members["exit_code"] = code }
    return OCSFMapping(.process, OCSFActivity(2, "Terminate"), members)
  }

  private static func grant(_ record: ExportedRecord) -> OCSFMapping {
    let path = record.body["path"]?.string ?? "unknown"
    let access = record.body["access"]?.string ?? (record.body["write"] == true ? "write" : "read")
    let isGrant = record.kind == "grant"
    return OCSFMapping(
      .authorizeSession, isGrant ? OCSFActivity(1, "Assign Privileges") : .other("Revoke Privileges"),
      [
        "user": user(record), "session": session(record),
        "privileges": [.string(isGrant ? "\(access) \(path)" : path)],
      ])
  }

  private static func note(_ record: ExportedRecord) -> OCSFMapping {
    let event = record.body["event"]?.string ?? "note"
    switch event {
    case "exec": return launch(record, argv: record.body["argv"])
    case "masked", "protected", "sensitive-file-exposed":
      let path = record.body["path"]?.string ?? record.body["fault"]?["subject"]?.string
      return OCSFMapping(.file, .other(event), ["file": file(path ?? "unknown")])
    default:
      if event.hasPrefix("log.") { return log(record, event) }
      return call(record, .other(event), operation: event)
    }
  }

  static func call(_ record: ExportedRecord, _ activity: OCSFActivity, operation: String) -> OCSFMapping {
    var members: [String: JSON] = [
      "api": ["operation": .string(operation), "service": ["name": "baileyd"]],
      // Whatever asks does so on this machine.
      "src_endpoint": ["name": "localhost"],
    ]
    if let project = (record.resource["project"] ?? record.body["project"])?.string {
      members["resources"] = [["name": .string(project), "type": "project"]]
    }
    return OCSFMapping(.api, activity, members)
  }
}

// MARK: the parts of several classes

extension OCSFMapping {
  static func user(_ record: ExportedRecord) -> JSON { ["name": .string(record.user ?? "unknown")] }

  static func session(_ record: ExportedRecord) -> JSON { ["uid": .string(record.session ?? "none")] }

  /// The process by its number where that was seen, else by its session.
  static func process(_ record: ExportedRecord, _ argv: JSON?) -> JSON {
    var members: [String: JSON] = ["sandbox": "bailey"]
    let words = argv?.array?.compactMap(\.string) ?? []
    if !words.isEmpty { members["cmd_line"] = .string(words.joined(separator: " ")) }
    if let path = record.resource["path"]?.string ?? words.first {
      members["name"] = .string(baseName(path))
      members["file"] = file(path)
    }
    if let pid = record.action?["context"]?["pid"] {
      members["pid"] = pid
    } else {
      members["uid"] = .string(record.session ?? "none")
    }
    return .object(members)
  }

  static func file(_ path: String, type: Int64 = 0) -> JSON {
    ["name": .string(baseName(path)), "path": .string(path), "type_id": .int(type)]
  }

  private static func baseName(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }
}
