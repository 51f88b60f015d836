import BaileyCore

/// Actions by their verb: decided, done or observed.
extension OCSFMapping {
  static func action(_ record: ExportedRecord) -> OCSFMapping {
    guard let verb = record.verb.flatMap(Verb.init(rawValue:)) else {
      return call(record, .other(record.kind), operation: record.verb ?? record.kind)
    }
    switch verb {
    case .exec, .taskRun: return launch(record, argv: record.resource["argv"])
    case .fileRead, .fileWrite, .fileMount: return files(record, verb)
    case .netConnect: return network(record)
    case .httpRequest: return request(record)
    case .dnsQuery: return query(record)
    case .sessionStart, .secretUse: return privilege(record, verb)
    case .workspaceApply: return call(record, OCSFActivity(3, "Update"), operation: operation(record, verb))
    case .toolCall, .pluginCall, .modelLoad:
      return call(record, .other(verb.rawValue), operation: operation(record, verb))
    }
  }

  private static func operation(_ record: ExportedRecord, _ verb: Verb) -> String {
    if record.resource["undo"] == true { return "workspace.undo" }
    return record.resource["tool"]?.string ?? record.resource["name"]?.string ?? verb.rawValue
  }

  /// What a session may do is assigned to its user by the manifest; a secret by its reference.
  private static func privilege(_ record: ExportedRecord, _ verb: Verb) -> OCSFMapping {
    let subject = record.resource["manifest_sha256"]?.string ?? record.resource["name"]?.string ?? ""
    let name = verb == .sessionStart ? "manifest sha256:" + subject : "secret " + subject
    return OCSFMapping(
      .authorizeSession, OCSFActivity(1, "Assign Privileges"),
      ["user": user(record), "session": session(record), "privileges": [.string(name)]])
  }

  private static func files(_ record: ExportedRecord, _ verb: Verb) -> OCSFMapping {
    let path = record.resource["path"]?.string ?? "unknown"
    let operation = record.resource["operation"]?.string ?? ""
    var members: [String: JSON] = ["file": file(path, type: types[operation] ?? 0)]
    if let target = record.resource["to"]?.string { members["file_result"] = file(target) }
    if verb == .fileRead { return OCSFMapping(.file, OCSFActivity(2, "Read"), members) }
    if verb == .fileMount { return OCSFMapping(.file, OCSFActivity(12, "Mount"), members) }
    return OCSFMapping(.file, writing(operation), members)
  }

  private static let types: [String: Int64] = ["mkdir": 2, "connect": 5, "symlink": 7]

  private static func writing(_ operation: String) -> OCSFActivity {
    switch operation {
    case "mkdir", "symlink", "link": OCSFActivity(1, "Create")
    case "unlink": OCSFActivity(4, "Delete")
    case "rename": OCSFActivity(5, "Rename")
    case "connect": OCSFActivity(14, "Open")
    default: OCSFActivity(3, "Update")
    }
  }

  private static func network(_ record: ExportedRecord) -> OCSFMapping {
    var members: [String: JSON] = ["dst_endpoint": endpoint(record), "is_src_dst_assignment_known": true]
    if let traffic = traffic(record) { members["traffic"] = traffic }
    if let count = record.resource["count"] { members["count"] = count }
    if let transport = record.resource["transport"]?.string { members["app_protocol_name"] = .string(transport) }
    let refused = record.kind != "outcome" && record.effect != "allow" && record.succeeded != true
    if record.kind == "outcome" { return OCSFMapping(.network, OCSFActivity(2, "Close"), members) }
    return OCSFMapping(.network, refused ? OCSFActivity(5, "Refuse") : OCSFActivity(1, "Open"), members)
  }

  private static func request(_ record: ExportedRecord) -> OCSFMapping {
    let method = record.resource["method"]?.string ?? ""
    var url: [String: JSON] = ["path": .string("/")]
    if let path = record.resource["path"]?.string {
      let parts = path.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
      url["path"] = .string(String(parts[0]))
      if parts.count == 2 { url["query_string"] = .string(String(parts[1])) }
    }
    url["scheme"] = record.resource["scheme"]
    url["hostname"] = record.resource["host"]
    url["port"] = record.resource["port"]
    var head: [String: JSON] = ["url": .object(url)]
    if methods[method] != nil { head["http_method"] = .string(method) }
    head["body_length"] = record.resource["bytes"]
    var members: [String: JSON] = ["http_request": .object(head), "dst_endpoint": endpoint(record)]
    if let status = record.detail["status"] { members["http_response"] = ["code": status] }
    if let traffic = traffic(record) { members["traffic"] = traffic }
    return OCSFMapping(.http, sending(method), members)
  }

  /// The schema knows no other method; one of those is the activity's name alone.
  private static let methods: [String: Int64] = [
    "CONNECT": 1, "DELETE": 2, "GET": 3, "HEAD": 4, "OPTIONS": 5, "POST": 6, "PUT": 7, "TRACE": 8, "PATCH": 9,
  ]

  private static func sending(_ method: String) -> OCSFActivity {
    methods[method].map { OCSFActivity($0, method.prefix(1) + method.dropFirst().lowercased()) }
      ?? .other(method.isEmpty ? "Unknown" : method)
  }

  private static func query(_ record: ExportedRecord) -> OCSFMapping {
    var query: [String: JSON] = ["hostname": record.resource["name"] ?? "unknown"]
    query["type"] = record.resource["type"]
    // The resolver is in the sandbox's own network namespace.
    var members: [String: JSON] = [
      "query": .object(query), "dst_endpoint": ["svc_name": "bailey-resolver"],
    ]
    if let count = record.resource["count"] { members["count"] = count }
    let isAnswer = record.kind == "outcome"
    return OCSFMapping(.dns, isAnswer ? OCSFActivity(2, "Response") : OCSFActivity(1, "Query"), members)
  }

  private static func endpoint(_ record: ExportedRecord) -> JSON {
    var members: [String: JSON] = [:]
    members["hostname"] = record.resource["host"]
    let address = (record.detail["address"] ?? record.resource["address"])?.string
    if let address, let parsed = try? IPAddress(Self.withoutPort(address)) {
      members["ip"] = .string(parsed.description)
    } else if let address {
      members["name"] = .string(address)
    }
    members["port"] = record.resource["port"]
    if members["hostname"] == nil, members["ip"] == nil, members["name"] == nil { members["name"] = "unknown" }
    return .object(members)
  }

  /// `192.0.2.1:443` and `[2001:db8::1]:443` without the port.
  private static func withoutPort(_ text: String) -> String {
    if text.hasPrefix("[") { return String(text.dropFirst().prefix { $0 != "]" }) }
    let colons = text.utf8.count { $0 == UInt8(ascii: ":") }
    return colons == 1 ? String(text.prefix { $0 != ":" }) : text
  }

  private static func traffic(_ record: ExportedRecord) -> JSON? {
    guard let sent = record.detail["sent"]?.int, let received = record.detail["received"]?.int else { return nil }
    return ["bytes_out": .int(sent), "bytes_in": .int(received), "bytes": .int(sent &+ received)]
  }
}
