import BaileyCore
import BaileyRego

/// The policies of one layer, ready to judge. The loose modules are one policy, each bundle is one of its own.
struct CompiledLayer: Sendable {
  let files: PolicyFiles
  let policies: [RegoPolicy]
  /// Of the bundles, by file name.
  let revisions: [String: String]
  let remotes: [RemoteSettings]
  /// Of the data of all policies, as text.
  private static let maximumData = 16 << 20

  static let maximumBundles = 16

  /// - Parameter active: the layer that this one is to replace.
  init(_ files: PolicyFiles, root: String, active: CompiledLayer?, registry: Registry) throws(Fault) {
    self.files = files
    guard files.archives.count + files.directories.count <= Self.maximumBundles else {
      throw Fault(
        "policy-too-large", subject: root, why: "there are more than \(Self.maximumBundles) bundles",
        hint: "join some of them")
    }
    var policies: [RegoPolicy] = []
    var revisions: [String: String] = [:]
    if !files.modules.isEmpty { policies.append(try Self.loose(files, root, registry)) }
    let keys = BundleSignature.Keys(files.keys)
    func add(_ bundle: BundleFiles) throws(Fault) {
      let compiled = try Bundle(bundle, keys: keys, active: active?.revisions[bundle.name], registry: registry)
      policies.append(compiled.policy)
      revisions[bundle.name] = compiled.manifest.revision
    }
    // One after the other, so that they are not all in memory when expanded.
    var room = BundleFiles.maximumSize
    for name in files.archives.keys.sorted() {
      try add(BundleFiles(name: root + "/" + name, archive: files.archives[name] ?? [], room: &room))
    }
    for name in files.directories.keys.sorted() {
      try add(BundleFiles(name: root + "/" + name, files: files.directories[name] ?? [:]))
    }
    guard policies.reduce(0, { $0 + $1.data.bytes.count }) <= Self.maximumData else {
      throw Fault("policy-too-large", subject: root, why: "its data has more than \(Self.maximumData >> 20) MB")
    }
    remotes = try RemoteFile.read(files.remote, file: root + "/" + RemoteSettings.file).judges
    self.policies = policies
    self.revisions = revisions
  }

  private static func loose(_ files: PolicyFiles, _ root: String, _ registry: Registry) throws(Fault) -> RegoPolicy {
    let modules = files.modules.keys.sorted().map { name in
      RegoPolicy.Module(file: root + "/" + name, text: files.modules[name] ?? [])
    }
    guard let data = files.data.map({ JSONText($0) }) ?? JSONText() else {
      throw Fault("policy-invalid", subject: root + "/data.json", why: "this is no JSON object, or a very large one")
    }
    return try RegoPolicy(modules, data: data, registry: registry)
  }
}
