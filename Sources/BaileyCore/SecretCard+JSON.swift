extension SecretCard {
  package var json: JSON {
    var members: [String: JSON] = [
      "name": .string(name), "hosts": .array(rule.hosts.map { .string($0.description) }),
      "places": .array(rule.places.map { .string($0.description) }), "created_ns": .int(created),
    ]
    if !rule.ports.isEmpty { members["ports"] = .array(rule.ports.map { .int(Int64($0)) }) }
    if !rule.methods.isEmpty { members["methods"] = .array(rule.methods.map(JSON.string)) }
    if !rule.paths.isEmpty { members["paths"] = .array(rule.paths.map { .string($0.pattern) }) }
    if asks { members["asks"] = true }
    if let variable { members["variable"] = .string(variable) }
    if let grant { members["grant"] = grant.json }
    if let rotated { members["rotated_ns"] = .int(rotated) }
    return .object(members)
  }

  private static let keys: Set = [
    "name", "hosts", "places", "created_ns", "ports", "methods", "paths", "rotated_ns", "asks", "variable",
    "grant",
  ]

  /// `nil` for anything that `json` could not have made.
  package init?(json: JSON) {
    guard let members = json.object, Self.keys.isSuperset(of: members.keys), let name = json["name"]?.string,
      Self.isName(name), let created = json["created_ns"]?.int, let hosts = Self.list(json["hosts"], Self.host),
      !hosts.isEmpty, let places = Self.list(json["places"], { $0.string.flatMap(SecretPlace.init) }),
      !places.isEmpty, let ports = Self.list(json["ports"] ?? [], Self.port),
      let methods = Self.list(json["methods"] ?? [], Self.method),
      let paths = Self.list(json["paths"] ?? [], { $0.string.flatMap { try? Glob($0) } }),
      (json["rotated_ns"] == nil) == (json["rotated_ns"]?.int == nil)
    else { return nil }
    self.init(
      name: name, rule: SecretRule(hosts: hosts, ports: ports, methods: methods, paths: paths, places: places),
      created: created, rotated: json["rotated_ns"]?.int)
    guard let asks = (json["asks"] ?? false).bool else { return nil }
    self.asks = asks
    if let variable = json["variable"] {
      guard let text = variable.string, Self.isVariable(text) else { return nil }
      self.variable = text
    }
    if let member = json["grant"] {
      guard let grant = OAuthGrant(json: member) else { return nil }
      self.grant = grant
    }
  }

  private static func list<T>(_ json: JSON?, _ read: (JSON) -> T?) -> [T]? {
    guard let items = json?.array, items.count <= 64 else { return nil }
    let result = items.compactMap(read)
    return result.count == items.count ? result : nil
  }

  private static func host(_ json: JSON) -> HostPattern? { json.string.flatMap { try? HostPattern($0) } }

  private static func port(_ json: JSON) -> UInt16? {
    json.int.flatMap { UInt16(exactly: $0) }.flatMap { $0 == 0 ? nil : $0 }
  }

  private static func method(_ json: JSON) -> String? {
    guard let text = json.string, !text.isEmpty, text.utf8.count <= 32,
      text.utf8.allSatisfy({ (0x41...0x5A).contains($0) || $0 == 0x2D })
    else { return nil }
    return text
  }
}

extension OAuthGrant {
  fileprivate var json: JSON {
    var members: [String: JSON] = [
      "kind": .string(kind.rawValue), "token_url": .string(tokenURL), "client_id": .string(clientID),
    ]
    if let scope { members["scope"] = .string(scope) }
    return .object(members)
  }

  fileprivate init?(json: JSON) {
    guard let members = json.object, Set(["kind", "token_url", "client_id", "scope"]).isSuperset(of: members.keys),
      let kind = json["kind"]?.string.flatMap(Kind.init(rawValue:)), let url = json["token_url"]?.string,
      let client = json["client_id"]?.string, json["scope"] == nil || json["scope"]?.string != nil
    else { return nil }
    self.init(kind, tokenURL: url, clientID: client, scope: json["scope"]?.string)
  }
}
