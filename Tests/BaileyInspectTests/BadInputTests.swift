import BaileyTestSupport
import Testing

@testable import BaileyInspect

@Suite("Bad input")
struct BadInputTests {
  private let secret = Array(" key AKIAPYCDYBK377OXTZQ6 ".utf8)

  @Test("Each disguise and document gives the same findings in pieces of chance as in one")
  func cuts() throws {
    var numbers = Numbers(state: 5)
    let texts = disguiseCases.flatMap { $0.texts.prefix(3) } + documentCases.map(\.text)
    for text in texts {
      let bytes = try #require(Base64Text.decode(text.utf8))
      let whole = try Shared.find(bytes) { _ in bytes.count }
      #expect(try Shared.find(bytes) { _ in Int.random(in: 1...60, using: &numbers) } == whole)
      #expect(try Shared.find(bytes) { _ in 1 } == whole)
    }
  }

  @Test("The declared encodings do not depend on how the body was cut")
  func declaredCuts() throws {
    for (name, text) in bodyCases {
      let bytes = try #require(Base64Text.decode(text.utf8))
      var options = InspectionOptions()
      options.encodings = ContentEncoding.read(name)
      #expect(try Shared.find(bytes, options) { _ in 1 } == Shared.find(bytes, options) { _ in bytes.count })
    }
  }

  @Test("A container may end at any byte, and what stands behind it is read")
  func truncated() throws {
    for way in ["gzip", "zip", "bzip2", "zstd", "tar.gz"] {
      let text = try #require(disguiseCases.first { $0.way == way }?.texts[0])
      let bytes = try #require(Base64Text.decode(text.utf8))
      for end in stride(from: 4, to: bytes.count, by: 7) {
        #expect(try !Shared.find(bytes[..<end] + [UInt8](repeating: 0x20, count: 40) + secret).isEmpty, "\(way) \(end)")
      }
    }
  }

  @Test(
    "Marks of containers inside each other end in a finding, not in memory",
    arguments: [
      [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x58, 0x04, 0x80, 0x00] as [UInt8],
      [0x1F, 0x8B, 0x08, 0, 0, 0, 0, 0, 0, 3, 0, 0xFF, 0x0F, 0, 0xF0],
    ])
  func marks(head: [UInt8]) throws {
    // Each begins a container that holds the rest as it is.
    let bytes = Array((0..<4000).map { _ in head }.joined())
    var options = InspectionOptions()
    options.maximumExpansion = 1 << 20
    let found = try Shared.find(bytes, options)
    #expect(found.contains { $0.rule == "nested-too-deep" || $0.rule == "bomb" }, "\(found.map(\.rule))")
  }

  @Test("Bombs inside each other are one finding, and cost what one costs")
  func nested() throws {
    let bomb = try #require(Base64Text.decode(bombOfZeros.utf8))
    var options = InspectionOptions()
    options.maximumExpansion = 1 << 20
    let texts = [Array(base64(bomb).utf8), Array(base64(Array(base64(bomb).utf8)).utf8), bomb + bomb + bomb]
    for text in texts {
      #expect(try Shared.find(text, options).map(\.rule) == ["bomb"])
    }
    options.encodings = [.gzip]
    #expect(try Shared.find(bomb, options).map(\.rule).sorted() == ["bomb", "broken-encoding"])
  }

  @Test(
    "A long stream of zeros, of noise and of one container after the other holds no more at its end than at its beginning"
  )
  func long() throws {
    var numbers = Numbers(state: 3)
    let text = try #require(disguiseCases.first { $0.way == "gzip" }?.texts[0])
    let gzip = try #require(Base64Text.decode(text.utf8))
    let noise = (0..<65536).map { _ in UInt8.random(in: 0...255, using: &numbers) }
    for piece in [[UInt8](repeating: 0, count: 65536), noise, Array((0..<400).map { _ in gzip }.joined())] {
      let inspection = Inspection(try Shared.rules.get())
      for _ in 0..<8 { inspection.feed(piece) }
      let held = inspection.heldBytes
      for _ in 0..<8 { inspection.feed(piece) }
      #expect(inspection.heldBytes <= held + 4096)
      _ = inspection.takeFindings()
      #expect(inspection.finish().allSatisfy { $0.rule == "aws-access-key" })
    }
  }

  @Test(
    "Patterns that would take without end are refused with their place",
    arguments: [
      #"acme_(?:[a-z]{1000}){1000}"#, #"acme_(?:(?:a{100}){100}){100}"#, #"acme_(a)\1"#, #"acme_(?<=x)[a-z]"#,
    ])
  func patterns(pattern: String) {
    let text = """
      rules:
        - id: acme-key
          title: Key of Acme
          prefixes: [acme_]
          pattern: '\(pattern)'
          examples: ['key acme_0123456789abcdef']
      """
    do throws(RuleIssue) {
      _ = try RuleSet.read(Array(text.utf8), file: "site.yaml")
      Issue.record("it was read")
    } catch {
      #expect(error.code == "rule-pattern")
      #expect(error.place == "site.yaml:5:5")
    }
  }

  @Test("Of findings that overlap the surest is told")
  func overlapping() throws {
    let found = try Shared.find("password = \"ghp_BrN0cNrRrVx4eN4NQ1Xy0GqZ5fA3kD1hDLmT\"")
    #expect(found.map(\.rule) == ["github-pat"])
  }
}

@Suite("Eighty secrets")
struct EightyTests {
  static let ways = [
    "plain", "base64-whole", "base64-value", "base64-url", "base64-wrapped", "base64-twice", "base64-thrice", "hex",
    "hex-spaced", "percent-all", "percent-standard", "json", "html-decimal", "base32", "base85", "rot13", "reversed",
    "gzip", "bzip2", "zip", "tar.gz", "gzip-base64", "zlib-hex", "multipart-gzip", "utf-16le", "joined", "joined-lines",
    "letter-a-line", "dashes", "zero-width", "quoted-printable", "dns",
  ]

  private static let script =
    #filePath.split(separator: "/").dropLast().map { "/" + $0 }.joined() + "/make-disguises.py"

  @Test("Of eighty secrets of ten kinds at least 78 are found in each of 32 encodings", arguments: ways)
  func eighty(way: String) throws {
    #expect(Self.ways.count == 32)
    let made = try Tool("/usr/bin/env").run(["python3", Self.script, way])
    let texts = made.output.split(separator: "\n").compactMap { Base64Text.decode($0.utf8) }
    try #require(texts.count == 80, "\(made.errors)")
    let missed = try texts.indices.filter { index in
      try !Shared.find(texts[index]).contains {
        $0.rule == DisguiseTests.kinds[index % DisguiseTests.kinds.count] && $0.tier > .hint
      }
    }
    #expect(missed.count <= 2, "\(way): \(missed)")
  }
}
