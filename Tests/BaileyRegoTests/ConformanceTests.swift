import BaileyRego
import BaileyRegoLibraries
import Testing

/// Runs vectors that OPA answered, and counts by folder.
@Suite("The engine agrees with OPA", .enabled(if: Vectors.root != nil), .serialized)
struct ConformanceTests {
  @Test("OPA's own cases pass, but for those listed as not yet")
  func official() throws {
    let root = try #require(Vectors.root) + "/opa-v1"
    var tally = Tally()
    for folder in Vectors.names(in: root) {
      for file in Vectors.names(in: root + "/" + folder) where file.hasSuffix(".json") {
        try run(root + "/" + folder + "/" + file, folder, &tally)
      }
    }
    tally.report("opa-v1")
    #expect(tally.passed > 1600)
    #expect(tally.unexplained == [])
  }

  private func run(_ path: String, _ folder: String, _ tally: inout Tally) throws {
    let heap = Heap()
    let file = try JSONReader.read(try #require(Vectors.bytes(path)), into: heap)
    let cases = file["cases", heap]
    for index in 0..<cases.count {
      let item = cases.item(index)
      let name = folder + "/" + (path.split(separator: "/").last ?? "") + "#\(index)"
      tally.add(folder, name, String(item["note", heap]), Case(item, heap).failure())
    }
  }

  @Test("OPA's answers to builtins pass, but for those listed as not yet")
  func extra() throws {
    let root = try #require(Vectors.root) + "/extra"
    var tally = Tally()
    for file in Vectors.names(in: root) where file.hasSuffix(".json") {
      let heap = Heap()
      let content = try JSONReader.read(try #require(Vectors.bytes(root + "/" + file)), into: heap)
      ExtraFile(content, heap, file).run(&tally)
    }
    tally.report("extra")
    #expect(tally.passed > 3300)
    #expect(tally.unexplained == [])
  }
}

/// Passed and failed by folder.
struct Tally {
  private var folders: [String: (passed: Int, failed: Int)] = [:]
  private(set) var unexplained: [String] = []
  private(set) var passed = 0

  mutating func add(_ folder: String, _ name: String, _ note: String, _ failure: String?) {
    if let failure {
      folders[folder, default: (0, 0)].failed += 1
      if !NotYet.explains(failure) { unexplained.append(name) }
      if Vectors.environment("REGO_VERBOSE") != nil { print("FAIL \(name) \(note): \(failure)") }
    } else {
      passed += 1
      folders[folder, default: (0, 0)].passed += 1
    }
  }

  func report(_ title: String) {
    for (folder, count) in folders.sorted(by: { $0.key < $1.key }) where count.failed > 0 {
      print("\(folder): \(count.passed) passed, \(count.failed) failed")
    }
    print("\(title): \(passed) passed, \(folders.values.reduce(0) { $0 + $1.failed }) failed")
  }
}

/// One case of OPA's own suite.
struct Case {
  private let item: Value
  private let heap: Heap

  init(_ item: Value, _ heap: Heap) {
    self.item = item
    self.heap = heap
  }

  /// What is wrong, or nil.
  func failure() -> String? {
    let wantsError = !item["want_error_code", heap].isMissing || !item["want_error", heap].isMissing
    do throws(Outcome) {
      let answer = try evaluate()
      if item["want_result", heap].isMissing { return wantsError ? "no error; got \(answer)" : nil }
      let wanted = normal(item["want_result", heap])
      return wanted == answer ? nil : "wanted \(wanted)\n     got    \(answer)"
    } catch {
      guard wantsError else { return "error \(error.text)" }
      let (code, text) = (String(item["want_error_code", heap]), String(item["want_error", heap]))
      if !code.isEmpty, !error.text.contains(code) { return "wanted \(code), got \(error.text)" }
      return text.isEmpty || error.text.contains(text) ? nil : "wanted error \(text), got \(error.text)"
    }
  }

  struct Outcome: Error { var text: String }

  private func evaluate() throws(Outcome) -> String {
    let modules = item["modules", heap]
    let sources = (0..<(modules.isMissing ? 0 : modules.count)).map {
      Source(name: "test-\($0).rego", text: Array(modules.item($0).text))
    }
    do {
      var queries = [String(item["query", heap])]
      if !item["input_term", heap].isMissing { queries.append("x = " + String(item["input_term", heap])) }
      let program = try Program.compile(sources, queries: queries, registry: Libraries.registry)
      let machine = Machine(program)
      machine.prepare(nowNanoseconds: 1_790_000_000_000_000_000, seed: 7)
      let input = try readInput(machine)
      let data = item["data", heap].isMissing ? Value.emptyObject : try copy(item["data", heap], machine.heap)
      let strict = item["strict_error", heap].isTrue
      return normal(try machine.evaluate(input: input, data: data, strict: strict))
    } catch let failure as CompileFailure {
      throw Outcome(text: failure.errors.map { $0.text(files: sources.map(\.name)) }.joined(separator: "; "))
    } catch let error as RegoError {
      throw Outcome(text: error.text(files: sources.map(\.name)))
    } catch {
      throw Outcome(text: "\(error)")
    }
  }

  private func readInput(_ machine: Machine) throws -> Value {
    if !item["input_term", heap].isMissing {
      return try machine.evaluate(query: 1).item(0)["x", machine.heap]
    }
    let input = item["input", heap]
    return input.isMissing ? .undefined : try copy(input, machine.heap)
  }

  private func copy(_ value: Value, _ target: Heap) throws -> Value {
    try JSONReader.read(JSONWriter.write(value), into: target)
  }

  /// JSON with every array sorted where the case does not fix the order; sets come as sorted arrays anyway.
  private func normal(_ value: Value) -> String {
    Normal.text(value, sorted: true)
  }
}

/// One file of builtin calls.
struct ExtraFile {
  private let content: Value
  private let heap: Heap
  private let name: String

  init(_ content: Value, _ heap: Heap, _ name: String) {
    self.content = content
    self.heap = heap
    self.name = name
  }

  func run(_ tally: inout Tally) {
    let cases = content["cases", heap]
    do {
      let query = String(content["query", heap])
      let machine = Machine(try Program.compile([], queries: [query], registry: Libraries.registry))
      for index in 0..<cases.count { tally.add(name, "\(name)#\(index)", "", failure(cases.item(index), machine)) }
    } catch {
      let why = error.errors.map(\.message).joined(separator: "; ")
      for index in 0..<cases.count { tally.add(name, "\(name)#\(index)", "", why) }
    }
  }

  private func failure(_ item: Value, _ machine: Machine) -> String? {
    let (result, wantedError) = (item["result", heap], item["error", heap])
    let input = Normal.text(item["input", heap], sorted: false)
    do {
      machine.prepare()
      let input = try JSONReader.read(JSONWriter.write(item["input", heap]), into: machine.heap)
      let answer = try machine.evaluate(input: input, strict: true)
      if !wantedError.isMissing { return "\(Normal.text(input, sorted: false)): wanted error \(String(wantedError))" }
      guard answer.count > 0 else { return result.isMissing ? nil : "\(Normal.text(input, sorted: false)): undefined" }
      let (got, wanted) = (answer.item(0)["x", machine.heap], result)
      if Normal.text(got, sorted: false) == Normal.text(wanted, sorted: false) { return nil }
      return
        "\(Normal.text(input, sorted: false)): wanted \(Normal.text(wanted, sorted: false)), got \(Normal.text(got, sorted: false))"
    } catch {
      if wantedError.isMissing { return "\(input): error \(error.message)" }
      let wanted = String(wantedError)
      guard wanted.contains("eval_") else { return nil }
      let message = error.message
      return wanted.hasSuffix(message) ? nil : "\(input): wanted \(wanted), got \(message)"
    }
  }
}

/// Text that is equal for values that JSON cannot tell apart.
enum Normal {
  static func text(_ value: Value, sorted: Bool) -> String {
    switch value.tag {
    case .number, .integer:
      let text = String(decoding: JSONWriter.write(value), as: UTF8.self)
      // The vectors went through a reader that knows no negative zero.
      if text == "-0" { return "0" }
      return text.contains { ".eE".contains($0) } ? number(text) : text
    case .array, .set:
      let items = (0..<value.count).map { text(value.item($0), sorted: sorted) }
      return "[" + (sorted || value.tag == .set ? items.sorted() : items).joined(separator: ",") + "]"
    case .object:
      let pairs = (0..<value.count).map { index in
        let heap = Heap()
        let key = value.item(index)
        let name = key.tag == .string ? key : heap.string(JSONWriter.write(key))
        return text(name, sorted: sorted) + ":" + text(value.value(index), sorted: sorted)
      }
      return "{" + pairs.sorted().joined(separator: ",") + "}"
    default: return String(decoding: JSONWriter.write(value), as: UTF8.self)
    }
  }

  private static func number(_ text: String) -> String {
    guard let value = Double(text) else { return text }
    return value == value.rounded() && value.magnitude < 1e15 ? String(Int(value)) : "\(value)"
  }
}

extension Value {
  subscript(_ key: String, _ heap: Heap) -> Value { child(heap.string(key)) }
  var isMissing: Bool { tag == .undefined }
  var isTrue: Bool { tag == .boolean && JSONWriter.write(self).count == 4 }
}
