package import BaileyCore

/// A record as an event of the Open Cybersecurity Schema Framework, 1.8.0, with the profiles `security_control` and `host`.
///
/// docs/export.md has the table. What the schema has no place for stands below `unmapped`.
package enum OCSFEvent {
  package static let version = "1.8.0"

  package static func json(_ record: ExportedRecord, _ origin: ExportOrigin) -> JSON {
    let mapping = OCSFMapping(record)
    let importance = Importance(record)
    var event: [String: JSON] = [
      "category_uid": .int(mapping.type.category), "class_uid": .int(mapping.type.rawValue),
      "class_name": .string(mapping.type.name), "activity_id": .int(mapping.activity.number),
      "activity_name": .string(mapping.activity.name),
      "type_uid": .int(mapping.type.rawValue * 100 + mapping.activity.number),
      "time": .int(record.time / 1_000_000), "severity_id": .int(importance.severity.number),
      "severity": .string(importance.severity.name), "message": .string(record.message),
      "metadata": metadata(record, origin), "device": ["hostname": .string(origin.host), "type_id": 0],
      "actor": actor(record), "unmapped": mapping.unmapped(record),
    ]
    if let leaf = record.leaf {
      event["raw_data_hash"] = [
        "algorithm_id": 99, "algorithm": "RFC 6962 leaf hash, SHA-256", "value": .string(leaf),
      ]
    }
    event.merge(verdict(record)) { own, _ in own }
    event.merge(status(record)) { own, _ in own }
    event.merge(mapping.members) { _, special in special }
    return .object(event)
  }

  private static func metadata(_ record: ExportedRecord, _ origin: ExportOrigin) -> JSON {
    var members: [String: JSON] = [
      "product": ["name": "Bailey", "vendor_name": "Bailey", "version": .string(origin.version)],
      "version": .string(version), "profiles": ["security_control", "host"],
      "uid": .string(origin.uid(record)), "sequence": .int(Int64(clamping: record.index)),
      "log_name": .string(origin.log), "event_code": .string(record.event),
    ]
    if let session = record.session { members["correlation_uid"] = .string(session) }
    return .object(members)
  }

  private static func actor(_ record: ExportedRecord) -> JSON {
    var actor: [String: JSON] = ["app_name": .string(record.agent ?? "baileyd")]
    if let session = record.session { actor["session"] = ["uid": .string(session)] }
    if let user = record.user { actor["user"] = ["name": .string(user)] }
    return .object(actor)
  }

  /// `security_control`: what was decided, by which rule.
  private static func verdict(_ record: ExportedRecord) -> [String: JSON] {
    var members: [String: JSON]
    switch (record.kind, record.effect) {
    case (_, "allow"?): members = ["action_id": 1, "action": "Allowed", "disposition_id": 1, "disposition": "Allowed"]
    case (_, .some): members = ["action_id": 2, "action": "Denied", "disposition_id": 2, "disposition": "Blocked"]
    case ("observed", _) where record.succeeded == false:
      members = ["action_id": 2, "action": "Denied", "disposition_id": 2, "disposition": "Blocked"]
    default: members = ["action_id": 3, "action": "Observed", "disposition_id": 17, "disposition": "Logged"]
    }
    let policies = record.reasons.map(policy)
    if let first = policies.first { members["policy"] = first }
    if !policies.isEmpty {
      members["authorizations"] = .array(
        policies.map { ["decision": .string(record.effect ?? "deny"), "policy": $0] })
    }
    return members
  }

  private static func policy(_ reason: JSON) -> JSON {
    var members: [String: JSON] = ["uid": reason["code"] ?? "unknown", "is_applied": true]
    members["desc"] = reason["sentence"]
    members["name"] = reason["source"]
    return .object(members)
  }

  private static func status(_ record: ExportedRecord) -> [String: JSON] {
    guard let succeeded = record.succeeded else { return [:] }
    var members: [String: JSON] =
      succeeded ? ["status_id": 1, "status": "Success"] : ["status_id": 2, "status": "Failure"]
    let detail = record.detail
    let reason = detail["reason"]
    members["status_code"] = detail["code"] ?? detail["fault"] ?? reason?["code"]
    members["status_detail"] = reason?["reason"] ?? reason.flatMap { $0.string.map(JSON.string) }
    return members
  }
}

extension Importance {
  var severity: (number: Int64, name: String) {
    switch self {
    case .informational: (1, "Informational")
    case .low: (2, "Low")
    case .medium: (3, "Medium")
    case .high: (4, "High")
    }
  }
}
