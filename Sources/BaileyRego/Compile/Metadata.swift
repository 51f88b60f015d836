/// Answers `rego.metadata` while a rule is compiled: what its annotations say is constant.
struct Metadata {
  let annotations: [Annotation]

  /// The annotations of all modules, if one of them asks for any.
  static func read(_ sources: [Source], yaml: Registry.YAML?) throws(RegoError) -> [Annotation] {
    guard sources.contains(where: { has("rego.metadata.", $0.text) }) else { return [] }
    var found: [Annotation] = []
    for (file, source) in sources.enumerated() where has("METADATA", source.text) {
      let reader = try AnnotationReader(source, file: Int32(file)) { (text, heap) throws(AnnotationReader.Problem) in
        guard let yaml else { throw AnnotationReader.Problem("there is no reader of YAML") }
        return try yaml(text, heap)
      }
      if !reader.errors.isEmpty { throw CompileErrors.wrap(reader.errors) }
      found += reader.annotations
    }
    return found
  }

  private static func has(_ word: String, _ text: [UInt8]) -> Bool {
    let word = Array(word.utf8)
    guard text.count >= word.count else { return false }
    return (0...(text.count - word.count)).contains { text[$0] == word[0] && text[$0...].starts(with: word) }
  }

  /// From the rule up to the root of packages.
  func chain(_ rule: Rule, _ package: [Value], _ heap: Heap) throws(RegoError) -> Value {
    let path = package + RuleSet.constantPath(rule)
    var links = try own(rule).map { annotation throws(RegoError) in try link(path, annotation, heap) }
    if links.isEmpty { links = [try link(path, nil, heap)] }
    let names = path.map { String($0) }
    if let document = first(.document, names) { links.append(try link(path, document, heap)) }
    let packageNames = package.map { String($0) }
    if let annotation = first(.package, packageNames) { links.append(try link(package, annotation, heap)) }
    for count in stride(from: package.count, through: 0, by: -1) {
      guard let annotation = first(.subpackages, Array(packageNames.prefix(count))) else { continue }
      links.append(try link(Array(package.prefix(count)), annotation, heap))
    }
    return heap.array(links)
  }

  /// What stands above the rule itself, or nothing.
  func rule(_ rule: Rule, _ heap: Heap) throws(RegoError) -> Value {
    try own(rule).first?.value(heap) ?? .emptyObject
  }

  /// The block closest to the rule comes first.
  private func own(_ rule: Rule) -> [Annotation] {
    annotations.filter {
      $0.scope == .rule && $0.target.file == rule.location.file && $0.target.line == rule.location.line
    }.reversed()
  }

  private func first(_ scope: Annotation.Scope, _ path: [String]) -> Annotation? {
    annotations.first { $0.scope == scope && $0.path == path }
  }

  private func link(_ path: [Value], _ annotation: Annotation?, _ heap: Heap) throws(RegoError) -> Value {
    var pairs = [(key: heap.string("path"), value: heap.array(path))]
    if let annotation { pairs.append((heap.string("annotations"), try annotation.value(heap))) }
    return heap.object(pairs)
  }
}
