import Testing

@testable import BaileyInspect

@Suite("Peeks into a stream")
struct PeekTests {
  /// What makes a finding the same; of what is hidden the end may not have been there yet.
  private struct Sight: Hashable {
    var rule: String
    var at: Int
    var fingerprint: String
    var disguises: [String]

    init(_ finding: Finding) {
      (rule, at, fingerprint) = (finding.rule, finding.span.lowerBound, finding.fingerprint)
      disguises = finding.disguises
    }
  }

  @Test("A peek tells what stands in the last bytes, and nothing tells it again")
  func once() throws {
    let inspection = Inspection(try Shared.rules.get())
    inspection.feed(Array("data: key AKIAPYCDYBK377OXTZQ6\n\n".utf8))
    #expect(inspection.peek().map(\.rule) == ["aws-access-key"])
    #expect(inspection.peek().isEmpty)
    inspection.feed(Array("data: nothing\n\n".utf8))
    #expect(inspection.peek().isEmpty)
    inspection.feed(Array(repeating: 0x20, count: 20_000))
    #expect(inspection.takeFindings().isEmpty)
    #expect(inspection.finish().isEmpty)
  }

  @Test(
    "A peek sees through disguises",
    arguments: ["base64-whole", "gzip", "gzip-base64", "percent-all", "utf-16le", "hex"])
  func disguises(way: String) throws {
    let texts = try #require(disguiseCases.first { $0.way == way }?.texts, "\(way)")
    let bytes = try #require(Base64Text.decode(texts[0].utf8))
    let inspection = Inspection(try Shared.rules.get())
    inspection.feed(bytes)
    #expect(inspection.peek().contains { $0.rule == "aws-access-key" })
    #expect(inspection.peek().isEmpty)
    #expect(!inspection.finish().contains { $0.rule == "aws-access-key" })
  }

  @Test(
    "With peeks at cuts of chance all is told that one piece tells, once, and nothing that an end at the cut would not tell"
  )
  func cuts() throws {
    let bytes = try StreamTests.material()
    let whole = try Shared.find(bytes)
    var numbers = Numbers(state: 11)
    let inspection = Inspection(try Shared.rules.get())
    var (at, told): (Int, [Sight]) = (0, [])
    while at < bytes.count {
      let count = min(Int.random(in: 1...3000, using: &numbers), bytes.count - at)
      inspection.feed(bytes.span.extracting(at..<(at + count)))
      at += count
      let seen = inspection.peek().map(Sight.init)
      told += seen
      // An end here has to say the same of the last bytes.
      if Int.random(in: 0..<10, using: &numbers) == 0 {
        let ended = Set(try Shared.find(Array(bytes[..<at])).map(Sight.init))
        // Through which of several disguises a value was seen first may differ.
        let values = Set(ended.map { $0.rule + $0.fingerprint })
        let more = seen.filter { !ended.contains($0) }
        #expect(more.filter { $0.disguises.isEmpty || !values.contains($0.rule + $0.fingerprint) } == [])
      }
    }
    told += inspection.finish().map(Sight.init)
    let all = Set(told)
    #expect(all.count == told.count)
    let plain = whole.filter { $0.disguises.isEmpty }.map(Sight.init)
    #expect(plain.count > 300)
    #expect(plain.filter { !all.contains($0) }.map(\.rule) == [])
    // Of values that were told a moment ago, disguises are not told: which was first may differ.
    let values = Set(told.map { $0.rule + $0.fingerprint })
    #expect(whole.filter { !values.contains($0.rule + $0.fingerprint) }.map(\.rule) == [])
  }

  @Test("Peeks do not use up what unpacking may yield")
  func expansion() throws {
    var options = InspectionOptions()
    options.maximumExpansion = 4000
    let texts = try #require(disguiseCases.first { $0.way == "gzip-base64" }?.texts)
    let inspection = Inspection(try Shared.rules.get(), options: options)
    inspection.feed(try #require(Base64Text.decode(texts[0].utf8)))
    var found: [Finding] = []
    for _ in 0..<200 { found += inspection.peek() }
    #expect(found.map(\.rule) == ["aws-access-key"])
  }

  @Test("A bomb is told by a peek, and peeks do not unpack it again and again")
  func bomb() throws {
    var options = InspectionOptions()
    options.maximumExpansion = 3 << 20
    let inspection = Inspection(try Shared.rules.get(), options: options)
    inspection.feed(try #require(Base64Text.decode(bombOfZeros.utf8)))
    #expect(inspection.peek().map(\.rule) == ["bomb"])
    #expect(inspection.peek().isEmpty)
  }
}
