import Testing

@testable import BaileyInspect

/// Numbers that look random and are the same each time.
struct Numbers: RandomNumberGenerator {
  var state: UInt64 = 0x9E37_79B9_7F4A_7C15
  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }
}

enum Shared {
  static let rules = Result { try RuleSet() }

  static func find(_ bytes: [UInt8], _ options: InspectionOptions = InspectionOptions()) throws -> [Finding] {
    Inspection.findings(in: bytes, rules: try rules.get(), options: options)
  }

  static func find(_ text: String) throws -> [Finding] { try find(Array(text.utf8)) }

  /// In pieces.
  ///
  /// - Parameter size: how many bytes the piece at this place has; at least one is taken.
  static func find(_ bytes: [UInt8], _ options: InspectionOptions = InspectionOptions(), by size: (Int) -> Int) throws
    -> [Finding]
  {
    let inspection = Inspection(try rules.get(), options: options)
    var at = 0
    while at < bytes.count {
      let count = min(max(1, size(at)), bytes.count - at)
      inspection.feed(bytes.span.extracting(at..<(at + count)))
      at += count
    }
    return inspection.finish()
  }
}

@Suite("Inspection of streams")
struct StreamTests {
  /// All examples of all rules and all disguises, in an order of chance, with room between them.
  static func material() throws -> [UInt8] {
    var numbers = Numbers()
    var parts = try Shared.rules.get().rules.flatMap { $0.examples.map { Array($0.utf8) } }
    parts += disguiseCases.compactMap { Base64Text.decode($0.texts[0].utf8) }
    parts.shuffle(using: &numbers)
    return parts.flatMap { part in
      part + [10]
        + (0..<Int.random(in: 0..<200, using: &numbers)).map { _ in UInt8.random(in: 0...255, using: &numbers) } + [10]
    }
  }

  @Test("The findings are the same in one piece, in pieces of one byte and in pieces of any size")
  func cuts() throws {
    let bytes = try Self.material()
    let whole = try Shared.find(bytes) { _ in bytes.count }
    #expect(whole.count > 500)
    #expect(try Shared.find(bytes) { _ in 1 } == whole)
    var numbers = Numbers(state: 7)
    #expect(try Shared.find(bytes) { _ in Int.random(in: 1...5000, using: &numbers) } == whole)
  }

  @Test("A secret over twenty pieces of one byte is found where it stands")
  func pieces() throws {
    let text = Array("key AKIAPYCDYBK377OXTZQ6 end".utf8)
    let found = try Shared.find(text) { _ in 1 }
    #expect(found.map(\.rule) == ["aws-access-key"])
    #expect(found.first?.span == 4..<24)
  }

  @Test("A secret on either side of a block's border is found once", arguments: [4096, 8192, 12288])
  func borders(border: Int) throws {
    for before in stride(from: border - 60, through: border + 60, by: 5) {
      let text = [UInt8](repeating: 0x20, count: before) + Array("ghp_BrN0cNrRrVx4eN4NQ1Xy0GqZ5fA3kD1hDLmT tail".utf8)
      let found = try Shared.find(text)
      #expect(found.filter { $0.rule == "github-pat" }.map(\.span.lowerBound) == [before])
    }
  }

  @Test("A stream needs less than 16 KB until something is unpacked")
  func memory() throws {
    let rules = try Shared.rules.get()
    #expect(rules.automaton.streamSize + Lane.back + 2 * Lane.block + 4096 < 16 << 10)
    let inspection = Inspection(rules)
    let piece = Array(repeating: Array("let value = compute(of: item) // nothing here\n".utf8), count: 2000).flatMap {
      $0
    }
    for _ in 0..<20 { inspection.feed(piece) }
    #expect(inspection.heldBytes < 12 << 10)
    #expect(inspection.finish().isEmpty)
  }

  @Test("A long stream holds no more than a short one, disguises and peeks included")
  func long() throws {
    let texts = try ["base64-whole", "percent-all", "dashes"].compactMap { way in
      try disguiseCases.first { $0.way == way }.map { try #require(Base64Text.decode($0.texts[0].utf8)) }
    }
    #expect(texts.count == 3)
    let filler = Array(String(repeating: "let value = compute(of: item) // nothing here\n", count: 500).utf8)
    let piece = texts.flatMap { $0 + filler }
    let inspection = Inspection(try Shared.rules.get())
    var held: [Int] = []
    for _ in 0..<60 {
      inspection.feed(piece)
      _ = inspection.peek()
      held.append(inspection.heldBytes)
    }
    #expect(held[40...].max() == held[..<40].max())
    #expect(held.allSatisfy { $0 < 64 << 10 })
  }

  @Test("Bytes that are no UTF-8 hide nothing and break nothing")
  func invalid() throws {
    let secret = Array("AKIAPYCDYBK377OXTZQ6".utf8)
    for byte: UInt8 in [0x80, 0xC3, 0xE2, 0xEF, 0xF0, 0xFF] {
      let found = try Shared.find([byte, byte] + secret + [byte, 0xEF, 0xBC, 0x20, 0xEF, 0xBD, 0x01])
      #expect(found.map(\.rule) == ["aws-access-key"])
    }
  }
}
