import Testing

@Suite("SPECIFICATION.md keeps its word")
struct PromiseTests {
  @Test("Every numbered promise names a test that exists, or says that its test is pending")
  func promisesNameTests() throws {
    let specification = try Repository.text("SPECIFICATION.md")
    let promises = specification.split(separator: "\n").filter { $0.hasPrefix("- **P") }
    #expect(promises.count >= 9)
    let tests = try Repository.files(below: "Tests", ending: ".swift").map { try Repository.text($0) }.joined()
    for promise in promises {
      let names = quoted(in: promise)
      #expect(!names.isEmpty || promise.contains("[test pending]"), "no test: \(promise)")
      for name in names {
        #expect(tests.contains("\"" + name + "\""), "no test is called \(name)")
      }
    }
  }

  /// Test names stand in ‹angle quotes›.
  private func quoted(in line: Substring) -> [String] {
    line.split(separator: "‹").dropFirst().compactMap { $0.split(separator: "›").first.map(String.init) }
  }
}
