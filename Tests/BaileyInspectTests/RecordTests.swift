import Testing

@testable import BaileyInspect

@Suite("Exact data")
struct RecordTests {
  private static let key = SipHash(low: 1, high: 2)
  private static let columns = ["id", "email", "name", "city", "vip"]

  /// Fifty people, and half of them of one city.
  private static let rows: [[String]] = (0..<50).map { number in
    let first = ["Anna", "Björn", "Chloe", "David", "Eva", "Farid", "Grace"][number % 7]
    let last =
      ["Lindqvist", "O'Brien", "Novak", "van der Berg", "Rossi"][number % 5] + ["", "son", "-Hall"][number % 3]
    return [
      String(100 + number), "\(first.first ?? "x")\(last.filter(\.isLetter))\(number)@mail.net", "\(first) \(last)",
      number % 2 == 0 ? "London" : "Town\(number)", number % 2 == 0 ? "yes" : "no",
    ]
  }

  private static func index(_ rows: [[String]] = rows, primary: Int = 1) throws -> RecordIndex {
    var builder = try RecordIndexBuilder(name: "customers", columns: columns, primary: primary, key: key)
    for row in rows { try builder.add(row.map { Array($0.utf8) }) }
    return try builder.index()
  }

  private func find(_ text: String, pieces: Int = .max, _ index: RecordIndex? = nil) throws -> [Finding] {
    var options = InspectionOptions()
    options.records = [try index ?? Self.index()]
    let inspection = Inspection(try Shared.rules.get(), options: options)
    let bytes = Array(text.utf8)
    for start in stride(from: 0, to: bytes.count, by: min(pieces, bytes.count)) {
      inspection.feed(Array(bytes[start..<min(bytes.count, start + min(pieces, bytes.count))]))
    }
    return inspection.finish().filter { $0.rule == "exact-data" }
  }

  @Test("A primary cell alone is a hint, one more cell of its row makes it likely, two make it certain")
  func tiers() throws {
    let row = Self.rows[3]
    let texts: [(String, Tier, String)] = [
      ("write to \(row[1]) today", .hint, "email"),
      ("\(row[2]) <\(row[1])>", .likely, "email, name"),
      (
        "{\"mail\": \"\(row[1].uppercased())\", \"full_name\": \"\(row[2])\", \"city\": \"\(row[3])\"}", .certain,
        "email, name, city"
      ),
      ("\(row[1]) " + String(repeating: "x ", count: 200) + row[2] + " " + row[3], .hint, "email"),
      ("\(row[1]) and \(Self.rows[5][2]) of \(Self.rows[5][3])", .hint, "email"),
    ]
    for (text, tier, columns) in texts {
      let found = try find(text)
      #expect(found.map(\.tier) == [tier], "\(text)")
      #expect(found.allSatisfy { $0.notes == ["records": "customers", "columns": columns] && $0.kind == .personal })
      #expect(try find(text, pieces: 1) == found)
    }
    #expect(try find("nobody@mail.net, Anna Lindqvist, London, 100, yes").isEmpty)
  }

  @Test("Cells that many rows have, and short and usual ones, speak for nothing")
  func common() throws {
    let row = Self.rows[4]
    #expect(try find("\(row[1]) \(row[3]) \(row[4])").map(\.tier) == [.hint])
    #expect(try find("\(row[1]),\(row[0]),\(row[3])").map(\.tier) == [.likely])
  }

  @Test("Lists are found in what was disguised, and each row once")
  func disguised() throws {
    let rows = Self.rows[10..<30].map { $0.joined(separator: ",") }.joined(separator: "\r\n")
    let plain = try find(rows)
    #expect(plain.count == 20 && plain.allSatisfy { $0.tier == .certain })
    let encoded = String(
      decoding: RunWriter.write(Array((rows + "  ").utf8), RunWriter.base64, 6, shift: 0), as: UTF8.self)
    let hidden = try find("data: \(encoded)\n")
    #expect(hidden.count == 20 && hidden.allSatisfy { $0.tier == .certain && $0.disguises == ["base64"] })
    #expect(try find("data: \(encoded)\n", pieces: 1) == hidden)
    #expect(try find(rows.map { "\($0)\0" }.joined()).count == 20)
  }

