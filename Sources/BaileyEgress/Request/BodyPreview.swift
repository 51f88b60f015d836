import BaileyCore

/// The first part of a body, read before the request is decided, and the facts in it.
///
/// Only bodies that can call for something are read: JSON, GraphQL, forms, text, and pushes of git. Nothing is kept of one that is
/// longer than the limit, or encoded: its facts are told to be missing.
struct BodyPreview: Sendable, Equatable {
  private enum Kind { case none, other, encoded, long, json, graphQL, form, push }

  /// Bytes that are held back at most.
  static let limit = 64 << 10

  private let kind: Kind
  private let expectsGraphQL: Bool
  private let target: GitTarget?
  private let query: QueryString
  private(set) var bytes: [UInt8] = []
  private var isWhole = false
  private var push = GitPush()
  private var isBroken = false

  /// - Parameters:
  ///   - isEncoded: there is a `Content-Encoding`.
  ///   - length: of the body, where it is known.
  init(_ target: CanonicalTarget, contentType: String?, isEncoded: Bool, length: Int64?) {
    self.target = GitTarget(target)
    query = target.query
    let last = HTTPToken.lower(target.path.utf8)
    expectsGraphQL = last.hasSuffix("graphql") || last.hasSuffix("gql") || contentType == "application/graphql"
    kind = Self.kind(contentType, isEncoded, length, isPush: self.target?.isPush == true)
    isWhole = length == 0
  }

  private static func kind(_ type: String?, _ isEncoded: Bool, _ length: Int64?, isPush: Bool) -> Kind {
    if length == 0 { return .none }
    guard let kind = isPush ? .push : kind(type) else { return .other }
    if isEncoded { return .encoded }
    return kind != .push && length ?? 0 > Int64(limit) ? .long : kind
  }

  /// Servers take JSON also where it is called text, or nothing.
  private static func kind(_ type: String?) -> Kind? {
    switch type {
    case "application/graphql"?: .graphQL
    case "application/x-www-form-urlencoded"?: .form
    case "application/x-ndjson"?, "text/event-stream"?: nil
    case nil, "*"?: .json
    case let type?:
      type.hasSuffix("+json") || type.hasPrefix("text/") || type.hasPrefix("application/json")
        || type == "application/javascript" ? .json : nil
    }
  }

  /// Whether the decision waits for bytes of the body.
  var isWaiting: Bool {
    switch kind {
    case .none, .other, .encoded, .long: false
    case .push: !push.isComplete && !isBroken && !isWhole && bytes.count <= Self.limit
    case .json where isOther: false
    default: !isWhole && bytes.count <= Self.limit
    }
  }

  /// Its beginning shows that it is no JSON.
  private var isOther: Bool { !expectsGraphQL && Self.isJSON(bytes) == false }

  /// - Parameter isEnd: nothing more comes.
  mutating func feed(_ more: [UInt8], isEnd: Bool) {
    bytes += more
    isWhole = isWhole || isEnd
    guard case .push = kind, !isBroken else { return }
    do { try push.read(bytes) } catch { isBroken = true }
  }
}

extension BodyPreview {
  /// `body` says what became of it; `graphql`, `rpc` and `git` are there where there is something to tell.
  var members: [String: JSON] {
    var members = target.map { ["git": $0.json(push.isComplete ? push : nil)] } ?? [:]
    do throws(CallError) {
      members.merge(try queryCalls()) { own, _ in own }
      members.merge(try bodyMembers()) { _, body in body }
      members["body"] = .string(state)
    } catch {
      members["body"] = "unreadable"
    }
    return members
  }

  private var state: String {
    switch kind {
    case .none: "none"
    case .other: "unread"
    case .encoded: "encoded"
    case .long: "truncated"
    case .push: push.isComplete || isBroken || isWhole ? "read" : "truncated"
    case .json where isOther: "read"
    case .json, .graphQL, .form: bytes.isEmpty ? "none" : isWhole && bytes.count <= Self.limit ? "read" : "truncated"
    }
  }

  /// GraphQL that comes in the address.
  private func queryCalls() throws(CallError) -> [String: JSON] {
    try graphQL(query.values(of: "query"), expects: expectsGraphQL)
  }

  private func bodyMembers() throws(CallError) -> [String: JSON] {
    guard state == "read" else { return [:] }
    switch kind {
    case .push:
      if !push.isComplete { throw .unreadable }
      return [:]
    case .graphQL: return try graphQL([String(decoding: bytes, as: UTF8.self)], expects: true)
    // Many servers read JSON whatever it is called.
    case .form where Self.isJSON(bytes) == true:
      return try CallFacts(json: bytes, expectsGraphQL: expectsGraphQL).members
    case .form: return try graphQL(QueryString(bytes[...]).values(of: "query"), expects: expectsGraphQL)
    case .json where !isOther:
      return try CallFacts(json: bytes, expectsGraphQL: expectsGraphQL).members
    default: return [:]
    }
  }

  private func graphQL(_ documents: [String], expects: Bool) throws(CallError) -> [String: JSON] {
    try CallFacts(graphQL: documents, expectsGraphQL: expects)?.members ?? [:]
  }

  /// A text that is no object and no array calls for nothing; `nil` while that is not known. UTF-16 counts as JSON that cannot be read.
  private static func isJSON(_ bytes: [UInt8]) -> Bool? {
    bytes.first { ![9, 10, 13, 32, 0xEF, 0xBB, 0xBF].contains($0) }.map { [0, 0xFE, 0xFF, 0x5B, 0x7B].contains($0) }
  }
}

/// The smart HTTP protocol of git, as paths and queries show it (gitprotocol-http).
struct GitTarget: Sendable, Equatable {
  let service: String
  let repository: String
  let isPush: Bool

  init?(_ target: CanonicalTarget) {
    let services = ["git-upload-pack", "git-receive-pack"]
    for service in services where target.path.hasSuffix("/" + service) {
      self.init(service, String(target.path.dropLast(service.utf8.count + 1)), isPush: service == "git-receive-pack")
      return
    }
    guard target.path.hasSuffix("/info/refs"), let service = target.query.values(of: "service").first,
      services.contains(service)
    else { return nil }
    self.init(service, String(target.path.dropLast("/info/refs".count)), isPush: false)
  }

  private init(_ service: String, _ repository: String, isPush: Bool) {
    self.service = service
    self.repository = repository
    self.isPush = isPush
  }

  func json(_ push: GitPush?) -> JSON {
    var members: [String: JSON] = ["service": .string(service), "repository": .string(repository)]
    if let push { members["commands"] = push.json }
    return .object(members)
  }
}
