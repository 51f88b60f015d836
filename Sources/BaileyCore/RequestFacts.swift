/// What rules and policies know of one HTTP request: no value of a field or a query, only what they are called.
///
/// A fact that is `nil` was not told, and a rule that needs it refuses.
package struct RequestFacts: Sendable, Equatable {
  package struct Query: Sendable, Equatable {
    /// Decoded, sorted, each once; `*` for one that is too long, or unreadable.
    package var keys: [String] = []
    package var repeated: [String] = []
    /// Two servers may find different keys in it.
    package var isAmbiguous = false

    package init() {}
  }

  /// Something in a request that says who asks.
  package struct Identity: Sendable, Equatable {
    package enum Place: String, Sendable { case header, query }

    package var place: Place
    /// Lower case.
    package var name: String
    /// The secret whose placeholder stands there; `nil` for anything that Bailey did not give.
    package var secret: String?

    package init(_ place: Place, _ name: String, secret: String? = nil) {
      self.place = place
      self.name = name
      self.secret = secret
    }
  }

  package var method: String
  /// Decoded and canonical: no empty segments, no `.` and `..`. `*` is the server as a whole.
  package var path: String
  package var query: Query?
  /// Names of fields, lower case, sorted, each once.
  package var headers: [String]?
  /// Type and subtype, lower case; `*` where two readings are possible.
  package var contentType: String?
  /// Length of the body, where the head states it.
  package var bytes: Int64?
  package var identities: [Identity]?

  package init(method: String, path: String) {
    self.method = method
    self.path = path
  }
}

extension RequestFacts {
  /// As they stand in an `http.request`; `nil` for every other action. One that lacks them is admitted by no rule that needs them.
  package init?(of action: Action) {
    guard action.verb == .httpRequest else { return nil }
    let resource = action.resource
    self.init(method: resource["method"]?.string ?? "", path: resource["path"]?.string ?? "")
    query = resource["query"].flatMap(Query.init)
    headers = resource["headers"]?.array?.compactMap(\.string)
    contentType = resource["content_type"]?.string
    bytes = resource["bytes"]?.int
    identities = resource["identities"]?.array?.map(Identity.init)
  }

  package var members: [String: JSON] {
    var members: [String: JSON] = [
      "method": .string(method), "path": .string(path), "segments": .array(segments.map(JSON.string)),
    ]
    if let query { members["query"] = query.json }
    if let headers { members["headers"] = .array(headers.map(JSON.string)) }
    if let contentType { members["content_type"] = .string(contentType) }
    if let bytes { members["bytes"] = .int(bytes) }
    if let identities { members["identities"] = .array(identities.map(\.json)) }
    return members
  }

  package var segments: [String] { ExactText(path).isAbsolute ? ExactText(path).components.map(\.text) : [] }

  /// Whether the path has the one form in which patterns compare paths.
  package var hasCanonicalPath: Bool {
    let parts = path.utf8.split(separator: ExactText.slash, omittingEmptySubsequences: false)
    guard parts.count > 1, parts[0].isEmpty else { return false }
    return parts.dropFirst().dropLast().allSatisfy { !$0.isEmpty }
      && parts.allSatisfy { !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8) }
  }
}

extension RequestFacts.Query {
  fileprivate init?(_ json: JSON) {
    guard let keys = json["keys"]?.array else { return nil }
    self.keys = keys.compactMap(\.string)
    repeated = json["repeated"]?.array?.compactMap(\.string) ?? []
    isAmbiguous = json["ambiguous"]?.bool ?? true
  }

  fileprivate var json: JSON {
    [
      "keys": .array(keys.map(JSON.string)), "repeated": .array(repeated.map(JSON.string)),
      "ambiguous": .bool(isAmbiguous),
    ]
  }
}

extension RequestFacts.Identity {
  /// Anything that cannot be read counts as foreign.
  fileprivate init(_ json: JSON) {
    self.init(
      json["in"]?.string.flatMap(Place.init) ?? .header, json["name"]?.string ?? "?", secret: json["secret"]?.string)
  }

  fileprivate var json: JSON {
    var members: [String: JSON] = ["in": .string(place.rawValue), "name": .string(name)]
    if let secret { members["secret"] = .string(secret) }
    return .object(members)
  }
}