  @Test("What is found does not depend on the cut, also over the borders of blocks")
  func cuts() throws {
    let index = try Self.index()
    for place in stride(from: 3950, to: 4200, by: 11) {
      let text = String(repeating: ".", count: place) + " " + Self.rows[7].joined(separator: ", ") + " end"
      let found = try find(text, index)
      #expect(found.map(\.tier) == [.certain])
      #expect(try find(text, pieces: 13, index) == found)
    }
  }

  private func refusal(_ rows: [[String]], primary: Int) -> RecordIssue? {
    do throws(RecordIssue) {
      var builder = try RecordIndexBuilder(name: "a", columns: Self.columns, primary: primary, key: Self.key)
      for row in rows { try builder.add(row.map { Array($0.utf8) }) }
      _ = try builder.index()
      return nil
    } catch { return error }
  }

  @Test("A primary column of short or few values is refused with the reason")
  func refused() throws {
    #expect(refusal(Self.rows, primary: 0)?.why.contains("6 letters or more in only 0 of 50") == true)
    #expect(refusal(Self.rows, primary: 4)?.code == "records-primary")
    #expect(refusal(Self.rows.map { [$0[0], "same@mail.net"] }, primary: 1)?.why.contains("only 1 different") == true)
    #expect(refusal(Array(Self.rows.prefix(9)), primary: 1)?.why.contains("only 9 different") == true)
    #expect(refusal(Self.rows, primary: 9)?.code == "records-columns")
    #expect(refusal(Self.rows, primary: 1) == nil)
    var builder = try RecordIndexBuilder(name: "a", columns: ["x"], primary: 0, key: Self.key)
    for number in 0..<40 { try builder.add([Array((number < 15 ? "everybody" : "person\(number)").utf8)]) }
    let index = try builder.index()
    #expect(index.count == 25, "what many rows have is no primary cell")
  }

  @Test(
    "An index of records comes back as it was written, anything else is refused, and it tells nothing without its key")
  func bytes() throws {
    let index = try Self.index()
    let bytes = index.bytes
    #expect(RecordIndex(bytes: bytes, key: Self.key) == index)
    #expect(RecordIndex(bytes: bytes, key: SipHash(low: 1, high: 3)) == nil)
    #expect(RecordIndex(bytes: bytes + [0], key: Self.key) == nil)
    for count in 0..<bytes.count { #expect(RecordIndex(bytes: Array(bytes[..<count]), key: Self.key) == nil) }
    var numbers = Numbers()
    for _ in 0..<500 {
      var broken = bytes
      broken[Int.random(in: 0..<bytes.count, using: &numbers)] ^= UInt8.random(in: 1...255, using: &numbers)
      guard let read = RecordIndex(bytes: broken, key: Self.key) else { continue }
      #expect(read.bytes == broken)
      var matcher = RecordMatcher(read, RecordMatching())
      #expect((matcher.take(Array(Self.rows[0].joined(separator: ",").utf8).span) + matcher.finish()).count <= 8)
    }
    for row in Self.rows { #expect(!Bytes.contains(bytes, row[1].utf8) && !Bytes.contains(bytes, row[2].utf8)) }
    let other = RecordHash(SipHash(low: 1, high: 3)), own = RecordHash(Self.key)
    #expect(own.hash(Array("annalindqvist".utf8)) != other.hash(Array("annalindqvist".utf8)))
  }

  @Test("A stream of nothing but cells needs bounded memory")
  func bounded() throws {
    var matcher = RecordMatcher(try Self.index(), RecordMatching())
    let line = Array((Self.rows.map { $0.joined(separator: " ") }.joined(separator: " ") + " ").utf8)
    for _ in 0..<50 { #expect(!matcher.take(line.span).isEmpty) }
    #expect(matcher.held < 500)
  }
}
