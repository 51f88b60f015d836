import BaileyCore

/// Version of the messages; another one is refused, because controller and command line are installed together.
private let wireVersion: Int64 = 1

extension JSON {
  /// `{"v":1, kind: name, …members}`.
  static func envelope(_ kind: String, _ name: String, _ members: [String: JSON]) -> JSON {
    var all = members
    all["v"] = .int(wireVersion)
    all[kind] = .string(name)
    return .object(all)
  }
}

extension Fields {
  /// Takes the version and the word that says which message this is.
  mutating func envelope(_ kind: String) throws(WireError) -> String {
    let version = try integer("v", as: Int64.self)
    guard version == wireVersion else { throw .unsupportedVersion(version) }
    return try string(kind, limit: 64)
  }
}
