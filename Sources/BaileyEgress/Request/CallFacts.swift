import BaileyCore

/// Why a body tells no facts, though it is of a kind that has some.
enum CallError: Error, Sendable { case unreadable }

/// What the JSON of a body calls for: GraphQL operations, methods of JSON-RPC, tools of MCP.
///
/// Keys are compared without regard to case, as some servers do; a key that comes twice makes the body unreadable, since servers choose
/// differently among the two.
struct CallFacts: Sendable, Equatable {
  private(set) var operations: [GraphQLDocument.Operation]?
  /// A query that only the server knows the text of.
  private(set) var isPersisted = false
  private(set) var methods: [String]?
  private(set) var tools: [String] = []
  private(set) var isBatch = false

  private static let maximumCalls = 256
  private static let maximumName = 256

  /// - Parameter expectsGraphQL: a `query` that is none is then an error, and else some other word.
  init(json bytes: [UInt8], expectsGraphQL: Bool) throws(CallError) {
    let value: JSON
    do { value = try JSON.parse(bytes, numbers: .othersAsNull) } catch { throw .unreadable }
    let calls = value.array
    isBatch = calls != nil
    guard calls?.count ?? 0 <= Self.maximumCalls else { throw .unreadable }
    for call in calls ?? [value] { try read(call, expectsGraphQL) }
  }

  /// - Parameter documents: what stands in a body of `application/graphql`, or under `query`.
  /// - Returns: `nil` where none is one.
  init?(graphQL documents: [String], expectsGraphQL: Bool) throws(CallError) {
    for document in documents { _ = try add(graphQL: Array(document.utf8), expectsGraphQL) }
    if operations == nil { return nil }
  }

  private mutating func read(_ call: JSON, _ expectsGraphQL: Bool) throws(CallError) {
    guard case .object(let members) = call else { return }
    let folded = try Self.folded(members)
    if case .string(let query)? = folded["query"] { _ = try add(graphQL: Array(query.utf8), expectsGraphQL) }
    if folded["query"]?.string == nil, expectsGraphQL || folded["extensions"]?["persistedQuery"] != nil {
      (operations, isPersisted) = (operations ?? [], true)
    }
    guard folded["jsonrpc"] != nil || folded["params"] != nil || folded["id"] != nil else { return }
    guard case .string(let method)? = folded["method"] else { return }
    try add(method: method, params: folded["params"])
  }

  private mutating func add(method: String, params: JSON?) throws(CallError) {
    var all = methods ?? []
    try Self.add(method, to: &all)
    methods = all
    guard method == "tools/call" else { return }
    guard case .object(let members)? = params, case .string(let name)? = try Self.folded(members)["name"] else {
      throw .unreadable
    }
    try Self.add(name, to: &tools)
  }

  private static func add(_ name: String, to names: inout [String]) throws(CallError) {
    guard name.utf8.count <= maximumName, names.count < maximumCalls else { throw .unreadable }
    if !names.contains(name) { names.append(name) }
  }

  /// - Returns: whether it is a document of GraphQL.
  private mutating func add(graphQL text: [UInt8], _ expects: Bool) throws(CallError) -> Bool {
    do {
      operations = (operations ?? []) + (try GraphQLDocument(text)).operations
      guard operations?.count ?? 0 <= Self.maximumCalls else { throw CallError.unreadable }
      return true
    } catch {
      if expects || text.contains(UInt8(ascii: "{")) { throw .unreadable }
      return false
    }
  }

  private static func folded(_ members: [String: JSON]) throws(CallError) -> [String: JSON] {
    var result: [String: JSON] = [:]
    for (key, value) in members {
      guard result.updateValue(value, forKey: HTTPToken.lower(key.utf8)) == nil else { throw .unreadable }
    }
    return result
  }

  var members: [String: JSON] {
    var members: [String: JSON] = [:]
    if let operations {
      members["graphql"] = [
        "operations": .array(operations.map(\.json)), "persisted": .bool(isPersisted), "batch": .bool(isBatch),
      ]
    }
    if let methods {
      members["rpc"] = [
        "methods": .array(methods.map(JSON.string)), "tools": .array(tools.map(JSON.string)), "batch": .bool(isBatch),
      ]
    }
    return members
  }
}
