package import BaileyCore
package import BaileyRego
import BaileyRegoLibraries

/// The policies of one layer as its files are now, read as the controller reads them, for saying why they decide.
package struct LayerOnDisk: Sendable {
  /// `administrator`, `user`, `project`.
  package let name: String
  package let root: String
  /// Why it cannot be loaded.
  package var fault: Fault?
  /// Of all files; empty where there are no policies.
  package var sha256 = ""
  /// Revisions by name.
  package var bundles: [String: String] = [:]
  /// Remote ones, which are not asked here.
  package var judges: [String] = []
  package var policies: [PolicyOnDisk] = []
}

/// The loose modules of a layer, or one bundle.
package struct PolicyOnDisk: Sendable {
  /// The directory or the bundle.
  package let name: String
  /// Nil for loose modules.
  package let revision: String?
  package let sources: [Source]
  package let registry: Registry
  /// With `manifest`, as JSON.
  package let data: [UInt8]
  /// Asked in the words of other programs.
  package let isFlat: Bool
  private let judge: RegoJudge

  init(
    _ policy: RegoPolicy, name: String, layer: PolicyLayer, manifest: JSON, monotonic: @escaping @Sendable () -> Int64
  ) {
    self.name = name
    (revision, sources, registry, isFlat) = (policy.revision, policy.sources, policy.registry, policy.isFlat)
    data = Self.joined(policy.data, manifest)
    judge = RegoJudge(policy, layer: layer, manifest: manifest, monotonic: monotonic)
  }

  /// What the judge of the controller would say.
  package func opinion(on action: Action) -> Opinion { judge.opinion(action) }

  /// The document that it is asked about.
  package func input(_ action: Action) -> [UInt8] {
    isFlat ? FlatInput(action).spoken.canonical : action.json.canonical
  }

  private static func joined(_ data: JSONText, _ manifest: JSON) -> [UInt8] {
    Heap.lending { heap in
      guard let data = try? JSONReader.read(data.bytes, into: heap),
        let manifest = try? JSONReader.read(manifest.canonical, into: heap)
      else { return JSON.object(["manifest": manifest]).canonical }
      // Of two with the same key the later one holds.
      return JSONWriter.write(heap.object(data.pairs + [(heap.string("manifest"), manifest)]), escapesHTML: false)
    }
  }
}

/// Reads them.
package struct LayersOnDisk {
  package var storage: any PolicyStorage = DiskFiles()
  /// Bailey's directories.
  package var configuration: String
  package var state: String
  package var project: String
  /// What modules see as `data.manifest`.
  package var manifest: JSON
  package var monotonic: @Sendable () -> Int64

  package init(
    configuration: String, state: String, project: String, manifest: JSON, monotonic: @escaping @Sendable () -> Int64
  ) {
    (self.configuration, self.state, self.project) = (configuration, state, project)
    (self.manifest, self.monotonic) = (manifest, monotonic)
  }

  /// The strongest layer first.
  package func read() -> [LayerOnDisk] {
    let roots = PolicyStore.roots(configuration: configuration)
    let own = [PolicyLayer.project: project + "/.bailey/policy"]
    return read(roots, storage, fetched: state + "/bundles") + read(own, storage.within(project), fetched: nil)
  }

  private func read(_ roots: [PolicyLayer: String], _ storage: any PolicyStorage, fetched: String?) -> [LayerOnDisk] {
    let store = PolicyStore(storage: storage, roots: roots, fetched: fetched, monotonic: monotonic)
    _ = try? store.reload()
    return store.layers.map { layer in
      var found = LayerOnDisk(name: layer.rawValue, root: roots[layer] ?? "")
      found.fault = store.faults[layer]
      if let compiled = store.active(layer).layer { add(compiled, layer, &found) }
      return found
    }
  }

  private func add(_ compiled: CompiledLayer, _ layer: PolicyLayer, _ found: inout LayerOnDisk) {
    if layer == .project, compiled.files.remote != nil {
      found.fault = Fault("policy-remote-project", subject: found.root, why: "a project cannot name remote judges")
    }
    guard !compiled.files.isEmpty else { return }
    let files = compiled.files
    found.sha256 = files.digest { NamedHash.hex($0, "SHA-256") ?? "" }
    found.bundles = compiled.revisions
    found.judges = compiled.remotes.map(\.name)
    let bundles = files.archives.keys.sorted() + files.directories.keys.sorted()
    let names = (files.modules.isEmpty ? [] : [found.root]) + bundles.map { found.root + "/" + $0 }
    found.policies = zip(names, compiled.policies).map { name, policy in
      PolicyOnDisk(policy, name: name, layer: layer, manifest: manifest, monotonic: monotonic)
    }
  }
}
