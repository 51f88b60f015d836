package import BaileyCore
import BaileyRego
import Synchronization

/// Speaks for one layer of Rego modules.
///
/// Time and randomness come from the action's context, where they are recorded, so a recorded action is decided the same
/// again; the environment is not seen at all. Whatever goes wrong is a deny.
package final class RegoJudge: Judge {
  /// What one decision may use.
  package struct Allowance: Sendable {
    package var steps = 5_000_000
    package var memory = 64 << 20
    package var depth = 200
    package var nanoseconds = 250_000_000

    package init() {}
  }

  let policy: RegoPolicy
  private let layer: PolicyLayer
  /// Or why the manifest is no data for it.
  private let machine: Mutex<Result<Machine, RegoError>>
  private let stopwatch: Stopwatch

  /// - Parameters:
  ///   - manifest: what modules see as `data.manifest`.
  ///   - monotonic: nanoseconds, for the limit on time only.
  package init(
    _ policy: RegoPolicy, layer: PolicyLayer, manifest: JSON = .object([:]), allowance: Allowance = Allowance(),
    monotonic: @escaping @Sendable () -> Int64
  ) {
    self.policy = policy
    self.layer = layer
    let stopwatch = Stopwatch(monotonic)
    self.stopwatch = stopwatch
    machine = Mutex(Self.machine(policy, manifest, Self.limits(allowance, stopwatch)))
  }

  static func limits(_ allowance: Allowance, _ stopwatch: Stopwatch) -> BaileyRego.Limits {
    var limits = BaileyRego.Limits()
    limits.steps = allowance.steps
    limits.memory = allowance.memory
    limits.depth = allowance.depth
    limits.time = allowance.nanoseconds
    limits.clock = { stopwatch.elapsed }
    return limits
  }

  /// The data of the policy is shared by all; the manifest alone is the session's.
  private static func machine(_ policy: RegoPolicy, _ manifest: JSON, _ limits: BaileyRego.Limits)
    -> sending Result<Machine, RegoError>
  {
    do throws(RegoError) {
      let base = try BaseDocument(policy.base, adding: "manifest", manifest.canonical, limit: JSONText.maximumMemory)
      return .success(Machine(base, limits: limits))
    } catch {
      return .failure(error)
    }
  }

  package var readsFacts: Bool { true }

  package func judge(_ action: Action) -> [Reason] { opinion(action).reasons }

  package func opinion(_ action: Action) -> Opinion {
    guard let now = action.context["now_ns"]?.int else {
      return Opinion([Reason(.deny, "action-malformed", "the action does not say when it is")])
    }
    let seed = UInt64(bitPattern: action.context["seed"]?.int ?? 0)
    guard policy.isFlat else { return opinion(on: action.json.canonical, now: Int(now), seed: seed) }
    return opinion(on: FlatInput(action), now: Int(now), seed: seed)
  }

  /// An upload is asked about under both of its names, so that a rule for either denies; only the guides' name allows.
  private func opinion(on flat: FlatInput, now: Int, seed: UInt64) -> Opinion {
    let spoken = flat.isUpload && policy.hasUpload ? "allow" : RegoPolicy.upload
    var opinion = opinion(on: flat.spoken.canonical, now: now, seed: seed, without: [spoken])
    guard flat.isUpload else { return opinion }
    let plain = self.opinion(
      on: flat.plain.canonical, now: now, seed: seed, without: ["allow", RegoPolicy.upload])
    opinion.reasons += plain.reasons.filter { $0.effect != .allow && !opinion.reasons.contains($0) }
    opinion.obligations += plain.obligations.filter { !opinion.obligations.contains($0) }
    return opinion
  }

  /// On a document of any form.
  func opinion(on document: [UInt8], now: Int, seed: UInt64, without left: Set<String> = [RegoPolicy.upload]) -> Opinion
  {
    stopwatch.start()
    return machine.withLock { machine in
      do throws(RegoError) {
        let machine = try machine.get()
        machine.prepare(nowNanoseconds: now, seed: seed)
        return try evaluate(machine, document, without: left)
      } catch {
        return Opinion([failure(error)])
      }
    }
  }

  /// Strict: an error of a builtin in a rule that could deny must not make the rule silent.
  private func evaluate(_ machine: Machine, _ document: [UInt8], without left: Set<String>) throws(RegoError)
    -> Opinion
  {
    let input = try machine.read(document)
    return try machine.evaluate(input: input, strict: true).read { (answer, _) throws(RegoError) in
      var opinion = Opinion([])
      for (index, entry) in Self.entries(answer).enumerated() {
        let document = policy.contributions.documents[index]
        if left.contains(document.name) { continue }
        let contribution = Contribution(document, entry.count > 0 ? entry.item(0) : .false)
        if contribution.isEmpty && document.name != RegoPolicy.upload { continue }
        try machine.evaluate(query: 1 + index, input: input, strict: true).read { rules, _ in
          let (files, rules) = (policy.contributions.program.files, Self.entries(rules))
          contribution.add(to: &opinion, layer: layer, files: files, rules: rules)
        }
      }
      return opinion
    }
  }

  private static func entries(_ answer: Value) -> [Value] {
    guard answer.count == 1, let bindings = answer.item(0).pairs.first else { return [] }
    return bindings.value.items
  }

  private func failure(_ error: RegoError) -> Reason {
    let files = policy.contributions.program.files
    let place = error.location.map { location in
      SourceLocation(
        file: files.indices.contains(Int(location.file)) ? files[Int(location.file)] : "", line: Int(location.line),
        column: Int(location.column))
    }
    let sentence = "a rule could not be evaluated: \(error.code.rawValue): \(error.message)"
    return error.code == .cancelled
      ? Reason(.deny, "policy-limit", sentence, source: place)
      : Reason(.deny, "policy-error", sentence, source: place)
  }
}

/// Time since the last start.
final class Stopwatch: Sendable {
  private let now: @Sendable () -> Int64
  private let started = Atomic<Int64>(0)

  init(_ now: @escaping @Sendable () -> Int64) { self.now = now }

  func start() { started.store(now(), ordering: .relaxed) }
  var elapsed: Int { Int(now() - started.load(ordering: .relaxed)) }
}
