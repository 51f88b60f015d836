import BaileyCore
import Testing

@Suite("Provenance")
struct ProvenanceTests {
  private static let summary = SessionSummary(
    id: .random(), state: .ended, project: "/p", command: ["sh", "-c", "x"], mode: .staged, manifestDigest: "ab",
    user: "u", started: 1_000_000_000)

  private static func ledger(_ inputs: [ReadLedger.Input]) -> ReadLedger {
    var ledger = ReadLedger()
    ledger.inputs = inputs
    return ledger
  }

  @Test("A statement names each file by name or URI, and by digest only where there is one")
  func statement() {
    let ledger = Self.ledger([
      .init(path: Array("b\n\"c".utf8), content: .sha256("11", size: 1)),
      .init(path: [0x61, 0xFF, 0x2F, 0x20], content: .sha256("22", size: 2)),
      .init(path: Array(".env".utf8), content: .unknown(.sensitive)),
    ])
    let outputs = [
      SessionOutput(
        path: Array("x".utf8), kind: .modified, before: .sha256("33", size: 3), after: .sha256("44", size: 4),
        isConflict: true),
      SessionOutput(
        path: Array("y".utf8), kind: .deleted, before: .unknown(.tooLarge), after: nil, isConflict: false),
    ]
    let json = ProvenanceStatement(Self.summary, ledger: ledger, outputs: outputs).json
    let read = json["predicate"]?["buildDefinition"]?["resolvedDependencies"]
    #expect(
      read == [
        ["name": ".env", "uri": "./.env", "annotations": ["bailey.unknown": "sensitive"]],
        ["uri": "./a%FF/%20", "digest": ["sha256": "22"], "annotations": ["bailey.bytes": 2]],
        ["name": "b\n\"c", "digest": ["sha256": "11"], "annotations": ["bailey.bytes": 1]],
      ])
    #expect(
      json["subject"] == [
        [
          "name": "x", "digest": ["sha256": "44"],
          "annotations": [
            "bailey.change": "modified", "bailey.before.sha256": "33", "bailey.before.bytes": 3, "bailey.bytes": 4,
            "bailey.conflict": true,
          ],
        ]
      ])
    #expect(
      json["predicate"]?["runDetails"]?["byproducts"] == [
        [
          "name": "y", "uri": "./y",
          "annotations": ["bailey.change": "deleted", "bailey.before.unknown": "too-large"],
        ]
      ])
  }

  @Test("However long an agent's names are, a statement is bounded, and says how many files there were")
  func bounded() {
    let name = [UInt8](repeating: 0xFF, count: 4000)
    let inputs = (0..<3000).map { ReadLedger.Input(path: name + Array("\($0)".utf8), content: .sha256("11", size: 1)) }
    let outputs = inputs.map {
      SessionOutput(path: $0.path, kind: .added, before: nil, after: nil, isConflict: false)
    }
    let json = ProvenanceStatement(Self.summary, ledger: Self.ledger(inputs), outputs: outputs).json
    #expect(json.canonical.count < 2 * ProvenanceStatement.mostBytes + 10_000)
    let (build, run) = (json["predicate"]?["buildDefinition"], json["predicate"]?["runDetails"])
    #expect((1..<3000).contains(build?["resolvedDependencies"]?.array?.count ?? 0))
    #expect((1..<3000).contains(run?["byproducts"]?.array?.count ?? 0))
    #expect(build?["internalParameters"]?["inputs"]?["files"] == 3000)
    #expect(build?["internalParameters"]?["outputs"]?["files"] == 3000)
  }

  @Test("What is not recorded or not known is said, and is not an empty list")
  func unknown() {
    let none = ProvenanceStatement(Self.summary, ledger: nil, outputs: nil).json
    let parameters = none["predicate"]?["buildDefinition"]?["internalParameters"]
    #expect(parameters?["inputs"] == ["state": "not-recorded"] && parameters?["outputs"] == ["state": "not-known"])
    let empty = ProvenanceStatement(Self.summary, ledger: Self.ledger([]), outputs: []).json
    #expect(
      empty["predicate"]?["buildDefinition"]?["internalParameters"]?["inputs"]?["state"] == "recorded")
  }

  @Test("The log's mark reads back as it was written, and not where it is no mark")
  func mark() throws {
    var ledger = Self.ledger([])
    (ledger.opens, ledger.recorded, ledger.missing, ledger.beyond) = (9, 3, 2, 1)
    var mark = ProvenanceMark(inputs: 3, outputs: nil, reads: ledger)
    mark.name(sha256: "ab", bytes: 7)
    let read = try #require(ProvenanceMark(body: mark.body))
    #expect(read == mark && read.reads?.repeated == 3 && read.payload?.bytes == 7)
    let empty = ProvenanceMark(inputs: nil, outputs: 0, reads: nil)
    #expect(ProvenanceMark(body: empty.body) == empty && empty.payload == nil)
    #expect(ProvenanceMark(body: ["inputs": 1]) == nil)
    #expect(ProvenanceMark(body: ["inputs": 1, "outputs": 1, "sha256": "ab", "bytes": -1]) == nil)
  }
}
