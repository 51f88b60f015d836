import BaileyRego
import Testing

@Suite("A rule can read its metadata")
struct MetadataTests {
  private static let module = """
    # METADATA
    # {"scope": "subpackages", "title": "all"}
    package a.b

    # METADATA
    # {"scope": "document", "title": "both"}
    # METADATA
    p := 1 if input.x

    # METADATA
    # {"title": "second", "custom": {"k": 1}}
    p := rego.metadata.rule() if not input.x
    chain := rego.metadata.chain()
    q := rego.metadata.rule()
    """

  @Test(
    "Its own, the chain up to the root, or nothing",
    arguments: [
      ("p", #"{"custom":{"k":1},"scope":"rule","title":"second"}"#),
      (
        "chain", #"[{"path":["a","b","chain"]},{"annotations":{"scope":"subpackages","title":"all"},"path":["a","b"]}]"#
      ),
      ("q", "{}"),
    ])
  func metadata(rule: String, wanted: String) throws {
    var registry = Registry()
    registry.yaml = { (text, heap) throws(AnnotationReader.Problem) in
      do throws(RegoError) {
        return try JSONReader.read(text, into: heap)
      } catch {
        throw AnnotationReader.Problem("yaml: " + error.message)
      }
    }
    let text = Self.module.replacing("# METADATA\np", with: "p")
    let source = Source(name: "m.rego", text: Array(text.utf8))
    let machine = Machine(try Program.compile([source], queries: ["x = data.a.b.\(rule)"], registry: registry))
    machine.prepare()
    let answer = try machine.evaluate()
    #expect(answer.text == #"[{"x":\#(wanted)}]"#)
  }

  @Test("Without a reader of YAML a module that asks for its metadata is refused")
  func noReader() {
    let text = "package t\n# METADATA\n# title: x\np := rego.metadata.rule()"
    let answer = evaluate([Source(name: "m.rego", text: Array(text.utf8))], query: "x = data.t")
    #expect(answer.contains("there is no reader of YAML") || answer == #"{"p":{"scope":"rule","title":"x"}}"#)
  }
}
