package import BaileyCore
package import BaileyRego

/// A bundle in OPA's format, verified and compiled.
package struct Bundle: Sendable {
  package let manifest: BundleManifest
  package let policy: RegoPolicy

  /// - Parameter active: the revision that this one is to replace; an older one is refused.
  package init(_ files: BundleFiles, keys: BundleSignature.Keys, active: String? = nil, registry: Registry)
    throws(Fault)
  {
    try BundleSignature.verify(files, keys)
    try Self.refuseUnsupported(files)
    manifest =
      try files[BundleManifest.file].map { bytes throws(Fault) in
        try BundleManifest(bytes, name: files.name)
      } ?? BundleManifest()
    if let active, BundleRevision.isOlder(manifest.revision, than: active) {
      throw Fault(
        "bundle-older", subject: files.name,
        why: "revision \(manifest.revision) is older than \(active), which is active",
        hint: "the active one stays in force")
    }
    let data = try BundleData.read(files, manifest)
    policy = try RegoPolicy(
      Self.modules(files, manifest), data: data, revision: manifest.revision, registry: registry)
    try checkRoots(files.name)
  }

  private static func modules(_ files: BundleFiles, _ manifest: BundleManifest) -> [RegoPolicy.Module] {
    files.paths.filter { $0.hasSuffix(".rego") && !$0.hasSuffix("_test.rego") }.map { path in
      RegoPolicy.Module(
        file: files.name + "/" + path, text: files[path] ?? [], isVersion1: manifest.isVersion1(path))
    }
  }

  private func checkRoots(_ name: String) throws(Fault) {
    for package in policy.ownPackages where !manifest.owns(package) {
      throw Fault(
        "bundle-roots", subject: name,
        why: "package \(package.joined(separator: ".")) is not below a root of the bundle")
    }
  }

  /// What would change the policy and is not read here must not be passed over.
  private static func refuseUnsupported(_ files: BundleFiles) throws(Fault) {
    let refused: Set = ["data.yaml", "data.yml", "policy.wasm", "patch.json"]
    for path in files.paths where refused.contains(path.split(separator: "/").last.map(String.init) ?? path) {
      throw Fault(
        "bundle-unsupported", subject: files.name, why: "\(path) is of a kind that is not supported",
        hint: "data is JSON, policies are Rego text")
    }
  }
}

/// The `data.json` files of a bundle brought together: each stands below `data` where its directory says.
private struct BundleData {
  private let name: String
  private let manifest: BundleManifest
  private let heap: Heap

  static func read(_ files: BundleFiles, _ manifest: BundleManifest) throws(Fault) -> JSONText {
    let bytes = try Heap.lending(limit: JSONText.maximumMemory) { heap throws(Fault) in
      let data = BundleData(name: files.name, manifest: manifest, heap: heap)
      return JSONWriter.write(try data.all(files), escapesHTML: false)
    }
    guard let text = JSONText(bytes) else {
      throw Fault("bundle-too-large", subject: files.name, why: "its data needs too much memory")
    }
    return text
  }

  private func all(_ files: BundleFiles) throws(Fault) -> Value {
    var all = Value.emptyObject
    for path in files.paths where path == "data.json" || path.hasSuffix("/data.json") {
      all = try merged(all, try document(path, files[path] ?? []), [])
    }
    try checkRoots(all, [])
    return all
  }

  private func document(_ path: String, _ bytes: [UInt8]) throws(Fault) -> Value {
    let directories = path.split(separator: "/").dropLast()
    do throws(RegoError) {
      let value = try JSONReader.read(bytes, into: heap)
      guard value.tag == .object || !directories.isEmpty else { throw RegoError(.json, "data is an object") }
      return directories.reversed().reduce(value) { heap.object([(heap.string(String($1)), $0)]) }
    } catch {
      throw Fault("bundle-malformed", subject: name, why: "\(path): \(error.message)")
    }
  }

  private func merged(_ left: Value, _ right: Value, _ path: [String]) throws(Fault) -> Value {
    guard left.tag == .object, right.tag == .object else {
      throw Fault(
        "bundle-data-conflict", subject: name, why: "two files give \((["data"] + path).joined(separator: "."))")
    }
    var pairs = left.pairs
    for pair in right.pairs {
      let known = left.child(pair.key)
      let value = known.tag == .undefined ? pair.value : try merged(known, pair.value, path + [String(pair.key)])
      // Of two with the same key the later one holds.
      pairs.append((pair.key, value))
    }
    return heap.object(pairs)
  }

  private func checkRoots(_ value: Value, _ path: [String]) throws(Fault) {
    if manifest.owns(path) { return }
    guard value.tag == .object, manifest.reaches(path) else {
      throw Fault(
        "bundle-roots", subject: name,
        why: "\((["data"] + path).joined(separator: ".")) is not below a root of the bundle")
    }
    for pair in value.pairs { try checkRoots(pair.value, path + [String(pair.key)]) }
  }
}
