import BaileyCore
import Synchronization

/// What the log is told of the policies in force: each layer by the hash of its files and the revisions of its bundles.
///
/// It is asked at every decision, so a layer is hashed once for each form of it.
final class VersionTable: Sendable {
  private let store: PolicyStore
  private let sha256: @Sendable ([UInt8]) -> String
  private let known = Mutex<[PolicyLayer: (generation: Int, version: JSON?)]>([:])

  init(_ store: PolicyStore, sha256: @escaping @Sendable ([UInt8]) -> String) {
    self.store = store
    self.sha256 = sha256
  }

  /// - Parameter project: that of the project's policies, which stay as they are.
  func versions(project: JSON?) -> JSON {
    var members: [String: JSON] = [:]
    for layer in store.layers { members[layer.rawValue] = version(layer) }
    members[PolicyLayer.project.rawValue] = project
    return .object(members)
  }

  private func version(_ layer: PolicyLayer) -> JSON? {
    let (generation, active) = store.active(layer)
    return known.withLock { known in
      if let (same, version) = known[layer], same == generation { return version }
      let version = active.flatMap { $0.files.isEmpty ? nil : $0.files.version($0.revisions, sha256) }
      known[layer] = (generation, version)
      return version
    }
  }
}

extension PolicyFiles {
  func version(_ revisions: [String: String], _ sha256: ([UInt8]) -> String) -> JSON {
    var members: [String: JSON] = ["sha256": .string(digest(sha256))]
    if !revisions.isEmpty { members["bundles"] = .object(revisions.mapValues(JSON.string)) }
    return .object(members)
  }

  /// Of the bundles, by their names. What is wrong with one is found where it is compiled.
  func revisions(root: String) -> [String: String] {
    let named = archives.mapValues { archive in try? BundleFiles(name: "", archive: archive) }
      .merging(directories.mapValues { files in try? BundleFiles(name: "", files: files) }) { $1 }
    var revisions: [String: String] = [:]
    for (name, files) in named {
      let manifest = files?[BundleManifest.file].flatMap { bytes in try? BundleManifest(bytes, name: name) }
      revisions[root + "/" + name] = manifest?.revision ?? ""
    }
    return revisions
  }
}
