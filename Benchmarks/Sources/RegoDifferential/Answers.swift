import BaileyRego
import BaileyRegoLibraries
import RegoOracle

/// What an engine says: a value in one normal form, or the code of its error.
enum Answer: Equatable, CustomStringConvertible {
  case value(String)
  case error(code: String, text: String)

  static func == (left: Answer, right: Answer) -> Bool {
    switch (left, right) {
    case (.value(let first), .value(let second)): first == second
    case (.error(let first, _), .error(let second, _)): first == second
    default: false
    }
  }

  var description: String {
    switch self {
    case .value(let text): text
    case .error(_, let text): "error: " + text
    }
  }

  static func failed(_ text: String) -> Answer {
    let codes = [
      "rego_parse_error", "rego_type_error", "rego_compile_error", "rego_unsafe_var_error", "rego_recursion_error",
      "eval_conflict_error", "eval_type_error", "eval_builtin_error",
    ]
    return .error(code: codes.first { text.contains($0) } ?? text, text: text)
  }
}

/// Differences that are OPA's own.
enum Explained {
  static func reason(_ ours: Answer, _ theirs: Answer, _ module: String) -> String? {
    if case .error(_, let text) = theirs {
      // A match of two operands of which nothing is known is no error here.
      if text.contains("left  : ???\\n\\tright : ???") || text.contains("[???") { return "unknown types cannot match" }
      if text.contains(#/undefined ref: \[[^\n]* \| /#) { return "an array of parameters has no items for OPA's types" }
      if text.contains(#/undefined ref: v\d+\[/#), module.contains(#/v\d+ := \[a\d \|/#) {
        return "an array of parameters has no items for OPA's types"
      }
      if text.contains("that requires evaluation") { return "an unsafe variable is found only when it is used" }
    }
    switch (ours, theirs) {
    case (.error("rego_parse_error", let text), .value)
    where text.contains("default rule must have a value") && module.contains("default "):
      return "a default rule without a value is refused"
    case (.error(let own, _), .error(let other, _)) where own.hasPrefix("rego_") && other.hasPrefix("rego_"):
      return "several things are wrong, and another is said first"
    case (.error("eval_conflict_error", _), .value), (.error("eval_builtin_error", _), .value),
      (.error("eval_type_error", _), .value):
      return "the index leads past a rule with an error"
    case (.error("rego_parse_error", _), .value) where module.contains(#/\nr\d \[/#):
      return "a space before the bracket in the head of a rule is refused"
    case (_, .error("rego_recursion_error", _)) where module.contains("with data as"):
      return "a rule that replaces all data calls itself, to OPA"
    case (.value, .error("rego_unsafe_var_error", _)) where module.contains("every "):
      return "a variable of an every is bound behind it"
    default: break
    }
    if case .error("rego_unsafe_var_error", _) = ours, module.contains("every ") || module.contains("else") {
      // In the rest of a body with `every`, and behind `else`, OPA lets some unsafe variables pass.
      if case .value = theirs { return "an unsafe variable is not found" }
    }
    return nil
  }
}

/// This engine.
struct Ours {
  private let machine: Machine?
  private let failure: Answer?
  private let sources: [Source]

  init(_ module: String) {
    sources = [Source(name: "m.rego", text: Array(module.utf8))]
    do throws(CompileFailure) {
      machine = Machine(try Program.compile(sources, queries: ["x = data.t"], registry: Libraries.registry))
      failure = nil
    } catch {
      machine = nil
      failure = .failed(error.errors.map { $0.text(files: ["m.rego"]) }.joined(separator: "; "))
    }
  }

  func answer(_ input: String) -> Answer {
    guard let machine else { return failure ?? .value("") }
    machine.prepare()
    do throws(RegoError) {
      let input = try JSONReader.read(Array(input.utf8), into: machine.heap)
      let rows = try machine.evaluate(input: input, strict: true)
      return .value(rows.read { rows, _ in Normal.text(rows) })
    } catch {
      return .failed(error.text(files: ["m.rego"]))
    }
  }
}

/// OPA.
struct Theirs {
  private let oracle: Oracle
  private var refusal: String?

  init(_ oracle: Oracle, _ module: String) {
    self.oracle = oracle
    oracle.reset()
    let reply = oracle.add(policy: module, name: "m.rego")
    refusal = reply.contains("\"error\"") ? reply : nil
  }

  func answer(_ input: String) -> Answer {
    if let refusal { return .failed(refusal) }
    let reply = oracle.query("x = data.t", input: input)
    guard let document = try? Document(json: Array(reply.utf8)) else { return .failed("no JSON: " + reply) }
    return document["result"].read { rows, heap in
      guard rows.tag == .array else { return .failed(reply) }
      let bindings = (0..<rows.count).map { rows.item($0).child(heap.string("bindings")) }
      return .value(Normal.text(heap.array(bindings)))
    }
  }
}

/// Text that is equal for values that JSON does not tell apart.
enum Normal {
  static func text(_ value: Value) -> String {
    switch value.tag {
    case .array, .set: "[" + (0..<value.count).map { text(value.item($0)) }.joined(separator: ",") + "]"
    case .object:
      "{"
        + (0..<value.count).map { name(value.item($0)) + ":" + text(value.value($0)) }.sorted().joined(separator: ",")
        + "}"
    default: String(decoding: JSONWriter.write(value), as: UTF8.self)
    }
  }

  private static func name(_ key: Value) -> String {
    let text = String(decoding: JSONWriter.write(key), as: UTF8.self)
    return key.tag == .string ? text : "\"" + text + "\""
  }
}
