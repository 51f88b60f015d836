package import BaileyCore
import BaileyRego
import BaileyRegoLibraries
import Synchronization

/// The policies in force of the administrator and the person.
///
/// A reload replaces a layer as a whole or not at all: what cannot be read, verified or compiled leaves the old one in force, and is
/// shown until it is mended. A layer that could never be loaded denies everything.
package final class PolicyStore: Sendable {
  private struct Slot {
    var active: CompiledLayer?
    var fault: Fault?
    var generation = 0
    /// Of the files of `active`, as long as there is no fault; `nil` where nothing tells that they are the same.
    var stamps: [String: FileStamp]?
  }

  private let storage: any PolicyStorage
  private let roots: [PolicyLayer: String]
  private let registry: Registry
  private let monotonic: @Sendable () -> Int64
  private let caller: (any HTTPCaller)?
  /// Bundles that came over HTTP.
  private let fetched: FetchedBundles?
  private let slots: Mutex<[PolicyLayer: Slot]>
  /// Counts replacements of any layer.
  fileprivate let replacements = Atomic<Int>(0)
  private let projects = CompiledProjects()
  /// One reload at a time, so that an older reading never replaces a newer one.
  private let reloading = Mutex(())

  /// - Parameters:
  ///   - roots: the directory of each layer; one that does not exist is empty.
  ///   - caller: the way to remote judges; without one they deny.
  ///   - fetched: the directory of bundles that came over HTTP.
  package init(
    storage: any PolicyStorage, roots: [PolicyLayer: String], caller: (any HTTPCaller)? = nil, fetched: String? = nil,
    monotonic: @escaping @Sendable () -> Int64
  ) {
    self.caller = caller
    self.fetched = fetched.map { FetchedBundles(directory: $0, storage: storage) }
    self.storage = storage
    self.roots = roots
    registry = Libraries.registry
    self.monotonic = monotonic
    slots = Mutex(roots.mapValues { _ in Slot() })
  }

  /// Where the administrator's and the person's policies lie.
  package static func roots(configuration: String) -> [PolicyLayer: String] {
    [.administrator: "/etc/bailey/policy.d", .user: configuration + "/policy.d"]
  }

  /// Reads every layer anew; what is wrong with one does not hold up the others.
  ///
  /// - Returns: what is not in force though it is on disk, in words; an older policy is in its place.
  /// - Throws: where there is no older one.
  package func reload() throws(Fault) -> [String] {
    let faults = reloading.withLock { _ in layers.compactMap { layer in reload(layer).map { (layer, $0) } } }
    for (layer, fault) in faults where slots.withLock({ $0[layer]?.active }) == nil { throw fault }
    return faults.map { "the policy of the \($0.0.rawValue) that was loaded before stays in force: \($0.1)" }
  }

  var layers: [PolicyLayer] { PolicyLayer.allCases.filter { roots[$0] != nil } }

  private func reload(_ layer: PolicyLayer) -> Fault? {
    guard let root = roots[layer] else { return nil }
    if isCurrent(layer) { return nil }
    let active = slots.withLock { $0[layer]?.active }
    do throws(Fault) {
      let (files, stamps) = try files(layer, root)
      if files == active?.files {
        settle(layer, nil, stamps)
        return nil
      }
      let compiled = try CompiledLayer(files, root: root, active: active, registry: registry)
      slots.withLock { slots in
        let generation = (slots[layer]?.generation ?? 0) + 1
        slots[layer] = Slot(active: compiled, fault: nil, generation: generation, stamps: stamps)
      }
      replacements.wrappingAdd(1, ordering: .releasing)
      return nil
    } catch {
      settle(layer, error, nil)
      return error
    }
  }

  /// What is in force stays so.
  private func settle(_ layer: PolicyLayer, _ fault: Fault?, _ stamps: [String: FileStamp]?) {
    slots.withLock { slots in
      slots[layer]?.fault = fault
      slots[layer]?.stamps = stamps
    }
  }

  /// Whether a reload would find what is in force; nothing is read for it.
  var isCurrent: Bool { layers.allSatisfy { isCurrent($0) } }

  private func isCurrent(_ layer: PolicyLayer) -> Bool {
    guard let stamps = slots.withLock({ $0[layer]?.stamps }) else { return false }
    return stamps.allSatisfy { storage.stamp($0.key) == $0.value }
  }

  /// With the bundles that were fetched for the layer.
  private func files(_ layer: PolicyLayer, _ root: String) throws(Fault) -> (PolicyFiles, [String: FileStamp]?) {
    var (files, stamps) = try PolicyFilesReader.stamped(root, isAdministrators: layer == .administrator, storage)
    let remote = try RemoteFile.read(files.remote, file: root + "/" + RemoteSettings.file)
    for bundle in remote.bundles {
      try FetchedBundles.checkKeys(bundle, layer, files.keys)
      if let (path, stamp) = fetched?.stamp(bundle, layer) {
        if let stamp { stamps?[path] = stamp } else { stamps = nil }
      }
      guard let archive = try fetched?.archive(bundle, layer) else {
        throw Fault(
          "bundle-not-fetched", subject: bundle.name, why: "the bundle has never come over HTTP",
          hint: "it is asked for when the controller starts and then again and again: look at its log")
      }
      files.archives["remote:" + bundle.name] = archive
    }
    return (files, stamps)
  }

  /// Asks for the bundles of all layers, and puts what is new in force.
  ///
  /// - Returns: what went wrong, and after how many seconds to ask again.
  package func fetchBundles() async -> (problems: [String], interval: Int) {
    guard let caller, let fetched else { return ([], 60) }
    var (problems, interval, hasNew) = ([String](), 60, false)
    for layer in layers {
      do throws(Fault) {
        let root = roots[layer] ?? ""
        let files = try PolicyFilesReader.read(root, isAdministrators: layer == .administrator, storage)
        let remote = try RemoteFile.read(files.remote, file: root + "/" + RemoteSettings.file)
        if !remote.bundles.isEmpty { interval = min(interval, remote.interval) }
        for bundle in remote.bundles {
          let fetch = BundleFetch(bundle, layer, keys: files.keys, kept: fetched, registry: registry)
          do throws(Fault) { hasNew = try await fetch.run(caller, storage) || hasNew } catch {
            problems.append("bundle \(bundle.name): \(error)")
          }
        }
      } catch {
        problems.append("\(error)")
      }
    }
    if hasNew { do throws(Fault) { problems += try reload() } catch { problems.append("\(error)") } }
    return (problems, interval)
  }

  /// Until the process ends; a quarter more or less, so that not all ask at once.
  package func keepFetching(_ say: @Sendable (String) -> Void) async {
    while !Task.isCancelled {
      let (problems, interval) = await fetchBundles()
      problems.forEach(say)
      try? await Task.sleep(for: .seconds(Double(interval) * Double.random(in: 0.75...1.25)))
    }
  }

  /// What the last reload found wrong, by layer.
  package var faults: [PolicyLayer: Fault] { slots.withLock { $0.compactMapValues(\.fault) } }

  /// Whether every layer was loaded and none has a policy.
  var isEmpty: Bool { slots.withLock { $0.values.allSatisfy { $0.active?.files.isEmpty == true } } }

  /// One judge for each layer; each follows the reloads.
  package func judges(manifest: JSON) -> [any Judge] {
    layers.map { LayerJudge(store: self, layer: $0, manifest: manifest) }
  }

  /// One for each layer, for the judges that it names elsewhere; each follows the reloads.
  package var remoteJudges: [any RemoteJudge] { layers.map { LayerRemoteJudge(store: self, layer: $0) } }

  fileprivate func remotes(_ layer: PolicyLayer) -> [PolicyServer] {
    let settings = slots.withLock { $0[layer]?.active?.remotes ?? [] }
    return settings.map { PolicyServer($0, layer: layer, caller: caller, storage: storage) }
  }

  /// A judge for policies of a project, which were read before and stay as they are.
  func judges(_ files: PolicyFiles, root: String, manifest: JSON) throws(Fault) -> [any Judge] {
    [judge(try projects.layer(files, root: root, registry), .project, manifest)]
  }

  /// Whether the policies of a project are there for its next session.
  func isCompiled(_ files: PolicyFiles, root: String) -> Bool { projects.known(files, root) != nil }

  /// What is in force of a layer; its number changes with it.
  func active(_ layer: PolicyLayer) -> (generation: Int, layer: CompiledLayer?) {
    slots.withLock { ($0[layer]?.generation ?? 0, $0[layer]?.active) }
  }

  /// Of no session.
  func freshJudge(_ layer: PolicyLayer) -> RegoLayer? { judge(layer, manifest: .object([:]))?.judge }

  fileprivate func generation(_ layer: PolicyLayer) -> Int { slots.withLock { $0[layer]?.generation ?? 0 } }

  /// Nil where nothing could ever be loaded.
  fileprivate func judge(_ layer: PolicyLayer, manifest: JSON) -> (generation: Int, judge: RegoLayer)? {
    let (generation, active) = slots.withLock { ($0[layer]?.generation ?? 0, $0[layer]?.active) }
    guard let active else { return nil }
    return (generation, judge(active, layer, manifest))
  }

  private func judge(_ compiled: CompiledLayer, _ layer: PolicyLayer, _ manifest: JSON) -> RegoLayer {
    let judges = compiled.policies.map { RegoJudge($0, layer: layer, manifest: manifest, monotonic: monotonic) }
    return RegoLayer(layer: layer, judges: judges, monotonic: monotonic)
  }
}

