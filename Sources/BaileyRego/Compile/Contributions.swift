/// Modules compiled for decisions: every document of the given names, in whatever package, and the rules that make it.
///
/// Query 0 gives all documents: an array with an entry for each, itself an array that is empty where the document is undefined.
/// Query `1 + n` gives, for document n, one such entry for each of its rules alone, so that a value has a place in the source.
package struct Contributions: Sendable {
  package struct Document: Sendable {
    package var name: String
    package var package: [String]
    package var rules: [Rule] = []

    package init(name: String, package: [String]) {
      self.name = name
      self.package = package
    }
  }

  package struct Rule: Sendable {
    package var location: Location
    /// What holds when no other rule does; it has no entry of its own.
    package var isDefault: Bool
  }

  /// A path that is read from `input`: its constant beginning.
  package struct InputPath: Sendable, Equatable {
    package var names: [String]
    package var location: Location
  }

  package let program: Program
  package let documents: [Document]
  package let inputPaths: [InputPath]
  package let packages: [[String]]
}

extension Contributions {
  package static func compile(
    _ sources: [Source], names: Set<String>, registry: Registry
  ) throws(CompileFailure) -> Contributions {
    let heap = Heap()
    var modules = try Program.read(sources, heap)
    let inputPaths = try paths(modules, registry, heap)
    let documents = attribute(&modules, names, heap)
    let program: Program
    do throws(CompileFailure) {
      program = try Program.compile(
        modules, files: sources.map(\.name), queries: queries(documents), registry: registry, heap: heap)
    } catch {
      throw CompileFailure(errors: unique(error.errors))
    }
    return Contributions(
      program: program, documents: documents, inputPaths: inputPaths,
      packages: modules.map { $0.package.map { String($0) } })
  }

  /// Every package has a part in decisions, but for those below `lib` and those whose name ends with `_test`.
  static func contributes(_ package: [String]) -> Bool {
    package.first != "lib" && package.last?.hasSuffix("_test") != true
  }

  /// Gives every contributing rule a twin under a name that no policy can write.
  private static func attribute(
    _ modules: inout [Module], _ names: Set<String>, _ heap: Heap
  ) -> [Document] {
    var documents: [Document] = []
    for index in modules.indices {
      let package = modules[index].package.map { String($0) }
      guard contributes(package) else { continue }
      for rule in modules[index].rules where rule.arguments == nil {
        guard case .name(let value) = rule.path[0].node, names.contains(String(value)) else { continue }
        let at = find(String(value), package, &documents)
        if !rule.isDefault {
          var twin = rule
          twin.path[0] = Term(.name(heap.string(documents[at].twin(documents[at].rules.count))), rule.path[0].location)
          modules[index].rules.append(twin)
        }
        documents[at].rules.append(Rule(location: rule.location, isDefault: rule.isDefault))
      }
    }
    return documents
  }

  private static func find(_ name: String, _ package: [String], _ documents: inout [Document]) -> Int {
    if let at = documents.firstIndex(where: { $0.name == name && $0.package == package }) { return at }
    documents.append(Document(name: name, package: package))
    return documents.count - 1
  }

  private static func queries(_ documents: [Document]) -> [String] {
    let all = documents.map { $0.query($0.name) }
    let each = documents.map { document in
      "x = [" + document.rules.indices.map { document.query(document.twin($0)) }.joined(separator: ", ") + "]"
    }
    return ["x = [" + all.joined(separator: ", ") + "]"] + each
  }

  private static func unique(_ errors: [RegoError]) -> [RegoError] {
    var kept: [RegoError] = []
    for error in errors where !kept.contains(where: { $0.location == error.location && $0.message == error.message }) {
      kept.append(error)
    }
    return kept
  }
}

extension Contributions.Document {
  fileprivate func twin(_ index: Int) -> String { "\(name) \(index)" }

  /// The document in an array of its own, so that undefined is empty. A default's twin does not exist and is undefined too.
  fileprivate func query(_ name: String) -> String {
    let path = (package + [name]).map { "[\(quoted($0))]" }.joined()
    return "[v | v := data\(path)]"
  }

  private func quoted(_ text: String) -> String {
    var out: [UInt8] = []
    JSONWriter.escape(Array(text.utf8), escapesHTML: false, into: &out)
    return "\"" + String(decoding: out, as: UTF8.self) + "\""
  }
}

// MARK: - What is read of the input

extension Contributions {
  private static func paths(_ modules: [Module], _ registry: Registry, _ heap: Heap) throws(CompileFailure)
    -> [InputPath]
  {
    let rules: RuleSet
    do throws(RegoError) {
      rules = try RuleSet(modules, registry: registry, heap: heap)
    } catch {
      throw CompileFailure(errors: error.all)
    }
    if !rules.errors.isEmpty { throw CompileFailure(errors: rules.errors) }
    var found: [InputPath] = []
    let visitor = TermVisitor(entersClosures: true) { term in
      guard case .ref(let head, let path) = term.node, case .input = head.node else { return }
      let names = constants(path)
      if !names.isEmpty { found.append(InputPath(names: names, location: term.location)) }
    }
    for rule in rules.tree.groups.flatMap(\.rules) {
      (rule.arguments + rule.keys).forEach(visitor.term)
      for branch in rule.branches {
        visitor.term(branch.value)
        branch.body.forEach(visitor.statement)
      }
    }
    return found
  }

  private static func constants(_ path: [Term]) -> [String] {
    var names: [String] = []
    for term in path {
      guard case .scalar(let key) = term.node, key.tag == .string else { break }
      names.append(String(key))
    }
    return names
  }
}
