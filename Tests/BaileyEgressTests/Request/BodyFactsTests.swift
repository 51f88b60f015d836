import BaileyCore
import Testing

@testable import BaileyEgress

@Suite("Facts of bodies")
struct BodyFactsTests {
  private func operations(_ text: String) throws -> [GraphQLDocument.Operation] {
    try GraphQLDocument(Array(text.utf8)).operations
  }

  @Test(
    "An operation of GraphQL is told by type, name and outermost fields, whatever it is dressed in",
    arguments: [
      ("{ viewer { login } }", "query", nil, ["viewer"]),
      ("query Q($a: [Int!]! = [1, 2], $b: T = {c: \"}\"}) @d(x: 1) { a b: c(x: $a) { d } }", "query", "Q", ["a", "c"]),
      ("mutation{safe:deleteRepository(input:{id:\"x\"}){id}}", "mutation", nil, ["deleteRepository"]),
      (
        "#{\nmutation M # query\n{ ... on Mutation { a } ...F ... @skip(if: true) { b } } fragment F on Mutation { c ...F }",
        "mutation", "M", ["a", "b", "c"]
      ),
      ("subscription S { \"\"\" \\\"\"\" } \"\"\" }", "subscription", "S", nil),
      ("subscription S { ev(a: \"\"\"}\\\"\"\"}\"\"\", b: \"\\\"}\") }", "subscription", "S", ["ev"]),
      ("\u{FEFF}query{__schema{types{name}}}", "query", nil, ["__schema"]),
    ] as [(String, String, String?, [String]?)])
  func graphQL(text: String, type: String, name: String?, fields: [String]?) throws {
    guard let fields else {
      #expect(throws: GraphQLError.self) { try operations(text) }
      return
    }
    #expect(try operations(text) == [.init(type: type, name: name, fields: fields)])
  }

  @Test("All operations of a document are told, and what is none is an error")
  func documents() throws {
    #expect(try operations("query A { a } mutation B { b }").map(\.type) == ["query", "mutation"])
    for text in [
      "", "{", "{ a", "type T { a: Int }", "query", "query {a} }", "fragment F on T { a }", "{ a(b: \"\n\") }", "{ 1 }",
      "{ a ... }", "{ a(b: [1}", "cats", "{" + String(repeating: "a{", count: 80),
      "{a}" + String(repeating: " a", count: 40_000),
      "{" + (0..<300).map { "f\($0)" }.joined(separator: " ") + "}", "{a} \u{0}", "{ é }",
    ] {
      #expect(throws: GraphQLError.self, "\(text.prefix(40))") { try operations(text) }
    }
  }

  private func facts(
    _ body: String, _ path: String = "/api", type: String? = "application/json", length: Int64? = nil,
    isEncoded: Bool = false
  ) throws -> JSON {
    var preview = BodyPreview(try CanonicalTarget(path), contentType: type, isEncoded: isEncoded, length: length)
    var rest = Array(body.utf8)[...]
    while preview.isWaiting, !rest.isEmpty {
      preview.feed(Array(rest.prefix(1000)), isEnd: rest.count <= 1000)
      rest = rest.dropFirst(1000)
    }
    if preview.isWaiting { preview.feed([], isEnd: true) }
    return .object(preview.members)
  }

