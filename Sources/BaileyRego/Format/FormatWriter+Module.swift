extension FormatWriter {
  mutating func module(_ module: Module) {
    writePackage(module)
    var (imports, rules) = (module.imports[...].sorted { $0.location.row < $1.location.row }[...], module.rules[...])
    while !imports.isEmpty || !rules.isEmpty {
      let nextRule = rules.first?.location.row ?? .max
      let someImports = imports.prefix { $0.location.row <= nextRule }
      imports = imports.dropFirst(someImports.count)
      writeImports(Array(someImports))
      let nextImport = imports.first?.location.row ?? .max
      let someRules = rules.prefix { $0.location.row < nextImport }
      rules = rules.dropFirst(someRules.count)
      writeRules(Array(someRules))
    }
    for comment in comments { writeLine(comment) }
    finish()
  }

  private mutating func writePackage(_ module: Module) {
    insertOuterComments(before: module.packageLocation.row)
    startLine()
    write("package ")
    path(module.package)
    blankLine()
  }

  /// `a.b["c-d"]`.
  mutating func path(_ names: [Value]) {
    write(names.first.map { String($0) } ?? "")
    for name in names.dropFirst() { writeReferenceString(name, isQuoted: false) }
  }

  private mutating func writeImports(_ imports: [Import]) {
    for group in groups(imports) {
      let rows = Set(group.map(\.location.row))
      let beside = comments.filter { rows.contains($0.row) }
      comments = comments.filter { !rows.contains($0.row) }[...]
      if let first = group.first { insertOuterComments(before: first.location.row) }
      for item in group.sorted(by: Self.precedes) {
        startLine()
        write(item)
        held = beside.last { $0.row == item.location.row }
        endLine()
      }
      blankLine()
    }
  }

  private func groups(_ imports: [Import]) -> [[Import]] {
    var groups: [[Import]] = []
    var row = Int.min / 2
    for item in imports {
      if item.location.row - row > 1 { groups.append([]) }
      groups[groups.count - 1].append(item)
      row = item.location.row
    }
    return groups
  }

  private static func precedes(_ left: Import, _ right: Import) -> Bool {
    let (first, second) = (left.path.map { String($0) }, right.path.map { String($0) })
    if first != second {
      return first.lexicographicallyPrecedes(second) { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
    return (left.alias.map { String($0) } ?? "") < (right.alias.map { String($0) } ?? "")
  }

  private mutating func write(_ item: Import) {
    write("import ")
    path(item.path)
    if let alias = item.alias { write(" as " + String(alias)) }
  }
}
