import BaileyMerkle
import Crypto
import Testing

@Suite("Policies of logs and witnesses")
struct LogPolicyTests {
  private static func key(_ name: String, type: UInt8 = VerifierKey.Algorithm.ed25519Cosignature) -> String {
    let key = Array(Curve25519.Signing.PrivateKey().publicKey.rawRepresentation)
    return VerifierKey(name: name, type: type, key: key, SHA256Hash.self)?.text ?? ""
  }

  private static func read(_ text: String) throws(LogPolicyError) -> LogPolicy {
    try LogPolicy(parsing: Array(text.utf8), SHA256Hash.self)
  }

  private static func set(_ names: String) -> [LogPolicy.Name] { names.split(separator: " ").map { Array($0.utf8) } }

  @Test("The specification's example has a quorum exactly where both of its groups have")
  func example() throws {
    var text = "# comment\n\n log \(Self.key("l", type: 1))   https://log.example/\n"
    for name in ["X1", "X2", "X3"] { text += "witness \(name) \(Self.key(name))\n" }
    text += "\tgroup X-witnesses 2 X1 X2 X3 \n"
    for name in ["Y1", "Y2", "Y3"] { text += "witness \(name) \(Self.key(name)) http://127.0.0.1:1/\(name)\n" }
    text += "group Y-witnesses any Y1 Y2 Y3\ngroup X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n"
    let policy = try Self.read(text)
    #expect(policy.logs.map(\.url) == ["https://log.example/"] && policy.witnesses.count == 6)
    #expect(policy.witnesses.last?.url == "http://127.0.0.1:1/Y3" && policy.witnesses.first?.url == nil)
    for (names, isMet) in [
      ("X1 X2 Y3", true), ("X1 X3 Y1 Y2", true), ("X1 X2 X3", false), ("X1 Y1 Y2 Y3", false), ("", false),
      ("X-and-Y", false), ("X-witnesses Y-witnesses", false), ("X1 X1 Y1", false),
    ] { #expect(policy.isMet(by: Self.set(names)) == isMet, "\(names)") }
  }

  @Test("Two keys that a note cannot tell apart, of one name and one short hash, are refused: they would count twice")
  func collidingKeys() throws {
    let keys = [8104, 24332].compactMap { (number: UInt32) in
      VerifierKey(
        name: "witness.example/a", type: VerifierKey.Algorithm.ed25519Cosignature,
        key: (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) } + Array(repeating: 0, count: 28),
        SHA256Hash.self)
    }
    #expect(keys.map(\.identity.id) == [0xBFCE_6660, 0xBFCE_6660] && keys[0].key != keys[1].key)
    #expect(throws: LogPolicyError(line: 2, reason: .duplicateKey)) {
      try Self.read("witness a \(keys[0].text)\nwitness b \(keys[1].text)\ngroup g all a b\nquorum g\n")
    }
  }

  @Test("One witness can be the quorum, and none needs nobody")
  func simpleQuorums() throws {
    let one = try Self.read("witness w \(Self.key("w"))\nquorum w")
    #expect(one.isMet(by: Self.set("w")) && !one.isMet(by: []))
    #expect(try Self.read("quorum none\n").isMet(by: []))
  }

  @Test("Names are bytes: a Kelvin sign is no K, and bytes that are no UTF-8 are a name")
  func names() throws {
    let text = "witness K \(Self.key("a"))\nwitness \u{212A} \(Self.key("b"))\ngroup g all K \u{212A}\nquorum g\n"
    #expect(try Self.read(text).isMet(by: Self.set("K")) == false)
    let bytes = Array("witness ".utf8) + [0xFF, 0xC0] + Array(" \(Self.key("c"))\nquorum ".utf8) + [0xFF, 0xC0]
    #expect(try LogPolicy(parsing: bytes, SHA256Hash.self).isMet(by: [[0xFF, 0xC0]]))
  }

  private static let wrong: [(text: String, line: Int, reason: LogPolicyError.Reason)] = {
    let (a, b) = (key("a"), key("b"))
    let sameKey = VerifierKey(a, SHA256Hash.self).flatMap {
      VerifierKey(name: "other", type: $0.type, key: $0.key, SHA256Hash.self)
    }
    let two = "witness a \(a)\nwitness b \(b)\n"
    return [
      ("", 1, .noQuorum), ("quorum", 1, .wrongFieldCount), ("quorum x", 1, .unknownName),
      ("quorum none\nquorum none", 2, .secondQuorum), ("\n\nlogs x", 3, .unknownWord),
      ("witness a", 1, .wrongFieldCount),
      ("witness a \(a) u v", 1, .wrongFieldCount), ("witness a x+00000000+AAAA", 1, .badKey),
      ("witness a \(key("l", type: 1))", 1, .unsupportedKey), ("log \(a)", 1, .unsupportedKey),
      ("witness a \(key("m", type: 6))", 1, .unsupportedKey), ("witness none \(a)", 1, .badName),
      ("witness \(String(repeating: "n", count: 256)) \(a)", 1, .badName),
      ("witness a \(a)\nwitness a \(b)", 2, .duplicateName),
      ("witness a \(a)\nwitness c \(sameKey?.text ?? "")", 2, .duplicateKey),
      ("group g any a\nwitness a \(a)", 1, .unknownName), (two + "group g 0 a b", 3, .badThreshold),
      (two + "group g 3 a b", 3, .badThreshold), (two + "group g 01 a b", 3, .badThreshold),
      (two + "group g +1 a b", 3, .badThreshold), (two + "group g 99999999999999999999 a b", 3, .badThreshold),
      (two + "group g any", 3, .wrongFieldCount), (two + "group g any a a", 3, .doubleMember),
      (two + "group g any a\ngroup h any a b", 4, .doubleMember), (two + "group g any g", 3, .unknownName),
      (two + "group a any b", 3, .duplicateName), (two + "group none any b", 3, .badName),
      (two + "group g any none", 3, .unknownName), ("quorum none\r\n", 1, .forbiddenByte),
      ("quorum\u{B}none", 1, .forbiddenByte), ("#\0", 1, .forbiddenByte), ("#\u{7F}", 1, .forbiddenByte),
      (String(repeating: "#", count: 65_537), 1, .tooLarge),
      ((0..<65).map { "witness w\($0) \(key("w"))\n" }.joined(), 64, .tooMany),
      ((0..<65).map { "log \(key("l\($0)", type: 1))\n" }.joined(), 64, .tooMany),
      (
        (0..<66).map { "witness w\($0) \(key("w"))\n" }.prefix(63).joined() + "group g0 any w0\n"
          + (1..<65).map { "group g\($0) any g\($0 - 1)\n" }.joined(), 127, .tooMany
      ),
    ]
  }()

  @Test("What is no policy is refused, and the line is named", arguments: wrong.indices)
  func refusals(index: Int) {
    let (text, line, reason) = Self.wrong[index]
    #expect(throws: LogPolicyError(line: line, reason: reason)) { try Self.read(text) }
  }

  @Test("No mutation of a policy traps its reader, and none makes nobody a quorum")
  func mutations() throws {
    let text = "witness a \(Self.key("a"))\nwitness b \(Self.key("b"))\ngroup g 2 a b\nquorum g\n"
    let good = Array(text.utf8)
    var generator = SystemRandomNumberGenerator()
    var read = 0
    for _ in 0..<5000 {
      var bad = good
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let at = Int.random(in: 0..<bad.count, using: &generator)
        if Bool.random(using: &generator) {
          bad[at] = UInt8.random(in: 0...255, using: &generator)
        } else {
          bad.remove(at: at)
        }
      }
      guard let policy = try? LogPolicy(parsing: bad, SHA256Hash.self) else { continue }
      read += 1
      #expect(!policy.isMet(by: []))
    }
    #expect(read > 0)
  }
}

