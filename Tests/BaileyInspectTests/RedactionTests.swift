import Testing

@testable import BaileyInspect

enum Redact {
  static func redactor(_ action: Redaction.Action = .label, _ change: (inout Redaction) -> Void = { _ in }) throws
    -> Redactor
  {
    var policy = Redaction(action)
    change(&policy)
    return Redactor(try Shared.rules.get(), policy: policy)
  }

  static func stream(_ bytes: [UInt8], _ redactor: Redactor, cut: (Int) -> Int) throws -> [UInt8] {
    let stream = StreamRedactor(redactor)
    var (out, at) = ([UInt8](), 0)
    while at < bytes.count {
      let count = min(max(1, cut(at)), bytes.count - at)
      out += try stream.feed(Array(bytes[at..<at + count]))
      at += count
    }
    return try out + stream.finish()
  }

  static func text(_ text: String, _ redactor: Redactor) throws -> String {
    String(decoding: try redactor.redact(Array(text.utf8)).bytes, as: UTF8.self)
  }

  /// What is left above a hint.
  static func left(_ bytes: [UInt8]) throws -> [Finding] { try Shared.find(bytes).filter { $0.tier > .hint } }
}

@Suite("Redaction of streams")
struct RedactionTests {
  private static let secret = "AKIAPYCDYBK377OXTZQ6"

  /// All examples of all rules, and the disguises that are no containers, with room between them.
  private static func material() throws -> [UInt8] {
    var numbers = Numbers(state: 11)
    var parts = try Shared.rules.get().rules.flatMap { $0.examples.map { Array($0.utf8) } }
    parts += try disguiseCases.compactMap { Base64Text.decode($0.texts[1].utf8) }.filter { try !isContainer($0) }
    parts.shuffle(using: &numbers)
    return parts.prefix(parts.count / 2).flatMap { part in
      part + [10]
        + (0..<Int.random(in: 0..<400, using: &numbers)).map { _ in UInt8.random(in: 32...126, using: &numbers) }
        + [10]
    }
  }

  private static let editable: Set = [
    "hex", "base32", "base32hex", "base64", "base85", "escaped", "markup", "reversed", "rot13", "grouped", "utf-16",
  ]

  /// Whether something in it is in what cannot be edited.
  private static func isContainer(_ bytes: [UInt8]) throws -> Bool {
    try Redact.left(bytes).contains { finding in
      finding.disguises.first.map { !editable.contains($0) } ?? (finding.kind == .evasion)
    }
  }

  @Test(
    "A value is replaced as the policy says, and all else stays",
    arguments: [
      (Redaction.Action.label, "key [redacted:aws-access-key] end"), (.mask, "key ******************** end"),
      (.keep, "key AKIAPYCDYBK377OXTZQ6 end"), (.placeholder, "key [redacted:aws-access-key] end"),
    ])
  func actions(action: Redaction.Action, expected: String) throws {
    #expect(try Redact.text("key \(Self.secret) end", try Redact.redactor(action)) == expected)
  }

  @Test("A rule goes before a kind, and a kind before a tier")
  func order() throws {
    let redactor = try Redact.redactor(.keep) {
      $0.kinds[.secret] = .mask
      $0.rules["aws-access-key"] = .label
    }
    #expect(try Redact.text("key \(Self.secret) end", redactor) == "key [redacted:aws-access-key] end")
    let github = "ghp_BrN0cNrRrVx4eN4NQ1Xy0GqZ5fA3kD1hDLmT"
    #expect(try Redact.text("key \(github) end", redactor) == "key \(String(repeating: "*", count: 40)) end")
  }

  @Test("What is kept hides nothing that is not")
  func kept() throws {
    let text = """
      rules:
        - {id: outer, title: Outer, tier: certain, prefixes: [acme_], pattern: 'acme_[a-z0-9_]{16,40}', examples: ['acme_0123456789abcdef']}
        - {id: inner, title: Inner, tier: likely, prefixes: [umca_], pattern: '_(umca_[a-z0-9]{16})', around: 1, examples: ['_umca_0123456789abcdef']}
      """
    let rules = try RuleSet(only: try RuleSet.read(Array(text.utf8), file: "site.yaml"))
    var policy = Redaction(.label)
    policy.rules["outer"] = .keep
    let bytes = Array("acme_1234567890_umca_fedcba9876543210".utf8)
    #expect(Inspection.findings(in: bytes, rules: rules).map(\.rule) == ["outer"])
    let out = try Redactor(rules, policy: policy).redact(bytes).bytes
    #expect(String(decoding: out, as: UTF8.self) == "acme_1234567890_[redacted:inner]")
  }

  @Test("After redaction nothing is found in the examples of any rule", arguments: [false, true])
  func examples(isLengthSafe: Bool) throws {
    let redactor = try Redact.redactor { $0.isLengthSafe = isLengthSafe }
    var (left, replaced) = ([String](), 0)
    for rule in try Shared.rules.get().rules {
      for example in rule.examples {
        let out = try redactor.redact(Array(example.utf8))
        replaced += out.redacted.count
        if isLengthSafe, out.bytes.count != example.utf8.count { left.append("\(rule.id): length") }
        left += try Redact.left(out.bytes).map { "\(rule.id): \($0.rule)" }
      }
    }
    #expect(left.isEmpty, "\(left)")
    #expect(replaced > 300)
  }