  @Test(
    "Calls of GraphQL are found in JSON, forms, plain documents and the address",
    arguments: [
      (#"{"query":"mutation M { a }","variables":{"x":1.5e3}}"#, "/graphql", "application/json"),
      (#"{"QUERY":"mutation M { a }"}"#, "/other", "text/plain"), (#" [{"query":"mutation M{a}"}]"#, "/x", nil),
      ("mutation M { a }", "/x", "application/graphql"),
      ("variables=1&query=mutation+M+%7Ba%7D", "/x", "application/x-www-form-urlencoded"),
      ("", "/x?query=mutation%20M%7Ba%7D", nil), (#"{"query":"mutation M{a}"}"#, "/x", "application/vnd.api+json"),
    ] as [(String, String, String?)])
  func calls(body: String, path: String, type: String?) throws {
    let facts = try facts(body, path, type: type)
    #expect(facts["graphql"]?["operations"] == [["type": "mutation", "name": "M", "fields": ["a"]]])
    #expect(facts["graphql"]?["batch"]?.bool == body.contains("["))
    #expect(facts["body"] == (body.isEmpty ? "none" : "read"))
  }

  @Test("Other words under `query` are no GraphQL, and a text that only the server knows is told as such")
  func otherQueries() throws {
    #expect(try facts(#"{"query":"cats and dogs"}"#)["graphql"] == nil)
    #expect(try facts("", "/search?query=cats", type: nil)["graphql"] == nil)
    #expect(try facts(#"{"query":"cats"}"#, "/graphql")["body"] == "unreadable")
    #expect(try facts(#"{"query":"{ broken "}"#)["body"] == "unreadable")
    #expect(try facts("", "/graphql?query=mutation%7B", type: nil)["body"] == "unreadable")
    for body in [#"{"extensions":{"persistedQuery":{"sha256Hash":"x"}}}"#, #"{"doc_id":"1"}"#] {
      #expect(try facts(body, "/graphql")["graphql"]?["persisted"] == true)
    }
  }

  @Test("Methods of JSON-RPC and tools of MCP are told, of all calls of a batch")
  func rpc() throws {
    let call = #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"shell","arguments":{"x":0.5}}}"#
    #expect(try facts(call)["rpc"] == ["methods": ["tools/call"], "tools": ["shell"], "batch": false])
    let batch = #"[\#(call),{"jsonrpc":"2.0","method":"initialize"},{"jsonrpc":"2.0","id":2,"result":{}}]"#
    #expect(try facts(batch)["rpc"] == ["methods": ["tools/call", "initialize"], "tools": ["shell"], "batch": true])
    #expect(try facts(#"{"method":"POST","name":"x"}"#)["rpc"] == nil)
    // What is called a form, and is none.
    #expect(try facts(call, type: "application/x-www-form-urlencoded")["rpc"]?["tools"] == ["shell"])
  }

  @Test(
    "What two servers may read differently, or nobody can, is unreadable",
    arguments: [
      #"{"method":"a","METHOD":"tools/call","id":1}"#, #"{"query":"{a}","query":"mutation{b}"}"#, "{", "[1,]", "{}x",
      #"{"id":1,"method":"tools/call"}"#, #"{"id":1,"method":"tools/call","params":{"name":"a","Name":"b"}}"#,
      #"{"a":01}"#, #"{"a":1.}"#, #"{"a":1e}"#, "\u{FEFF}{}",
      "[" + Array(repeating: #"{"id":1,"method":"a"}"#, count: 300).joined(separator: ",") + "]",
      String(repeating: "[", count: 100),
    ])
  func unreadable(body: String) throws {
    #expect(try facts(body)["body"] == "unreadable")
  }

  @Test("A body is held back only where it can call for something, and to a limit")
  func limits() throws {
    let long = "{" + String(repeating: " ", count: BodyPreview.limit) + "}"
    #expect(try facts(long)["body"] == "truncated")
    #expect(try facts(long, length: Int64(long.utf8.count))["body"] == "truncated")
    #expect(try facts("{}", isEncoded: true)["body"] == "encoded")
    #expect(try facts("{}", length: 0)["body"] == "none")
    #expect(try facts("hello", type: "text/plain")["body"] == "read")
    #expect(try facts("{}", type: "application/octet-stream")["body"] == "unread")
    let target = try CanonicalTarget("/")
    for (type, length, isEncoded) in [
      ("image/png", 9, false), ("application/json", 1 << 20, false), ("application/json", 9, true),
      ("application/json", 0, false), ("multipart/form-data", 9, false), ("application/x-ndjson", 9, false),
    ] as [(String, Int64, Bool)] {
      #expect(!BodyPreview(target, contentType: type, isEncoded: isEncoded, length: length).isWaiting)
    }
  }

  private static let nothing = String(repeating: "0", count: 40)
  private static let one = String(repeating: "a", count: 40)

  private func packet(_ text: String) -> String {
    let digits = String(text.utf8.count + 4, radix: 16)
    return String(repeating: "0", count: 4 - digits.utf8.count) + digits + text
  }

  private func push(_ body: String, type: String = "application/x-git-receive-pack-request") throws -> JSON {
    try facts(body, "/o/r.git/git-receive-pack", type: type)
  }

  @Test("A push is told ref by ref, before its pack has come")
  func gitPush() throws {
    let body =
      packet("shallow \(Self.one)\n")
      + packet("\(Self.nothing) \(Self.one) refs/heads/new\0report-status agent=git/2\n")
      + packet("\(Self.one) \(Self.nothing) refs/heads/old\n") + packet("\(Self.one) \(Self.one) refs/tags/v1")
      + "0000PACK"
    let told: JSON = [
      "service": "git-receive-pack", "repository": "/o/r.git",
      "commands": [
        ["ref": "refs/heads/new", "kind": "create"], ["ref": "refs/heads/old", "kind": "delete"],
        ["ref": "refs/tags/v1", "kind": "update"],
      ],
    ]
    #expect(try push(body)["git"] == told)
    #expect(try push(body)["body"] == "read")
    var preview = BodyPreview(
      try CanonicalTarget("/o/r.git/git-receive-pack"), contentType: nil, isEncoded: false, length: 1 << 30)
    for byte in body.utf8 where preview.isWaiting { preview.feed([byte], isEnd: false) }
    #expect(preview.members["git"] == told && preview.bytes.count == body.utf8.count - 4)
    #expect(try push("0000")["git"]?["commands"] == [])
  }

  @Test(
    "A push that cannot be read tells no commands",
    arguments: [
      "", "00", "0003", "0004", "zzzz", "0010short", "PACK", "+0a0", "0006\0\0",
    ])
  func badPush(body: String) throws {
    let facts = try push(body)
    #expect(facts["git"]?["commands"] == nil && facts["git"]?["service"] == "git-receive-pack")
    #expect(facts["body"] == "unreadable")
  }

  @Test("Refs that could be read in two ways, and too many of them, are unreadable")
  func badRefs() throws {
    for ref in ["", "refs/a b", "refs/../x", "refs//x", "refs/\u{1}", "refs\\x", String(repeating: "r", count: 2000)] {
      #expect(try push(packet("\(Self.one) \(Self.one) \(ref)") + "0000")["body"] == "unreadable")
    }
    for ids in ["\(Self.one) \(Self.one)0", "\(Self.one.uppercased()) \(Self.one)", "x y", Self.one] {
      #expect(try push(packet("\(ids) refs/x") + "0000")["body"] == "unreadable")
    }
    #expect(try push(packet("push-cert\0caps") + "0000")["body"] == "unreadable")
    let many = String(repeating: packet("\(Self.one) \(Self.one) r"), count: 2000)
    #expect(try push(many)["git"]?["commands"] == nil)
    #expect(try ["truncated", "unreadable"].contains(push(many)["body"]?.string))
  }

  @Test("Fetches and the first step of a push tell service and repository")
  func otherGit() throws {
    let fetch = try facts("", "/o/r/git-upload-pack", type: "application/x-git-upload-pack-request", length: 100)
    #expect(fetch["git"] == ["service": "git-upload-pack", "repository": "/o/r"])
    let refs = try facts("", "/o/r.git/info/refs?service=git-receive-pack", type: nil, length: 0)
    #expect(refs["git"] == ["service": "git-receive-pack", "repository": "/o/r.git"])
    #expect(try facts("", "/info/refs?service=other", type: nil, length: 0)["git"] == nil)
  }
}
