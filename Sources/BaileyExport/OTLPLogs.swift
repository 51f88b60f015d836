package import BaileyCore

/// Records as OpenTelemetry logs: `ExportLogsServiceRequest` in the JSON encoding of OTLP 1.
///
/// The event's name says what happened, flat attributes say with what, and the body is the OCSF event. 64-bit integers are texts, as the
/// JSON mapping of Protocol Buffers has it. Names of attributes follow OpenTelemetry's semantic conventions where there is one.
package enum OTLPLogs {
  package static func request(_ records: [ExportedRecord], _ origin: ExportOrigin, sampled: Int = 1) -> JSON {
    let resource: JSON = [
      "attributes": .array([
        attribute("service.name", "bailey"), attribute("service.version", origin.version),
        attribute("host.name", origin.host), attribute("bailey.log.origin", origin.log),
      ])
    ]
    let scope: JSON = ["name": "bailey.log", "version": .string(origin.version)]
    let logs = JSON.array(records.map { log($0, origin, sampled: sampled) })
    return ["resourceLogs": [["resource": resource, "scopeLogs": [["scope": scope, "logRecords": logs]]]]]
  }

  static func log(_ record: ExportedRecord, _ origin: ExportOrigin, sampled: Int = 1) -> JSON {
    let (number, text) = Importance(record).otlp
    return [
      "timeUnixNano": .string(String(record.time)), "observedTimeUnixNano": .string(String(record.time)),
      "severityNumber": .int(number), "severityText": .string(text), "eventName": .string("bailey." + record.event),
      "body": ["stringValue": .string(OCSFEvent.json(record, origin).canonicalText)],
      "attributes": .array(attributes(record, origin, sampled)),
    ]
  }

  private static func attributes(_ record: ExportedRecord, _ origin: ExportOrigin, _ sampled: Int) -> [JSON] {
    var list = [
      attribute("bailey.log.index", Int64(clamping: record.index)),
      attribute("bailey.log.uid", origin.uid(record)), attribute("bailey.record.kind", record.kind),
    ]
    if sampled > 1 { list.append(attribute("bailey.sampled.one_in", Int64(sampled))) }
    if record.leftOut > 0 { list.append(attribute("bailey.sampled.left_out", Int64(record.leftOut))) }
    let texts: [(String, String?)] = [
      ("bailey.log.leaf", record.leaf),
      ("session.id", record.session), ("gen_ai.conversation.id", record.session),
      ("gen_ai.agent.name", record.agent), ("gen_ai.agent.id", record.agent == nil ? nil : record.session),
      ("user.name", record.user), ("bailey.action", record.verb), ("bailey.decision", record.effect),
      ("bailey.reason.code", record.reasons.first?["code"]?.string), ("error.type", failure(record)),
    ]
    for (key, text) in texts { if let text { list.append(attribute(key, text)) } }
    return list + subject(record)
  }

  /// `_OTHER` is the convention's word for a failure without a name of its own.
  private static func failure(_ record: ExportedRecord) -> String? {
    guard record.succeeded == false else { return nil }
    let detail = record.detail
    return (detail["code"] ?? detail["fault"] ?? detail["reason"]?["code"])?.string ?? "_OTHER"
  }

  private static func subject(_ record: ExportedRecord) -> [JSON] {
    let resource = record.resource
    var list: [JSON] = []
    for (key, name) in names(record.verb) {
      switch resource[key] ?? record.detail[key] {
      case .string(let text)?: list += name == "url.path" ? url(text) : [attribute(name, text)]
      case .int(let number)?: list.append(attribute(name, number))
      case .array(let words)?: list.append(attribute(name, words.compactMap(\.string)))
      default: break
      }
    }
    if record.verb == Verb.toolCall.rawValue { list.append(attribute("gen_ai.operation.name", "execute_tool")) }
    if record.verb == Verb.sessionStart.rawValue { list.append(attribute("gen_ai.operation.name", "invoke_agent")) }
    return list
  }

  private static func url(_ target: String) -> [JSON] {
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    return zip(["url.path", "url.query"], parts).map { attribute($0, String($1)) }
  }

  /// What a member of the resource or the outcome is called, verb by verb.
  private static func names(_ verb: String?) -> [(String, String)] {
    switch verb.flatMap(Verb.init(rawValue:)) {
    case .exec, .taskRun: [("path", "process.executable.path"), ("argv", "process.command_args")]
    case .fileRead, .fileWrite, .fileMount: [("path", "file.path"), ("operation", "bailey.file.operation")]
    case .netConnect, .httpRequest:
      [
        ("host", "server.address"), ("port", "server.port"), ("address", "network.peer.address"),
        ("method", "http.request.method"), ("scheme", "url.scheme"), ("path", "url.path"),
        ("bytes", "http.request.body.size"), ("status", "http.response.status_code"),
      ]
    case .dnsQuery: [("name", "dns.question.name")]
    case .toolCall:
      [
        ("tool", "gen_ai.tool.name"), ("call", "gen_ai.tool.call.id"), ("method", "mcp.method.name"),
        ("server", "bailey.mcp.server"),
      ]
    case .sessionStart: [("argv", "process.command_args"), ("project", "bailey.project")]
    case .workspaceApply: [("project", "bailey.project"), ("changes", "bailey.changes")]
    default: [("name", "bailey.resource.name")]
    }
  }

  static func attribute(_ key: String, _ value: String) -> JSON {
    ["key": .string(key), "value": ["stringValue": .string(value)]]
  }

  static func attribute(_ key: String, _ value: Int64) -> JSON {
    ["key": .string(key), "value": ["intValue": .string(String(value))]]
  }

  static func attribute(_ key: String, _ values: [String]) -> JSON {
    ["key": .string(key), "value": ["arrayValue": ["values": .array(values.map { ["stringValue": .string($0)] })]]]
  }
}

extension Importance {
  /// SeverityNumber and its text.
  var otlp: (Int64, String) {
    switch self {
    case .informational: (9, "INFO")
    case .low: (11, "INFO3")
    case .medium: (13, "WARN")
    case .high: (17, "ERROR")
    }
  }
}
