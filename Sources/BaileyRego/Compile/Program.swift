/// A compiled policy, ready to be evaluated any number of times, by several threads at once.
package final class Program {
  let heap: Heap
  let registry: Registry
  let constants: [Value]
  let paths: [[Value]]
  let procedures: [Procedure]
  let overlays: [Overlay]
  let switches: [[Value.Key: Target]]
  let tree: RuleTree
  /// The procedure of each query, behind those of the groups.
  let queries: [Int]
  let tracePoints: [TracePoint]
  let explained: Explained
  package let files: [String]

  init(
    heap: Heap, registry: Registry, pool: Pool, procedures: [Procedure], tree: RuleTree, queries: [Int], files: [String]
  ) {
    self.heap = heap
    self.registry = registry
    constants = pool.constants
    paths = pool.paths
    overlays = pool.overlays
    switches = pool.switches
    tracePoints = pool.tracePoints
    explained = pool.explained
    self.procedures = procedures
    self.tree = tree
    self.queries = queries
    self.files = files
  }
}

/// Constants that procedures share.
struct Pool {
  private(set) var constants: [Value] = [.undefined, .true, .false, .null]
  private(set) var paths: [[Value]] = []
  var overlays: [Overlay] = []
  /// Where to go on for each value.
  var switches: [[Value.Key: Target]] = []
  var tracePoints: [TracePoint] = []
  var explained = Explained()
  private var known: [Value.Key: Int] = [
    Value.undefined.key: 0, Value.true.key: 1, Value.false.key: 2, Value.null.key: 3,
  ]

  static let undefined: Operand = -1

  mutating func constant(_ value: Value) -> Operand {
    if let index = known[value.key] { return Operand(~index) }
    constants.append(value)
    known[value.key] = constants.count - 1
    return Operand(~(constants.count - 1))
  }

  mutating func path(_ path: [Value]) -> Int32 {
    paths.append(path)
    return Int32(paths.count - 1)
  }
}

/// A module's name and text.
package struct Source: Sendable {
  package var name: String
  package var text: [UInt8]
  package var isVersion1: Bool

  package init(name: String, text: [UInt8], isVersion1: Bool = true) {
    self.name = name
    self.text = text
    self.isVersion1 = isVersion1
  }
}

/// One or more errors of one compilation.
package struct CompileFailure: Error {
  package var errors: [RegoError]
}

extension Program {
  private static let defaultRegistry = Registry()

  /// Compiles modules and the queries that will be asked of them.
  package static func compile(
    _ sources: [Source], queries: [String], registry: Registry? = nil, isStrict: Bool = false
  ) throws(CompileFailure) -> Program {
    let heap = Heap()
    let modules = try read(sources, heap, yaml: registry?.yaml)
    return try compile(
      modules, files: sources.map(\.name), queries: queries, registry: registry, heap: heap, isStrict: isStrict)
  }

  static func read(_ sources: [Source], _ heap: Heap, yaml: Registry.YAML? = nil) throws(CompileFailure) -> [Module] {
    do throws(RegoError) {
      var modules: [Module] = []
      for (index, source) in sources.enumerated() {
        var parser = try Parser(source.text, file: Int32(index), version1: source.isVersion1, heap: heap)
        modules.append(try parser.module())
      }
      for annotation in try Metadata.read(sources, yaml: yaml) {
        modules[Int(annotation.location.file)].annotations.append(annotation)
      }
      return modules
    } catch {
      throw CompileFailure(errors: error.all)
    }
  }

  /// The same for modules that were read.
  static func compile(
    _ modules: [Module], files: [String], queries: [String], registry: Registry?, heap: Heap,
    reports: Reports = .nothing,
    isStrict: Bool = false
  ) throws(CompileFailure) -> Program {
    do throws(RegoError) {
      for module in modules { try registry?.features?.check(module) }
      let rules = try RuleSet(modules, registry: registry ?? defaultRegistry, heap: heap, isStrict: isStrict)
      try refuse(rules.errors)
      let (order, circles) = Recursion(rules.tree).order()
      try refuse(circles)
      var types = TypeCheck(registry: rules.registry)
      for index in order {
        let group = rules.tree.groups[index]
        for rule in group.rules { types.rule(rule, at: rules.tree.nodes[group.node].path) }
      }
      try refuse(types.errors)
      return try link(Lowering(rules: rules, reports: reports), types, queries, heap, files: files)
    } catch {
      throw CompileFailure(errors: error.all)
    }
  }

  private static func refuse(_ errors: [RegoError]) throws(RegoError) {
    if !errors.isEmpty { throw CompileErrors.wrap(errors) }
  }

  private static func link(
    _ start: Lowering, _ documents: TypeCheck, _ queries: [String], _ heap: Heap, files: [String]
  ) throws(RegoError) -> Program {
    var lowering = start
    let rules = start.rules
    var procedures: [Procedure] = []
    for group in rules.tree.groups { procedures.append(try lowering.group(group)) }
    var numbers: [Int] = []
    for (index, text) in queries.enumerated() {
      var parser = try Parser(Array(text.utf8), file: Int32(files.count + index), version1: true, heap: heap)
      let (body, slots, errors) = try rules.resolve(query: parser.body(until: .end))
      try refuse(errors)
      var types = documents
      types.query(body, slots)
      try refuse(types.errors)
      procedures.append(try lowering.query(body, slots))
      numbers.append(procedures.count - 1)
    }
    return Program(
      heap: heap, registry: rules.registry, pool: lowering.pool, procedures: procedures, tree: lowering.tree,
      queries: numbers, files: files + queries.indices.map { _ in "query" })
  }
}

/// Several errors carried as one: the first leads.
enum CompileErrors {
  static func wrap(_ errors: [RegoError]) -> RegoError {
    var first = errors[0]
    first.others = Array(errors.dropFirst())
    return first
  }
}

extension RegoError {
  var all: [RegoError] {
    var first = self
    first.others = []
    return [first] + others
  }
}