  @Test(
    "After redaction nothing is found in any disguise, or the whole is refused", arguments: disguiseCases.map(\.way))
  func disguises(way: String) throws {
    for text in disguiseCases.first(where: { $0.way == way })?.texts ?? [] {
      let bytes = try #require(Base64Text.decode(text.utf8))
      if try Redact.left(bytes).isEmpty { continue }
      if try Self.isContainer(bytes) {
        #expect(throws: RedactionRefusal.self) { try Redact.redactor().redact(bytes) }
      } else {
        let out = try Redact.redactor().redact(bytes)
        #expect(!out.redacted.isEmpty)
        #expect(try Redact.left(out.bytes).isEmpty, "\(String(decoding: out.bytes, as: UTF8.self))")
      }
    }
  }

  @Test(
    "Of a value in a disguise no part is left",
    arguments: [
      "plain", "base64-value", "hex", "hex-spaced", "hex-colons", "hex-escaped", "percent-all",
      "percent-twice", "json", "octal", "html-decimal", "html-hex", "base32", "joined", "joined-lines", "two-lines",
      "zero-width", "one-zero-width", "soft-hyphens", "full-width", "array",
    ])
  func whole(way: String) throws {
    for text in disguiseCases.first(where: { $0.way == way })?.texts ?? [] {
      let out = try Redact.redactor().redact(try #require(Base64Text.decode(text.utf8)))
      let shown = String(decoding: out.bytes, as: UTF8.self)
      #expect(shown.hasPrefix("# settings\nSERVICE_TOKEN = ") && shown.hasSuffix("\n# end of it\n"), "\(shown)")
      let middle = shown.dropFirst(27).dropLast(13)
      #expect(middle.contains("[redacted:") && middle.count < 50, "\(way): \(shown)")
    }
  }

  @Test("What comes out does not depend on how the stream was cut, and nothing is found in it")
  func cuts() throws {
    let bytes = try Self.material()
    let redactor = try Redact.redactor()
    let whole = try Redact.stream(bytes, redactor) { _ in bytes.count }
    #expect(bytes.count > 70_000)
    #expect(whole != bytes)
    var numbers = Numbers(state: 5)
    #expect(try Redact.stream(bytes, redactor) { _ in Int.random(in: 1...9000, using: &numbers) } == whole)
    #expect(try Redact.left(whole).map { "\($0.rule) \($0.span) \($0.disguises)" } == [])
  }

  @Test("A value on either side of a window's border is replaced", arguments: [48 << 10, 64 << 10])
  func borders(border: Int) throws {
    for before in stride(from: border - 25, through: border + 5, by: 5) {
      let text =
        [UInt8](repeating: 0x20, count: before) + Array(Self.secret.utf8) + [UInt8](repeating: 0x20, count: 40_000)
      let out = try Redact.stream(text, try Redact.redactor(.mask)) { _ in 5000 }
      #expect(out.count == text.count)
      #expect(out[before..<before + 20].allSatisfy { $0 == 0x2A })
      #expect(out.count { $0 == 0x2A } == 20)
    }
  }

  @Test(
    "A value in a long encoding is not left, wherever in it",
    arguments: [(10, 1), (40_000, 1), (90_000, 1), (20_000, 2)])
  func longRun(place: Int, times: Int) throws {
    let line = "let value = compute(of: item) // nothing here\n"
    let (before, after) = (
      String(repeating: line, count: place / line.utf8.count), String(repeating: line, count: 1500)
    )
    var text = Array((before + "key \(Self.secret) end\n" + after).utf8)
    for _ in 0..<times { text = Array(base64(text).utf8) }
    let bytes = Array("data: ".utf8) + text + Array(" end".utf8)
    #expect(try !Redact.left(bytes).isEmpty)
    let out = try Redact.stream(bytes, try Redact.redactor()) { _ in 4000 }
    #expect(try Redact.left(out).isEmpty)
    let read = String(decoding: out, as: UTF8.self)
    #expect(read.hasPrefix("data: ") && read.hasSuffix(" end") && read.contains("[redacted:aws-access-key]"))
  }

  @Test("A stream of any length is redacted with what fits in a window")
  func memory() throws {
    let stream = StreamRedactor(try Redact.redactor())
    let piece = Array("a line of text, and then \(Self.secret)\n".utf8) + [UInt8](repeating: 0x2E, count: 60_000)
    var (most, count) = (0, 0)
    for _ in 0..<40 {
      count += try stream.feed(piece).count
      most = max(most, stream.heldBytes)
    }
    #expect(most <= 64 << 10 + 8 << 10)
    _ = try stream.finish()
    #expect(stream.takeRedacted().count == 40)
    #expect(count > 2_000_000)
  }

  @Test("Where something was replaced is told in the bytes that came in")
  func places() throws {
    let stream = StreamRedactor(try Redact.redactor())
    let text = [UInt8](repeating: 0x20, count: 100_000) + Array(Self.secret.utf8)
    _ = try stream.feed(text)
    _ = try stream.finish()
    let told = stream.takeRedacted()
    #expect(told.map(\.finding.span) == [100_000..<100_020])
    #expect(told.map(\.action) == [.label])
  }

  @Test("Findings that overlap become one, with the stronger action")
  func overlaps() throws {
    let finding = try #require(try Shared.find("key \(Self.secret)").first)
    let places = [(0..<8, Redaction.Action.label), (4..<12, .mask), (12..<14, .placeholder), (5..<6, .keep)]
    let merged = Located.merge(places.map { Located(span: $0.0, finding: finding, action: $0.1) })
    #expect(merged.map(\.span) == [0..<12, 12..<14])
    #expect(merged.map(\.action) == [.mask, .placeholder])
  }

  @Test("A length-safe replacement has the same bytes of the same kinds")
  func lookalike() throws {
    let redactor = try Redact.redactor { $0.isLengthSafe = true }
    #expect(try Redact.text("key \(Self.secret) end", redactor) == "key XXXXXXXXXXX000XXXXX0 end")
    #expect(try Redact.text("IBAN GB29 NWBK 6016 1331 9268 19.", redactor) == "IBAN XX00 XXXX 0000 0000 0000 00.")
  }
}

@Suite("Redaction of containers")
struct ContainerRedactionTests {
  private func gzip() throws -> [UInt8] {
    let texts = disguiseCases.first { $0.way == "gzip" }?.texts ?? []
    return try #require(Base64Text.decode(texts[0].utf8))
  }

