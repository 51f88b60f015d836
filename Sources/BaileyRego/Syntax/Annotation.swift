/// What a `# METADATA` block says of a rule, a document, a package or all packages below.
package struct Annotation: Sendable {
  package enum Scope: String, Sendable { case rule, document, package, subpackages }

  package struct Person: Sendable, Equatable {
    package var name: String
    package var email: String
  }

  package struct Resource: Sendable, Equatable {
    package var reference: String
    package var description: String
  }

  /// A path below `input` or `data`, and a schema by name or, as JSON, in place.
  package struct Schema: Sendable, Equatable {
    package var path: String
    package var name: String?
    package var definition: [UInt8]?
  }

  package var scope = Scope.rule
  package var title = ""
  package var description = ""
  package var organizations: [String] = []
  package var resources: [Resource] = []
  package var authors: [Person] = []
  package var schemas: [Schema] = []
  package var isEntrypoint = false
  /// By name, as JSON.
  package var custom: [(name: String, json: [UInt8])] = []
  /// Below `data`: the package's path, or the rule's.
  package var path: [String] = []
  /// The place of the block.
  package var location = Location()
  /// The line of the rule or package it stands above.
  package var target = Location()
}

extension Annotation {
  /// As `rego.metadata` and `opa inspect` show it.
  package func value(_ heap: Heap) throws(RegoError) -> Value {
    var fields: [(String, Value)] = [("scope", heap.string(scope.rawValue))]
    if !title.isEmpty { fields.append(("title", heap.string(title))) }
    if !description.isEmpty { fields.append(("description", heap.string(description))) }
    if isEntrypoint { fields.append(("entrypoint", .true)) }
    if !organizations.isEmpty { fields.append(("organizations", heap.array(organizations.map { heap.string($0) }))) }
    if !resources.isEmpty {
      let items = resources.map { Self.object([("ref", $0.reference), ("description", $0.description)], heap) }
      fields.append(("related_resources", heap.array(items)))
    }
    if !authors.isEmpty {
      fields.append(
        ("authors", heap.array(authors.map { Self.object([("name", $0.name), ("email", $0.email)], heap) })))
    }
    if !schemas.isEmpty { fields.append(("schemas", try schemaValue(heap))) }
    if !custom.isEmpty {
      var pairs: [(key: Value, value: Value)] = []
      for (name, json) in custom { pairs.append((heap.string(name), try JSONReader.read(json, into: heap))) }
      fields.append(("custom", heap.object(pairs)))
    }
    return heap.object(fields.map { (key: heap.string($0.0), value: $0.1) })
  }

  /// Only what is there.
  private static func object(_ fields: [(String, String)], _ heap: Heap) -> Value {
    heap.object(fields.filter { !$0.1.isEmpty }.map { (key: heap.string($0.0), value: heap.string($0.1)) })
  }

  private func schemaValue(_ heap: Heap) throws(RegoError) -> Value {
    var items: [Value] = []
    for schema in schemas {
      var pairs = [(key: heap.string("path"), value: Self.reference(schema.path, heap))]
      if let name = schema.name { pairs.append((heap.string("schema"), Self.reference(name, heap))) }
      if let definition = schema.definition {
        pairs.append((heap.string("definition"), try JSONReader.read(definition, into: heap)))
      }
      items.append(heap.object(pairs))
    }
    return heap.array(items)
  }

  private static func reference(_ path: String, _ heap: Heap) -> Value {
    heap.array(path.split(separator: ".").map { heap.string(String($0)) })
  }
}