@Suite("What witnesses say")
struct WitnessMessageTests {
  @Test("A cosignature has 72 bytes, a time below 2^63, and signs its time and the whole text")
  func cosignature() throws {
    let bytes: [UInt8] = [0, 0, 0, 0, 0x69, 0x53, 0x1B, 0x80] + Array(repeating: 7, count: 64)
    let read = try #require(Cosignature(bytes))
    #expect(read.time == 0x6953_1B80 && read.bytes == bytes)
    #expect(Cosignature(Array(bytes.dropLast())) == nil && Cosignature(bytes + [0]) == nil && Cosignature([]) == nil)
    #expect(Cosignature([0x80] + bytes.dropFirst()) == nil)
    #expect(
      Cosignature.message(time: 5, text: Array("o\n1\nr\n".utf8)) == Array("cosignature/v1\ntime 5\no\n1\nr\n".utf8))
  }

  @Test("A request has the form of the specification")
  func request() throws {
    let hash = SHA256Hash.leaf([1])
    let request = WitnessRequest(oldSize: 20, proof: [hash, hash], checkpoint: Array("o\n".utf8))
    #expect(String(decoding: request.encoded, as: UTF8.self) == "old 20\n\(hash.base64)\n\(hash.base64)\n\no\n")
  }

  @Test("The size of a conflict is one decimal number and a newline")
  func conflicts() {
    #expect(WitnessRequest.size(conflict: Array("0\n".utf8)) == 0)
    #expect(WitnessRequest.size(conflict: Array("20852014\n".utf8)) == 20_852_014)
    for bad in [
      "", "\n", "1", "01\n", "-1\n", "+1\n", " 1\n", "1 \n", "1\n\n", "1\r\n", "99999999999999999999\n", "x\n",
    ] {
      #expect(WitnessRequest.size(conflict: Array(bad.utf8)) == nil, "\(bad.debugDescription)")
    }
  }

  @Test("What is accepted is signature lines and nothing else")
  func accepted() {
    let note = SignedNote(text: "o\n1\nr\n", signatures: [])
    let line = "— w \(Base64.encode([1, 2, 3, 4, 5]))\n"
    #expect(WitnessRequest.signatures(accepted: Array(line.utf8), of: note)?.count == 1)
    #expect(WitnessRequest.signatures(accepted: Array((line + line).utf8), of: note)?.count == 2)
    for bad in [
      "", "\n", "x\n", line + "x\n", String(line.dropLast()), "\n" + line, line + "\n" + line, line + "\n",
      "x\n\n" + line,
      String(repeating: line, count: 65), String(repeating: line, count: 2000),
    ] {
      #expect(
        WitnessRequest.signatures(accepted: Array(bad.utf8), of: note) == nil, "\(bad.debugDescription.prefix(80))")
    }
  }
}
