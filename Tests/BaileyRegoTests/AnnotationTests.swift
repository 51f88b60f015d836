import BaileyRego
import Testing

@Suite("Metadata blocks are read as OPA reads them")
struct AnnotationTests {
  /// JSON is YAML.
  private func read(_ text: String) throws -> AnnotationReader {
    try AnnotationReader(Source(name: "a.rego", text: Array(text.utf8))) {
      text, heap throws(AnnotationReader.Problem) in
      do throws(RegoError) { return try JSONReader.read(text, into: heap) } catch {
        throw AnnotationReader.Problem("yaml: " + error.message, line: 1)
      }
    }
  }

  @Test("A block describes what stands below it")
  func fields() throws {
    let reader = try read(
      """
      # METADATA
      # {"title": "all", "authors": ["A B <a@b>", {"name": "C"}], "organizations": ["o"]}
      package a.b

      # METADATA
      # {"entrypoint": true, "custom": {"k": [1]}, "related_resources": ["http://x", {"ref": "y", "description": "d"}],
      # "schemas": [{"input": "schema.i"}, {"data.x": {"type": "object"}}]}
      p.q := 1

      # METADATA
      # {"scope": "rule", "description": "why"}
      r contains 1
      """)
    #expect(reader.errors.isEmpty)
    #expect(reader.annotations.map(\.scope) == [.package, .document, .rule])
    #expect(reader.annotations.map { $0.path.joined(separator: ".") } == ["a.b", "a.b.p.q", "a.b.r"])
    #expect(reader.annotations.map(\.target.line) == [3, 8, 12])
    #expect(reader.annotations[0].authors.map(\.email) == ["a@b", ""])
    #expect(reader.annotations[1].schemas.map(\.name) == ["schema.i", nil])
    let json = try Heap.lending { JSONWriter.write(try reader.annotations[1].value($0)) }
    #expect(
      String(decoding: json, as: UTF8.self) == """
        {"custom":{"k":[1]},"entrypoint":true,"related_resources":[{"ref":"http://x"},{"description":"d","ref":"y"}],\
        "schemas":[{"path":["input"],"schema":["schema","i"]},{"definition":{"type":"object"},"path":["data","x"]}],\
        "scope":"document"}
        """)
  }

  @Test(
    "What is wrong is said in OPA's words",
    arguments: [
      ("# METADATA\npackage a", "1: expected METADATA block, found whitespace"),
      ("# METADATA\n# {\"x\"\npackage a", "2: yaml: "),
      (
        "# METADATA\n# {\"scope\": \"rule\"}\npackage a",
        "1: annotation scope 'rule' must be applied to rule (have package)"
      ),
      (
        "package a\n# METADATA\n# {\"scope\": \"package\"}\np := 1",
        "2: annotation scope 'package' must be applied to package (have rule)"
      ),
      (
        "package a\n# METADATA\n# {}\nimport data.x",
        "2: invalid annotation scope 'import'. Use one of 'rule', 'document', 'package', or 'subpackages'"
      ),
      (
        "package a\n# METADATA\n# {\"scope\": \"rule\", \"entrypoint\": true}\np := 1",
        "2: annotation entrypoint applied to non-document or package scope 'rule'"
      ),
      ("package a\n# METADATA\n# {}", "2: invalid annotation scope ''"),
      (
        "package a\n# METADATA\n# {\"authors\": [\"\"]}\np := 1",
        "2: invalid author definition : author is an empty string"
      ),
      (
        "package a\n# METADATA\n# {\"related_resources\": [{}]}\np := 1",
        "2: invalid related-resource definition {}: 'ref' value required in object"
      ),
      ("package a\n# METADATA\n# {\"schemas\": [{\"input\": \"x\"}]}\np := 1", "2: invalid schema reference"),
      (
        "package a\n# METADATA\n# {\"scope\": \"document\"}\np if 1\n# METADATA\n# {\"scope\": \"document\"}\np if 2",
        "5: document annotation redeclared"
      ),
    ])
  func problems(text: String, wanted: String) throws {
    let error = try #require(read(text).errors.first)
    let found = "\(error.location?.line ?? 0): \(error.message)"
    #expect(found.hasPrefix(wanted), "\(found)")
  }

  @Test("A block ends with the first gap; other comments are none")
  func ends() throws {
    let reader = try read("# METADATA\n# {\"title\": \"a\"}\n\n# {broken\npackage a\n\n# about METADATA\np := 1\n")
    #expect(reader.annotations.map(\.title) == ["a"])
    #expect(reader.errors.isEmpty)
  }
}
