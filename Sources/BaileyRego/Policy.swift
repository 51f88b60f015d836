/// Modules and data, compiled once; any number of threads may evaluate it, each with an evaluator of its own.
///
///     let policy = try Policy(
///       modules: [Policy.Module(name: "agent.rego", text: text)], documents: ["data.agent.allow"])
///     let allow = try policy.evaluator().evaluate("data.agent.allow", input: Array(#"{"path":"/tmp/x"}"#.utf8))
///
/// The engine does no I/O and reads no clock but that of its limits: time of day and randomness come with each decision.
public struct Policy: Sendable {
  let base: BaseDocument
  let documents: [String: Int]
  let limits: EvaluationLimits

  /// A module's text, in UTF-8; its name stands in messages.
  public struct Module: Sendable {
    public var name: String
    public var text: [UInt8]
    /// Version 0 of the language otherwise.
    public var isVersion1: Bool

    public init(name: String, text: [UInt8], isVersion1: Bool = true) {
      (self.name, self.text, self.isVersion1) = (name, text, isVersion1)
    }

    public init(name: String, text: String, isVersion1: Bool = true) {
      self.init(name: name, text: Array(text.utf8), isVersion1: isVersion1)
    }
  }

  /// Compiles modules, with base data as a JSON object.
  ///
  /// - Parameters:
  ///   - documents: What will be asked: references such as `data.agent.allow`, or other terms.
  ///   - strict: Refuses unused variables and imports too, as `opa check --strict` does.
  /// - Throws: every problem that was found.
  public init(
    modules: [Module], documents: [String], data: [UInt8] = Array("{}".utf8), builtins: Builtins = .core,
    limits: EvaluationLimits = EvaluationLimits(), strict: Bool = false
  ) throws(PolicyFailure) {
    let sources = modules.map { Source(name: $0.name, text: $0.text, isVersion1: $0.isVersion1) }
    let files = sources.map(\.name)
    let program: Program
    do throws(CompileFailure) {
      program = try Program.compile(
        sources, queries: documents.map { "x = " + $0 }, registry: builtins.registry, isStrict: strict)
    } catch {
      throw PolicyFailure(error.errors, files)
    }
    do throws(RegoError) { base = try BaseDocument(data, for: program, limit: limits.memory) } catch {
      throw PolicyFailure(error.all, files)
    }
    self.documents = Dictionary(zip(documents, documents.indices)) { first, _ in first }
    self.limits = limits
  }

  /// What evaluates the policy, one decision at a time.
  public func evaluator() -> PolicyEvaluator { PolicyEvaluator(self) }
}

/// Evaluates a policy; not to be shared between threads. It keeps its memory from one decision to the next.
public final class PolicyEvaluator {
  private let policy: Policy
  private let machine: Machine

  init(_ policy: Policy) {
    self.policy = policy
    machine = Machine(policy.base, limits: policy.limits.limits)
  }

  /// A document for an input, as JSON with sorted keys; nil where it is undefined.
  ///
  /// - Parameters:
  ///   - document: One of those that the policy was made with.
  ///   - input: JSON; without it `input` is undefined.
  ///   - nowNanoseconds: The time since 1970 that `time.now_ns` gives.
  ///   - seed: Where `rand.intn` and `uuid.rfc4122` start; the same seed gives the same decision.
  ///   - strict: An error in a builtin ends the evaluation instead of making its expression undefined.
  public func evaluate(
    _ document: String, input: [UInt8]? = nil, nowNanoseconds: Int = 0, seed: UInt64 = 0, strict: Bool = false
  ) throws(PolicyFailure) -> [UInt8]? {
    guard let query = policy.documents[document] else {
      throw PolicyFailure([RegoError(.compile, "the policy was not made for the document \(document)")], [])
    }
    do throws(RegoError) {
      machine.prepare(nowNanoseconds: nowNanoseconds, seed: seed)
      let value = try input.map { text throws(RegoError) in try JSONReader.read(text, into: machine.heap) }
      let rows = try machine.evaluate(query: query, input: value ?? .undefined, strict: strict)
      guard rows.count > 0 else { return nil }
      let json = rows.item(0)["x"].json(limit: policy.limits.memory)
      // Few values that share their parts can be a very long text.
      guard json.count <= policy.limits.memory else { throw RegoError(.cancelled, "memory limit exceeded") }
      return json
    } catch {
      throw PolicyFailure(error.all, machine.program.files)
    }
  }

  /// What the last decision printed.
  public var printed: [String] { machine.builtins.printed.map(\.message) }
}

/// How much one decision may use; going beyond is an error, never an answer.
public struct EvaluationLimits: Sendable {
  public var steps = 50_000_000
  /// Bytes.
  public var memory = 256 << 20
  /// Calls within calls.
  public var depth = 200
  /// Wall time.
  public var time: Swift.Duration? = .seconds(10)

  public init() {}

  var limits: Limits {
    var limits = Limits()
    (limits.steps, limits.memory, limits.depth) = (steps, memory, depth)
    guard let time else { return limits }
    let start = ContinuousClock.now
    limits.time = time.nanoseconds
    limits.clock = { start.duration(to: .now).nanoseconds }
    return limits
  }
}

extension Swift.Duration {
  fileprivate var nanoseconds: Int {
    Int(components.seconds) * 1_000_000_000 + Int(components.attoseconds / 1_000_000_000)
  }
}

/// Which builtins a policy may use.
public struct Builtins: Sendable {
  package let registry: Registry

  package init(_ registry: Registry) { self.registry = registry }

  /// Those that need no other library.
  public static let core = Builtins(Registry())

  /// Only those that a capabilities file in OPA's form allows.
  public func restricted(toCapabilities json: [UInt8]) throws(PolicyFailure) -> Builtins {
    do throws(RegoError) { return Builtins(registry.restricted(to: try Capabilities(json))) } catch {
      throw PolicyFailure(error.all, [])
    }
  }

  /// The names, sorted.
  public var names: [String] { registry.names.sorted() }

  /// A capabilities file that allows all of them.
  public var capabilities: [UInt8] { registry.capabilities() }
}

/// What is wrong with a policy, data or input, or why a decision ended without an answer.
public struct PolicyFailure: Error, Sendable, CustomStringConvertible {
  public struct Problem: Sendable, CustomStringConvertible {
    /// OPA's code, such as `rego_parse_error` or `eval_conflict_error`.
    public let code: String
    public let message: String
    /// The module's name, line and column, from 1, where known.
    public let file: String?
    public let line: Int?
    public let column: Int?

    public var description: String {
      guard let file, let line else { return "\(code): \(message)" }
      return "\(file):\(line): \(code): \(message)"
    }
  }

  /// At least one.
  public let problems: [Problem]

  init(_ errors: [RegoError], _ files: [String]) {
    problems = errors.map { error in
      let place = error.location.flatMap { files.indices.contains(Int($0.file)) ? $0 : nil }
      return Problem(
        code: error.code.rawValue, message: error.message, file: place.map { files[Int($0.file)] },
        line: place.map { Int($0.line) }, column: place.map { Int($0.column) })
    }
  }

  public var description: String { problems.map(\.description).joined(separator: "\n") }
}
