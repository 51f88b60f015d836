/// Reads the `# METADATA` blocks of a module, and says what is wrong with them in OPA's words.
package struct AnnotationReader {
  /// Reads YAML; throws the problem and its line within the text, from 1, if known.
  package typealias YAML = ([UInt8], Heap) throws(Problem) -> Value

  package struct Problem: Error {
    package var message: String
    package var line: Int?

    package init(_ message: String, line: Int? = nil) {
      self.message = message
      self.line = line
    }
  }

  package private(set) var annotations: [Annotation] = []
  package private(set) var errors: [RegoError] = []

  package init(_ source: Source, file: Int32 = 0, yaml: YAML) throws(RegoError) {
    let heap = Heap()
    defer { withExtendedLifetime(heap) {} }
    var parser = try Parser(source.text, file: file, version1: source.isVersion1, heap: heap)
    let module = try parser.module()
    for block in Self.blocks(SourceText(source.text, parser.lexer.comments.locations)) {
      var location = Location(file: file, line: Int32(block.row), column: Int32(block.column))
      do throws(Problem) {
        let document = try yaml(try block.text(), heap)
        var annotation = try AnnotationFields(document, heap).annotation()
        annotation.location = location
        try attach(&annotation, AnnotationFields.scope(document, heap), module, location)
      } catch {
        if let line = error.line { location.line = Int32(block.row + min(line, block.lines.count)) }
        errors.append(RegoError(.parse, error.message, location))
      }
    }
    errors += redeclared()
  }

  // MARK: Blocks

  private struct Block {
    var row: Int
    var column: Int
    var lines: [ArraySlice<UInt8>] = []

    /// The YAML: each line without `# `.
    func text() throws(Problem) -> [UInt8] {
      let text = lines.reduce(into: [UInt8]()) { text, line in
        let content = line.dropFirst()
        text += content.first == 0x20 ? content.dropFirst() : content
        text.append(0x0A)
      }
      if text.allSatisfy(SourceText.isSpace) { throw Problem("expected METADATA block, found whitespace") }
      return text
    }
  }

  /// A block goes on while comments follow each other in the first column.
  private static func blocks(_ source: SourceText) -> [Block] {
    var blocks: [Block] = []
    var lastRow: Int?
    for comment in source.comments {
      if let row = lastRow, comment.row == row + 1, source.column(of: comment.span.lowerBound) == 1 {
        blocks[blocks.count - 1].lines.append(comment.text)
        lastRow = comment.row
      } else if comment.text.dropFirst().drop(while: SourceText.isSpace).starts(with: "METADATA".utf8) {
        blocks.append(Block(row: comment.row, column: source.column(of: comment.span.lowerBound)))
        lastRow = comment.row
      } else {
        lastRow = nil
      }
    }
    return blocks
  }

  // MARK: Targets

  private enum Target {
    case package
    case `import`
    case rule(Rule)

    var name: String {
      switch self {
      case .package: "package"
      case .import: "import"
      case .rule: "rule"
      }
    }
  }

  private mutating func attach(
    _ annotation: inout Annotation, _ scope: String?, _ module: Module, _ location: Location
  ) throws(Problem) {
    let found = Self.target(below: annotation.location.row, module)
    let scope = scope ?? Self.defaultScope(found?.target, isEntrypoint: annotation.isEntrypoint)
    guard let known = Annotation.Scope(rawValue: scope) else {
      throw Problem(
        "invalid annotation scope '\(scope)'. Use one of 'rule', 'document', 'package', or 'subpackages'")
    }
    annotation.scope = known
    annotation.path = module.package.map { String($0) }
    try place(&annotation, found?.target)
    if annotation.isEntrypoint, known != .document, known != .package {
      throw Problem("annotation entrypoint applied to non-document or package scope '\(scope)'")
    }
    annotation.target = found?.location ?? location
    annotations.append(annotation)
  }

  private func place(_ annotation: inout Annotation, _ target: Target?) throws(Problem) {
    let have = target.map { " (have \($0.name))" } ?? ""
    switch (annotation.scope, target) {
    case (.rule, .rule(let rule)), (.document, .rule(let rule)):
      annotation.path += RuleSet.constantPath(rule).map { String($0) }
    case (.package, .package), (.subpackages, .package): break
    case (.rule, _), (.document, _):
      throw Problem("annotation scope '\(annotation.scope.rawValue)' must be applied to rule\(have)")
    case (.package, _), (.subpackages, _):
      throw Problem("annotation scope '\(annotation.scope.rawValue)' must be applied to package\(have)")
    }
  }

  private static func defaultScope(_ target: Target?, isEntrypoint: Bool) -> String {
    switch target {
    case .rule: isEntrypoint ? "document" : "rule"
    case .package: "package"
    case .import: "import"
    case nil: ""
    }
  }

  /// The first statement below a row.
  private static func target(below row: Int, _ module: Module) -> (target: Target, location: Location)? {
    var all: [(target: Target, location: Location)] = [(.package, module.packageLocation)]
    all += module.imports.map { (.import, $0.location) } + module.rules.map { (.rule($0), $0.location) }
    return all.filter { $0.location.row > row }.min { $0.location.row < $1.location.row }
  }

  /// A package, and a document of several rules, is described once.
  private func redeclared() -> [RegoError] {
    var known: Set<String> = []
    return annotations.compactMap { annotation in
      guard annotation.scope == .package || annotation.scope == .document else { return nil }
      let isNew = known.insert(([annotation.scope.rawValue] + annotation.path).joined(separator: "\u{0}")).inserted
      return isNew
        ? nil : RegoError(.type, "\(annotation.scope.rawValue) annotation redeclared", annotation.location)
    }
  }
}
