package import BaileyCore

/// A filter as members of a message. What the client cannot mean is refused, not passed over: it would find too much.
extension RecordFilter {
  /// Values of one member.
  package static let limit = 64

  var members: [String: JSON] {
    var members: [String: JSON] = [
      "kinds": words(kinds.map(\.rawValue)), "verbs": words(verbs.map(\.rawValue)), "agents": words(agents),
      "decisions": words(effects.map(\.rawValue)), "reasons": words(reasons), "hosts": words(hosts.map(\.text)),
      "paths": words(paths.map(\.pattern)), "denied": .bool(isDenial),
    ]
    if let since { members["since_ns"] = .int(since) }
    if let until { members["until_ns"] = .int(until) }
    return members
  }

  private func words(_ texts: [String]) -> JSON { .array(texts.map(JSON.string)) }

  init(_ fields: inout Fields) throws(WireError) {
    self.init()
    kinds = try fields.choices("kinds")
    verbs = try fields.choices("verbs")
    effects = try fields.choices("decisions")
    agents = try fields.strings("agents", count: Self.limit)
    reasons = try fields.strings("reasons", count: Self.limit)
    hosts = try fields.strings("hosts", count: Self.limit).map { HostFilter($0) }
    for text in try fields.strings("paths", count: Self.limit) {
      do throws(GlobError) { paths.append(try Glob(text)) } catch { throw .badValue("paths") }
    }
    since = try fields.optionalInteger("since_ns", as: Int64.self)
    until = try fields.optionalInteger("until_ns", as: Int64.self)
    if let since, since < 0 { throw .badValue("since_ns") }
    if let until, until < 0 { throw .badValue("until_ns") }
    isDenial = try fields.flag("denied")
  }
}

extension Fields {
  fileprivate mutating func choices<T: RawRepresentable<String>>(_ key: String) throws(WireError) -> [T] {
    var choices: [T] = []
    for word in try strings(key, count: RecordFilter.limit) {
      guard let choice = T(rawValue: word) else { throw .badValue(key) }
      choices.append(choice)
    }
    return choices
  }
}