  @Test("A container with a value in it is refused with its place")
  func refused() throws {
    let bytes = Array("head \n".utf8) + (try gzip())
    #expect(throws: RedactionRefusal.container(rule: "aws-access-key", offset: 6)) {
      try Redact.redactor().redact(bytes)
    }
  }

  @Test("A container with nothing in it goes through")
  func clean() throws {
    let redactor = try Redact.redactor { $0.kinds[.secret] = .keep }
    let bytes = try gzip() + Array("tail".utf8)
    #expect(try redactor.redact(bytes).bytes == bytes)
  }

  @Test("Where the policy says so, a container and the rest are replaced")
  func replaced() throws {
    let redactor = try Redact.redactor { $0.containers = .replace }
    let bytes = Array("head \n".utf8) + (try gzip()) + Array("tail".utf8)
    #expect(try redactor.redact(bytes).bytes == Array("head \n[redacted:aws-access-key]".utf8))
    let safe = try Redact.redactor {
      $0.containers = .replace
      $0.isLengthSafe = true
    }
    #expect(try safe.redact(bytes).bytes.count == bytes.count)
  }

  /// Stored, not compressed: as long as one likes, and open to the end.
  private func endless(_ count: Int) -> [UInt8] {
    let block = [0x00, 0xFF, 0xFF, 0x00, 0x00] + [UInt8](repeating: 0x2E, count: 0xFFFF)
    let head: [UInt8] = [0x1F, 0x8B, 0x08, 0, 0, 0, 0, 0, 0, 3]
    return head + Array(repeating: block, count: count).flatMap { $0 }
  }

  @Test("A container that is longer than may be held is refused, and none of it goes out")
  func tooLong() throws {
    let redactor = try Redact.redactor { $0.maximumHeld = 200_000 }
    let stream = StreamRedactor(redactor)
    var out: [UInt8] = []
    #expect(throws: RedactionRefusal.containerTooLong(offset: 3)) {
      for byte in Array("a b".utf8) + endless(6) { out += try stream.feed([byte]) }
    }
    #expect(out == Array("a b".utf8))
    #expect(throws: RedactionRefusal.containerTooLong(offset: 3)) { try stream.finish() }
    #expect(throws: RedactionRefusal.self) { try stream.feed([UInt8](repeating: 0, count: 70_000)) }
  }

  @Test("A container that is held whole is let through, and what follows is redacted")
  func held() throws {
    let bytes = endless(3) + [0x01, 0, 0, 0xFF, 0xFF] + [0, 0, 0, 0, 0, 0, 0, 0]
    let tail = [UInt8](repeating: 0x20, count: 90_000)
    let out = try Redact.stream(bytes + tail + Array("AKIAPYCDYBK377OXTZQ6".utf8), try Redact.redactor()) { _ in 7000 }
    #expect(out == bytes + tail + Array("[redacted:aws-access-key]".utf8))
  }

  @Test("What cannot be unpacked to its end is refused")
  func bomb() throws {
    var options = InspectionOptions()
    options.maximumExpansion = 1 << 20
    let redactor = Redactor(try Shared.rules.get(), policy: Redaction(.label), options: options)
    let bytes = try #require(Base64Text.decode(bombOfZeros.utf8))
    #expect(throws: RedactionRefusal.self) { try redactor.redact(bytes) }
  }
}
