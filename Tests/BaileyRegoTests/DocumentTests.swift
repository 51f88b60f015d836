import BaileyRego
import Testing

@Suite("A value does not outlive its heap")
struct DocumentTests {
  private static let json = #"{"a":["long enough to lie in a block of its own",{"b":12345678901234567890}]}"#

  @Test("A document keeps its heap, and so do its parts")
  func kept() throws {
    func part() throws -> Document { try Document(json: Array(Self.json.utf8))["a"].item(1)["b"] }
    let parts = try (0..<100).map { _ in try part() }
    #expect(Set(parts.map(\.text)) == ["12345678901234567890"])
  }

  @Test("An answer keeps what it needs of the machine and the program")
  func answer() throws {
    func answer() throws -> Document {
      let source = Source(name: "m.rego", text: Array("package t\np := [\"a constant\", input.x]".utf8))
      let machine = Machine(try Program.compile([source], queries: ["x = data.t.p"]))
      machine.prepare()
      return try machine.evaluate(input: try machine.read(Array(#"{"x":"an input"}"#.utf8)))
    }
    let answers = try (0..<20).map { _ in try answer() }
    #expect(Set(answers.map(\.text)) == [#"[{"x":["a constant","an input"]}]"#])
  }

  @Test("An answer that is read after the next evaluation began stops the program")
  func stale() async {
    await #expect(processExitsWith: .failure) {
      let machine = Machine(try Program.compile([], queries: ["x := input"]))
      machine.prepare()
      let answer = try machine.evaluate(input: try machine.read(Array("[1]".utf8)))
      machine.prepare()
      _ = answer.text
    }
  }

  @Test("The input of another machine stops the program")
  func foreign() async {
    await #expect(processExitsWith: .failure) {
      let program = try Program.compile([], queries: ["x := input"])
      let (first, second) = (Machine(program), Machine(program))
      first.prepare()
      second.prepare()
      _ = try second.evaluate(input: try first.read(Array("[1]".utf8)))
    }
  }

  @Test("Only what keeps its heap makes one: the rest borrows one or keeps a document")
  func owners() throws {
    let owners: Set = [
      "AnnotationReader.swift", "BaseDocument.swift", "CapturedQuery.swift", "Contributions.swift", "Document.swift",
      "ExplainedPolicy.swift", "InputShape.swift", "Machine.swift", "PolicyAnalysis.swift", "Program.swift",
      "TestRunner.swift",
    ]
    let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/Sources/BaileyRego/"
    var makers: Set<String> = []
    for folder in Vectors.names(in: root) {
      for name in Vectors.names(in: root + folder) {
        let text = String(decoding: try #require(Vectors.bytes(root + folder + "/" + name)), as: UTF8.self)
        if text.contains(/\bHeap\(/) { makers.insert(name) }
      }
    }
    #expect(makers == owners)
  }
}
