import BaileyCore

extension ManifestOptions {
  /// The form in which options cross the local API; what is not set is left out.
  var wire: JSON {
    var members: [String: JSON] = [:]
    if let manifestPath { members["manifest"] = .string(manifestPath) }
    if let profile { members["profile"] = .string(profile) }
    if let mode { members["workspace"] = .string(mode.rawValue) }
    let lists = [
      "allow_host": allowHosts, "read": reads, "write": writes, "env": environment,
    ]
    for (key, list) in lists where !list.isEmpty { members[key] = .array(list.map(JSON.string)) }
    if !publish.isEmpty { members["publish"] = .array(publish.map { .int(Int64($0)) }) }
    if !hostPorts.isEmpty { members["allow_host_port"] = .array(hostPorts.map { .int(Int64($0)) }) }
    if let extent = recording.extent { members["record"] = .string(extent.rawValue) }
    if recording.input { members["record_input"] = true }
    if recording.reads { members["record_reads"] = true }
    return .object(members)
  }

  init(wire: JSON) throws(WireError) {
    self.init()
    var fields = try Fields(wire)
    manifestPath = try fields.optionalString("manifest")
    profile = try fields.optionalString("profile", limit: 64)
    if let name = try fields.optionalString("workspace") {
      guard let mode = WorkspaceMode(rawValue: name) else { throw .badValue("workspace") }
      self.mode = mode
    }
    allowHosts = try fields.strings("allow_host")
    reads = try fields.strings("read")
    writes = try fields.strings("write")
    environment = try fields.strings("env", limit: WireLimit.argument)
    publish = try fields.integers("publish", as: UInt16.self)
    hostPorts = try fields.integers("allow_host_port", as: UInt16.self)
    if let name = try fields.optionalString("record") {
      guard let extent = RecordingRules.Extent(rawValue: name) else { throw .badValue("record") }
      recording.extent = extent
    }
    recording.input = try fields.flag("record_input")
    recording.reads = try fields.flag("record_reads")
    if publish.contains(0) { throw .badValue("publish") }
    if hostPorts.contains(0) { throw .badValue("allow_host_port") }
    try fields.end()
  }
}
