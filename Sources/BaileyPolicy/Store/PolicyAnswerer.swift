package import BaileyCore
import BaileyRego
import BaileyRegoLibraries
import Synchronization

/// Answers questions about documents from the policies in force.
///
/// Each set of modules is a program of its own, as in sessions. Where several define a document, objects are joined; else the administrator's
/// comes first, and loose modules before bundles. There is no session, so neither a manifest nor the floor has a say.
package final class PolicyAnswerer: PolicyAnswers {
  private struct Key: Hashable {
    var layer: PolicyLayer
    var generation: Int
    var index: Int
    var query: String
  }

  private static let maximumMachines = 64
  private static let maximumResult = 16 << 20
  private static let maximumSegments = 64

  private let store: PolicyStore
  private let stopwatch: Stopwatch
  private let machines = Mutex<[Key: Machine]>([:])

  package init(_ store: PolicyStore, monotonic: @escaping @Sendable () -> Int64) {
    self.store = store
    stopwatch = Stopwatch(monotonic)
  }

  package var revisions: [String: String] {
    store.layers.compactMap { store.active($0).layer?.revisions }.reduce(into: [:]) { all, some in
      all.merge(some) { first, _ in first }
    }
  }

  package var health: Fault? {
    load()
    for layer in store.layers where store.active(layer).layer == nil {
      return Fault("policy-not-loaded", why: "the policies of the \(layer.rawValue) could not be loaded")
    }
    return nil
  }

  package func status(reload: Bool) -> [PolicyLayerStatus] {
    if reload { _ = try? store.reload() } else { load() }
    let faults = store.faults
    return store.layers.map { layer in
      let active = store.active(layer).layer
      var status = PolicyLayerStatus(name: layer.rawValue, isLoaded: active != nil)
      status.fault = faults[layer]
      guard let active, !active.files.isEmpty else { return status }
      status.sha256 = active.files.digest { NamedHash.hex($0, "SHA-256") ?? "" }
      status.modules = active.files.modules.keys.sorted()
      status.bundles = active.revisions
      status.judges = active.remotes.map(\.name)
      return status
    }
  }

  /// Before the first session nothing has been read.
  private func load() {
    if store.layers.contains(where: { store.active($0).layer == nil }) { _ = try? store.reload() }
  }

  package func decision(on input: JSON, now: Int64) -> Decision {
    if let health { return Decision(combining: [Reason(.deny, "policy-not-loaded", health.why)]) }
    let seed = UInt64.random(in: 0 ... .max)
    let document = input.canonical
    let opinions = store.layers.compactMap { store.freshJudge($0) }.map { layer in
      layer.opinion { $0.opinion(on: document, now: Int(now), seed: seed) }
    }
    return Decision(combining: opinions.flatMap(\.reasons), obligations: opinions.flatMap(\.obligations))
  }

  package func document(_ path: [String], body: [UInt8], now: Int64, isStrict: Bool) throws(Fault) -> [UInt8]? {
    if let health { throw health }
    guard path.count <= Self.maximumSegments else {
      throw Fault("policy-request-malformed", why: "the path has more than \(Self.maximumSegments) parts")
    }
    let input = try Self.input(of: body)
    var found: [[UInt8]] = []
    for layer in store.layers {
      let (generation, active) = store.active(layer)
      for (index, policy) in (active?.policies ?? []).enumerated() {
        let key = Key(layer: layer, generation: generation, index: index, query: Self.query(path))
        if let value = try evaluate(key, policy, input, now, isStrict) { found.append(value) }
      }
    }
    return try Self.joined(found)
  }

  // MARK: - One policy

  /// Names are strings and numbers numbers, as with OPA.
  private static func query(_ path: [String]) -> String {
    "x = data"
      + path.map { part in
        let isIndex = !part.isEmpty && part.utf8.count < 10 && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
        return isIndex ? "[\(Int(part) ?? 0)]" : "[\(JSON.string(part).canonicalText)]"
      }.joined()
  }

  private func evaluate(_ key: Key, _ policy: RegoPolicy, _ input: [UInt8]?, _ now: Int64, _ isStrict: Bool)
    throws(Fault) -> [UInt8]?
  {
    try machines.withLock { machines throws(Fault) in
      let machine: Machine
      if let known = machines[key] {
        machine = known
      } else {
        if machines.count >= Self.maximumMachines { machines.removeAll() }
        machine = try self.machine(key.query, policy)
        machines[key] = machine
      }
      do throws(RegoError) {
        return try Self.value(machine, input, now, isStrict, stopwatch)
      } catch {
        throw Fault("policy-query-failed", why: "\(error.code.rawValue): \(error.message)")
      }
    }
  }

  private func machine(_ query: String, _ policy: RegoPolicy) throws(Fault) -> Machine {
    let stopwatch = stopwatch
    let program: Program
    do throws(CompileFailure) {
      program = try Program.compile(policy.sources, queries: [query], registry: policy.registry)
    } catch {
      throw Fault("policy-query-failed", why: error.errors.first?.message ?? "the path is no document")
    }
    do throws(RegoError) {
      let base = try BaseDocument(policy.data.bytes, for: program)
      return Machine(base, limits: RegoJudge.limits(RegoJudge.Allowance(), stopwatch))
    } catch {
      throw Fault("policy-query-failed", why: error.message)
    }
  }

  private static func value(
    _ machine: Machine, _ input: [UInt8]?, _ now: Int64, _ isStrict: Bool, _ stopwatch: Stopwatch
  ) throws(RegoError) -> [UInt8]? {
    stopwatch.start()
    machine.prepare(nowNanoseconds: Int(now), seed: UInt64.random(in: 0 ... .max))
    let rows: Document
    if let input {
      rows = try machine.evaluate(input: try machine.read(input), strict: isStrict)
    } else {
      rows = try machine.evaluate(strict: isStrict)
    }
    guard rows.count > 0 else { return nil }
    let text = rows.item(0)["x"].json(limit: maximumResult)
    guard text.count <= maximumResult else { throw RegoError(.cancelled, "the result is too long") }
    return text
  }

  // MARK: - Bodies and results

  private static func input(of body: [UInt8]) throws(Fault) -> [UInt8]? {
    guard body.contains(where: { $0 > 0x20 }) else { return nil }
    guard let object = try? Document(json: body, limit: 64 << 20), object.isObject else {
      throw Fault("policy-request-malformed", why: "the body is no JSON object")
    }
    let input = object["input"]
    return input.isUndefined ? nil : input.json(escapesHTML: false)
  }

  /// The first one, with what later ones have beside it.
  private static func joined(_ texts: [[UInt8]]) throws(Fault) -> [UInt8]? {
    guard texts.count > 1 else { return texts.first }
    return try Heap.lending(limit: 256 << 20) { heap throws(Fault) in
      var all = Value.undefined
      for text in texts.reversed() {
        guard let value = try? JSONReader.read(text, into: heap) else { continue }
        all = over(value, all, heap)
      }
      guard !heap.exhausted else { throw Fault("policy-query-failed", why: "the result is too long") }
      let text = JSONWriter.write(all, limit: maximumResult)
      guard text.count <= maximumResult else { throw Fault("policy-query-failed", why: "the result is too long") }
      return text
    }
  }

  private static func over(_ upper: Value, _ lower: Value, _ heap: Heap) -> Value {
    guard upper.tag == .object, lower.tag == .object else { return upper }
    // Of two with the same key the later one holds.
    return heap.object(lower.pairs + upper.pairs.map { ($0.key, over($0.value, lower.child($0.key), heap)) })
  }
}
