package import BaileyCore

/// One line of `bailey ps`.
package struct SessionRow: Sendable, Equatable {
  package var summary: SessionSummary
  package var label: String?
  /// Host pid of the sandbox's first process; only while it runs.
  package var process: Int32?
  package var usage: Usage?
  package var traffic: Traffic?
  /// Paths granted while it ran.
  package var grants: [String]
  /// Why Bailey froze it by itself.
  package var held: String?

  package init(
    summary: SessionSummary, label: String? = nil, process: Int32? = nil, usage: Usage? = nil,
    traffic: Traffic? = nil, grants: [String] = [], held: String? = nil
  ) {
    self.summary = summary
    self.label = label
    self.process = process
    self.usage = usage
    self.traffic = traffic
    self.grants = grants
    self.held = held
  }

  package var json: JSON {
    var members: [String: JSON] = [
      "session": .string(summary.id.text), "state": .string(summary.state.rawValue),
      "project": .string(summary.project), "argv": .array(summary.command.map(JSON.string)),
      "workspace": .string(summary.mode.rawValue), "manifest_sha256": .string(summary.manifestDigest),
      "user": .string(summary.user), "started_ns": .int(summary.started),
      "grants": .array(grants.map(JSON.string)),
    ]
    if let ended = summary.ended { members["ended_ns"] = .int(ended) }
    if let code = summary.exitCode { members["exit_code"] = .int(Int64(code)) }
    if let label { members["label"] = .string(label) }
    if let process { members["pid"] = .int(Int64(process)) }
    if let held { members["held"] = .string(held) }
    if let usage { members["usage"] = usage.wire }
    if let traffic { members["traffic"] = traffic.wire }
    return .object(members)
  }

  package init(json: JSON) throws(WireError) {
    var fields = try Fields(json)
    summary = try SessionSummary(&fields)
    label = try fields.optionalString("label", limit: 64)
    process = try fields.optionalInteger("pid", as: Int32.self)
    usage = if let json = fields.optional("usage") { try Usage(wire: json) } else { nil }
    traffic = if let json = fields.optional("traffic") { try Traffic(wire: json) } else { nil }
    grants = try fields.strings("grants")
    held = try fields.optionalString("held")
    try fields.end()
  }
}

extension SessionSummary {
  fileprivate init(_ fields: inout Fields) throws(WireError) {
    self.init(
      id: try fields.identifier("session"), state: try fields.choice("state", State.self),
      project: try fields.string("project"),
      command: try fields.strings("argv", count: WireLimit.arguments, limit: WireLimit.argument),
      mode: try fields.choice("workspace", WorkspaceMode.self),
      manifestDigest: try fields.string("manifest_sha256", limit: 64), user: try fields.string("user"),
      started: try fields.integer("started_ns", as: Int64.self))
    ended = try fields.optionalInteger("ended_ns", as: Int64.self)
    exitCode = try fields.optionalInteger("exit_code", as: Int32.self)
  }
}

extension Usage {
  fileprivate var wire: JSON {
    ["processes": .int(Int64(processes)), "memory": .int(memory), "processor_ns": .int(processorTime)]
  }

  fileprivate init(wire: JSON) throws(WireError) {
    var fields = try Fields(wire)
    self.init(
      processes: try fields.integer("processes", as: Int.self), memory: try fields.integer("memory", as: Int64.self),
      processorTime: try fields.integer("processor_ns", as: Int64.self))
    try fields.end()
  }
}

extension Traffic {
  fileprivate var wire: JSON {
    ["sent": .int(sent), "received": .int(received), "connections": .int(connections)]
  }

  fileprivate init(wire: JSON) throws(WireError) {
    var fields = try Fields(wire)
    self.init(
      sent: try fields.integer("sent", as: Int64.self), received: try fields.integer("received", as: Int64.self),
      connections: try fields.integer("connections", as: Int64.self))
    try fields.end()
  }
}
