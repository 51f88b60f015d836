import BaileyCore
import Testing

@testable import BaileyEgress

/// Cases and signatures of AWS's own documents and test suite for Signature Version 4.
@Suite("Signatures for AWS")
struct SigningTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var method = "GET"
    var target = "/"
    var host = "example.amazonaws.com"
    var fields: [[String]] = []
    var scope = "us-east-1/service"
    var payload: String?
    var body = ""
    var signature: String
    var testDescription: String { name }
  }

  private static let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
  private static let suiteKeys = "AKIDEXAMPLE000000:wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
  private static let storageKeys = "AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

  private static func storage(
    _ name: String, _ target: String, method: String = "GET", fields: [[String]] = [], payload: String = empty,
    is signature: String
  ) -> Case {
    Case(
      name: name, method: method, target: target, host: "examplebucket.s3.amazonaws.com", fields: fields,
      scope: "us-east-1/s3", payload: payload, signature: signature)
  }

  static let cases = [
    Case(name: "get-vanilla", signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    Case(
      name: "get-vanilla-query-order-key-case", target: "/?Param2=value2&Param1=value1",
      signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
    Case(
      name: "post-vanilla", method: "POST",
      signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
    Case(
      name: "ListUsers", target: "/?Action=ListUsers&Version=2010-05-08", host: "iam.amazonaws.com",
      fields: [["content-type", "application/x-www-form-urlencoded; charset=utf-8"]], scope: "us-east-1/iam",
      signature: "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"),
    storage(
      "get object", "/test.txt", fields: [["range", "bytes=0-9"]],
      is: "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
    storage(
      "put object", "/test%24file.text", method: "PUT",
      fields: [["date", "Fri, 24 May 2013 00:00:00 GMT"], ["x-amz-storage-class", "REDUCED_REDUNDANCY"]],
      payload: "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
      is: "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"),
    storage("lifecycle", "/?lifecycle", is: "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
    storage(
      "list objects", "/?max-keys=2&prefix=J", is: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
  ]

  private static func head(_ one: Case, framing: BodyFraming = .none) -> RequestHead {
    let isStorage = one.scope.hasSuffix("s3")
    let time = isStorage ? "20130524T000000Z" : "20150830T123600Z"
    var fields = one.fields.map { ($0[0], $0[1]) } + [("x-amz-date", time)]
    if let payload = one.payload { fields.append(("x-amz-content-sha256", payload)) }
    let names = (fields.map(\.0) + ["host"]).sorted().joined(separator: ";")
    let scope = "\(time.prefix(8))/\(one.scope)/aws4_request"
    fields.append(
      (
        "authorization",
        "AWS4-HMAC-SHA256 Credential=\(Credentials.identity)/\(scope), SignedHeaders=\(names), Signature=\(String(repeating: "0", count: 64))"
      ))
    return Credentials.head(one.method, one.target, fields, framing: framing, host: one.host)
  }

  private static func credentials(_ one: Case) throws -> Credentials {
    let service = String(one.scope.split(separator: "/")[1])
    return try Credentials(
      aws: .sigv4(service: service, region: "us-east-1"), one.scope.hasSuffix("s3") ? storageKeys : suiteKeys)
  }

  @Test("A request signed with placeholders is signed anew, as AWS's documents have it", arguments: cases)
  func published(_ one: Case) async throws {
    let all = try Self.credentials(one)
    let sent = try await all.send(Self.head(one), one.body.isEmpty ? [] : [one.body])
    let header = try #require(sent.value("authorization"))
    #expect(header.hasSuffix("Signature=\(one.signature)"))
    let identity = one.scope.hasSuffix("s3") ? "AKIAIOSFODNN7EXAMPLE" : "AKIDEXAMPLE000000"
    #expect(header.hasPrefix("AWS4-HMAC-SHA256 Credential=\(identity)/") && !header.contains(Credentials.identity))
    #expect(sent.isWhole && all.uses.count == 1)
  }

  private static let stream = Case(
    name: "chunks", method: "PUT", target: "/examplebucket/chunkObject.txt", host: "s3.amazonaws.com",
    fields: [
      ["content-encoding", "aws-chunked"], ["content-length", "66824"], ["x-amz-decoded-content-length", "66560"],
      ["x-amz-storage-class", "REDUCED_REDUNDANCY"],
    ], scope: "us-east-1/s3", payload: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    signature: "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9")

  private static func chunk(_ count: Int, _ signature: String) -> String {
    "\(String(count, radix: 16));chunk-signature=\(signature)\r\n" + String(repeating: "a", count: count) + "\r\n"
  }

  private static let zeros = String(repeating: "0", count: 64)

  @Test("Chunks are signed one after the other, as AWS's documents have it", arguments: [1 << 20, 1000, 64])
  func chunks(piece: Int) async throws {
    let all = try Self.credentials(Self.stream)
    let body = Array((Self.chunk(65536, Self.zeros) + Self.chunk(1024, Self.zeros) + Self.chunk(0, Self.zeros)).utf8)
    let pieces = stride(from: 0, to: body.count, by: piece).map { start in
      String(decoding: body[start..<min(start + piece, body.count)], as: UTF8.self)
    }
    let sent = try await all.send(Self.head(Self.stream, framing: .length(66824)), pieces)
    #expect(sent.value("authorization")?.hasSuffix(Self.stream.signature) == true)
    let expected =
      Self.chunk(65536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648")
      + Self.chunk(1024, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497")
      + Self.chunk(0, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9")
    let isSame = sent.text == expected
    #expect(isSame && sent.body.count == 66824 && sent.head?.framing == .length(66824))
  }

  @Test(
    "Chunks of another form end the request",
    arguments: [
      "zz;chunk-signature=\(zeros)\r\n", "5;chunk-signature=00\r\nhello\r\n", chunk(5, zeros),
      "5\r\nhello\r\n0\r\n\r\n",
      chunk(0, zeros) + "more", "fffffff;chunk-signature=\(zeros)\r\n", String(repeating: "0", count: 200),
      "5;chunk-signature=\(zeros)\r\nhelloxx", "5;chunk-signature=\(zeros)\rxhello\r\n",
    ])
  func otherChunks(body: String) async throws {
    let all = try Self.credentials(Self.stream)
    #expect(await all.refusal(Self.head(Self.stream, framing: .length(66824)), [body]) == "secret-body-unfit")
  }

  @Test("Where the head does not tell the body's hash, the body is read first and its length stays")
  func hashed() async throws {
    var one = Self.cases[2]
    let bare = try await Self.credentials(one).send(Self.head(one)).value("authorization")
    one.body = "{\"TableName\":\"x\"}"
    let sent = try await Self.credentials(one).send(
      Self.head(one, framing: .length(17)), ["{\"TableName\"", ":\"x\"}"])
    #expect(sent.text == one.body && sent.head?.framing == .length(17) && sent.isWhole)
    #expect(sent.value("authorization") != bare && sent.pieces == 1)
    let unsigned = Self.storage("unsigned", "/x", method: "PUT", payload: "UNSIGNED-PAYLOAD", is: "")
    let streamed = try await Self.credentials(unsigned).send(Self.head(unsigned, framing: .chunked), ["a", "b"])
    #expect(streamed.text == "ab" && streamed.pieces == 2 && streamed.head?.framing == .chunked)
  }

  @Test(
    "A signed body that another secret changes has its own length and hash, or does not leave",
    arguments: ["hash", "UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"])
  func changed(payload: String) async throws {
    let body = "{\"k\":\"\(Credentials.placeholder)\"}"
    var one = Self.storage("changed", "/x", method: "PUT", fields: [["content-type", "application/json"]], is: "")
    one.fields.append(["content-length", "\(body.utf8.count)"])
    one.payload = payload == "hash" ? AWSSigner.hash(Array(body.utf8)) : payload
    let all = try Self.credentials(one).and(try Credentials([.json("/k")], hosts: [one.host]))
    let head = Self.head(one, framing: .length(Int64(body.utf8.count)))
    guard !payload.hasPrefix("STREAMING-") else {
      return #expect(await all.refusal(head, [body]) == "secret-body-unfit")
    }
    let sent = try await all.send(head, [body])
    #expect(sent.text == "{\"k\":\"ghp_the\\\"real/value+1\"}")
    #expect(sent.head?.framing == .length(Int64(sent.body.count)) && sent.body.count != body.utf8.count)
    let hash = payload == "hash" ? AWSSigner.hash(sent.body) : payload
    #expect(sent.value("x-amz-content-sha256") == hash)
    // As if the program had known the value.
    var known = one
    known.payload = hash
    known.fields[1][1] = "\(sent.body.count)"
    #expect(
      try await Self.credentials(one).send(Self.head(known, framing: .length(Int64(sent.body.count))), [sent.text])
        .value("authorization")
        == sent.value("authorization"))
  }

  @Test("Another service, region or host, a key in a header, and what is half signed, end the request")
  func refused() async throws {
    let one = Self.cases[0]
    let other = try Credentials(aws: .sigv4(service: "s3", region: "us-east-1"), Self.suiteKeys)
    #expect(await other.refusal(Self.head(one)) == "placeholder-misplaced")
    let far = try Credentials(aws: .sigv4(service: "service", region: "eu-west-1"), Self.suiteKeys)
    #expect(await far.refusal(Self.head(one)) == "placeholder-misplaced")
    let all = try Self.credentials(one)
    var elsewhere = one
    elsewhere.host = "evil.example"
    #expect(await all.refusal(Self.head(elsewhere)) == "placeholder-misplaced")
    var keyed = Self.head(one)
    keyed.fields.append(HTTPField(name: "x-key", Credentials.key))
    #expect(await all.refusal(keyed) == "placeholder-misplaced")
    var missing = Self.head(one)
    missing.fields.removeAll { $0.name == "x-amz-date" }
    #expect(await all.refusal(missing) == "placeholder-misplaced")
    let presigned =
      "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=\(Credentials.identity)%2F20150830&X-Amz-Signature=0"
    do {
      _ = try await all.send(Credentials.head("GET", presigned, host: one.host))
      Issue.record("a presigned address passed")
    } catch let refusal as Refusal {
      #expect(refusal.code == "placeholder-misplaced" && refusal.reason.contains("presigned"))
    }
    var unsigned = one
    unsigned.payload = "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD"
    #expect(await all.refusal(Self.head(unsigned)) == "secret-body-unfit")
    let anyRegion = try Credentials(aws: .sigv4(service: "service", region: "*"), Self.suiteKeys)
    #expect(await anyRegion.refusal(Self.head(one)) == nil)
  }
}
