/// The layout of `opa fmt`: tabs, one statement a line, comments kept.
///
/// Line breaks in collections are the author's where a collection has more than one line of elements.
/// The result is read again before it is given out: text that lost a rule or a comment is never returned.
package enum Formatter {
  package enum Version: Sendable {
    case v0, v1
    /// Version 0 in, text that both versions read out.
    case v0ToV1
  }

  package static func format(_ text: [UInt8], version: Version = .v1) throws(RegoError) -> [UInt8] {
    var result = try pass(text, version)
    // A comment that moved may move once more; the second pass sees it where it stays.
    for _ in 0..<4 {
      let again = try pass(result, version == .v0ToV1 ? .v1 : version)
      if again == result { return result }
      result = again
    }
    throw RegoError(.format, "the layout does not come to rest; please report this module")
  }

  private static func pass(_ text: [UInt8], _ version: Version) throws(RegoError) -> [UInt8] {
    try Heap.lending { (heap) throws(RegoError) in try pass(text, version, heap) }
  }

  private static func pass(_ text: [UInt8], _ version: Version, _ heap: Heap) throws(RegoError) -> [UInt8] {
    let (module, comments) = try read(text, version1: version == .v1, heap)
    let source = SourceText(text, comments)
    let style = FormatStyle(module, version)
    var writer = FormatWriter(source: source, style: style)
    writer.module(style.imports(of: module, heap))
    try check(writer.out, module, comments.count, version, heap)
    return writer.out
  }

  private static func read(
    _ text: [UInt8], version1: Bool, _ heap: Heap
  ) throws(RegoError) -> (Module, [Location]) {
    var parser = try Parser(text, file: 0, version1: version1, heap: heap)
    let module = try parser.module()
    return (module, parser.lexer.comments.locations)
  }

  /// A slip of the layout must not reach a person's file.
  private static func check(
    _ text: [UInt8], _ module: Module, _ comments: Int, _ version: Version, _ heap: Heap
  ) throws(RegoError) {
    do throws(RegoError) {
      let (again, kept) = try read(text, version1: version != .v0, heap)
      if again.rules.count == module.rules.count, kept.count == comments { return }
    } catch {
      throw RegoError(.format, "the layout does not parse (\(error.message)); please report this module")
    }
    throw RegoError(.format, "the layout loses a rule or a comment; please report this module")
  }
}

/// What depends on the module as a whole.
struct FormatStyle: Sendable {
  var isVersion1: Bool
  var hasIf: Bool
  var hasContains: Bool
  /// Heads are written as references, not as `p["x"]`.
  var hasReferenceHeads: Bool
  private var version: Formatter.Version

  init(_ module: Module, _ version: Formatter.Version) {
    let names = module.imports.map { $0.path.map { String($0) }.joined(separator: ".") }
    self.version = version
    isVersion1 = version != .v0
    let all = isVersion1 || names.contains("rego.v1") || names.contains("future.keywords")
    hasIf = all || names.contains("future.keywords.if")
    hasContains = all || names.contains("future.keywords.contains")
    hasReferenceHeads = module.rules.contains { $0.path.count > 2 || ($0.path.count == 2 && $0.kind == .set) }
  }

  /// The module with the imports that the version wants.
  func imports(of module: Module, _ heap: Heap) -> Module {
    var module = module
    let isVersion1Import = { (item: Import) in item.path.map { String($0) } == ["rego", "v1"] }
    if version == .v0ToV1, !module.imports.contains(where: isVersion1Import) {
      let path = [heap.string("rego"), heap.string("v1")]
      module.imports.append(Import(path: path, location: Location(line: 1, column: 1)))
    }
    if module.imports.contains(where: isVersion1Import) {
      module.imports.removeAll { String($0.path[0]) == "future" }
    }
    return module
  }
}