/// Speaks for whatever policies of a layer are in force when it is asked.
private final class LayerJudge: Judge {
  private let store: PolicyStore
  private let layer: PolicyLayer
  private let manifest: JSON
  private let current = Mutex<(generation: Int, judge: RegoLayer)?>(nil)

  init(store: PolicyStore, layer: PolicyLayer, manifest: JSON) {
    self.store = store
    self.layer = layer
    self.manifest = manifest
  }

  var readsFacts: Bool { compiled()?.readsFacts == true }
  var generation: Int { store.replacements.load(ordering: .acquiring) }

  func judge(_ action: Action) -> [Reason] { opinion(action).reasons }

  func opinion(_ action: Action) -> Opinion {
    guard let compiled = compiled() else {
      return Opinion([Reason(.deny, "policy-not-loaded", "the policies of the \(layer.rawValue) could not be loaded")])
    }
    return compiled.opinion(action)
  }

  private func compiled() -> RegoLayer? {
    current.withLock { current in
      if let (generation, judge) = current, generation == store.generation(layer), generation != 0 { return judge }
      guard let fresh = store.judge(layer, manifest: manifest) else { return nil }
      current = fresh
      return fresh.judge
    }
  }
}

/// Speaks for whatever remote judges a layer names when it is asked.
private struct LayerRemoteJudge: RemoteJudge {
  let store: PolicyStore
  let layer: PolicyLayer

  var readsFacts: Bool { !store.remotes(layer).isEmpty }

  func opinion(_ action: Action) async -> Opinion {
    let servers = store.remotes(layer)
    let opinions = await withTaskGroup(of: (Int, Opinion).self) { group in
      for (index, server) in servers.enumerated() { group.addTask { (index, await server.opinion(action)) } }
      return await group.reduce(into: []) { $0.append($1) }
    }.sorted { $0.0 < $1.0 }.map(\.1)
    return Opinion(opinions.flatMap(\.reasons), obligations: opinions.flatMap(\.obligations))
  }
}
