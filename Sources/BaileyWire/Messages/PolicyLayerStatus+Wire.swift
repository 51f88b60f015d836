package import BaileyCore

/// One layer of `bailey policy status`.
extension PolicyLayerStatus {
  package var json: JSON {
    var members: [String: JSON] = [
      "name": .string(name), "loaded": .bool(isLoaded), "sha256": .string(sha256),
      "modules": .array(modules.map(JSON.string)), "bundles": .object(bundles.mapValues(JSON.string)),
      "judges": .array(judges.map(JSON.string)),
    ]
    if let fault { members["fault"] = fault.json }
    return .object(members)
  }

  package init(json: JSON) throws(WireError) {
    var fields = try Fields(json)
    self.init(name: try fields.string("name"), isLoaded: try fields.flag("loaded"))
    sha256 = try fields.optionalString("sha256") ?? ""
    modules = try fields.strings("modules")
    judges = try fields.strings("judges")
    for (name, revision) in try fields.value("bundles").object ?? [:] {
      guard let text = revision.string else { throw .wrongType("bundles") }
      bundles[name] = text
    }
    if let json = fields.optional("fault") {
      guard let known = Fault(json: json) else { throw .badValue("fault") }
      fault = known
    }
    try fields.end()
  }
}
