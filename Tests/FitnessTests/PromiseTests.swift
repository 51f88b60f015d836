import Testing

@Suite("SPECIFICATION.md and docs/escapes.md keep their word")
struct PromiseTests {
  @Test("Every numbered promise names a test that exists, or says that its test is pending")
  func promisesNameTests() throws {
    let specification = try Repository.text("SPECIFICATION.md")
    let promises = specification.split(separator: "\n").filter { $0.hasPrefix("- **P") }
    #expect(promises.count >= 9)
    try expectTests(of: promises, orElse: "[test pending]")
  }

  @Test("No two promises have one number")
  func numbersAreUnique() throws {
    let lines = try Repository.text("SPECIFICATION.md").split(separator: "\n").filter { $0.hasPrefix("- **") }
    let numbers = lines.map { $0.dropFirst(4).prefix { $0 != "*" } }
    #expect(numbers.allSatisfy { $0.first == "P" } && Set(numbers).count == numbers.count)
  }

  @Test("Every known escape names a test that exists, or says that it is open")
  func escapesNameTests() throws {
    let rows = try Repository.text("docs/escapes.md").split(separator: "\n")
      .filter { $0.hasPrefix("| ") && !$0.hasPrefix("| class |") }
    #expect(rows.count >= 40)
    for row in rows { #expect(row.split(separator: "|").count == 4, "four columns: \(row)") }
    try expectTests(of: rows, orElse: "[open")
  }

  private func expectTests(of lines: [Substring], orElse excuse: String) throws {
    let tests = try Repository.files(below: "Tests", ending: ".swift").map { try Repository.text($0) }.joined()
    for line in lines {
      let names = quoted(in: line)
      #expect(!names.isEmpty || line.contains(excuse), "no test: \(line)")
      for name in names { #expect(tests.contains("\"" + name + "\""), "no test is called \(name)") }
    }
  }

  /// Test names stand in ‹angle quotes›.
  private func quoted(in line: Substring) -> [String] {
    line.split(separator: "‹").dropFirst().compactMap { $0.split(separator: "›").first.map(String.init) }
  }
}
