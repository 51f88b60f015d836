import BaileyCore
import BaileyRego

/// The last good archive of each bundle that comes over HTTP, on disk: it is verified anew whenever it is loaded.
struct FetchedBundles: Sendable {
  let directory: String
  let storage: any PolicyStorage

  /// Without a signature only what this machine serves for its person is believed.
  static func checkKeys(_ bundle: RemoteSettings, _ layer: PolicyLayer, _ keys: [String: [UInt8]]) throws(Fault) {
    guard keys.isEmpty, layer == .administrator || !bundle.isLocal else { return }
    throw Fault(
      "bundle-keys-missing", subject: bundle.name, why: "there are no keys to verify a bundle from there with",
      hint: "put its public key into policy.d/keys")
  }

  private func path(_ bundle: RemoteSettings, _ layer: PolicyLayer, _ kind: String) -> String {
    "\(directory)/\(layer.rawValue)-\(bundle.name).\(kind)"
  }

  func archive(_ bundle: RemoteSettings, _ layer: PolicyLayer) throws(Fault) -> [UInt8]? {
    try storage.read(path(bundle, layer, "tar.gz"), limit: BundleFiles.maximumArchive)?.bytes
  }

  /// Of the archive.
  func stamp(_ bundle: RemoteSettings, _ layer: PolicyLayer) -> (path: String, stamp: FileStamp?) {
    let path = path(bundle, layer, "tar.gz")
    return (path, storage.stamp(path))
  }

  /// Only of what came from the same place.
  func tag(_ bundle: RemoteSettings, _ layer: PolicyLayer) -> (isSame: Bool, tag: String?) {
    guard let file = try? storage.read(path(bundle, layer, "json"), limit: 16 << 10),
      let meta = try? JSON.parse(file.bytes), meta["source"]?.string == bundle.source
    else { return (false, nil) }
    return (true, meta["etag"]?.string)
  }

  /// The archive first: with an old tag beside it, it is only fetched once more.
  func keep(_ archive: [UInt8], _ tag: String?, _ bundle: RemoteSettings, _ layer: PolicyLayer) throws(Fault) {
    var meta: [String: JSON] = ["source": .string(bundle.source)]
    if let tag { meta["etag"] = .string(tag) }
    try storage.replace(path(bundle, layer, "tar.gz"), with: archive)
    try storage.replace(path(bundle, layer, "json"), with: JSON.object(meta).canonical)
  }
}

/// Asks once for one bundle.
struct BundleFetch: Sendable {
  private let bundle: RemoteSettings
  private let layer: PolicyLayer
  private let keys: BundleSignature.Keys
  private let kept: FetchedBundles
  private let registry: Registry

  init(
    _ bundle: RemoteSettings, _ layer: PolicyLayer, keys: [String: [UInt8]], kept: FetchedBundles, registry: Registry
  ) {
    self.bundle = bundle
    self.layer = layer
    self.keys = BundleSignature.Keys(keys)
    self.kept = kept
    self.registry = registry
  }

  /// - Returns: whether there is a new one; it is verified, compiled, and kept.
  func run(_ caller: any HTTPCaller, _ storage: any PolicyStorage) async throws(Fault) -> Bool {
    try FetchedBundles.checkKeys(bundle, layer, keys.keys)
    let (isSame, tag) = kept.tag(bundle, layer)
    let active = isSame ? usable() : nil
    var call = try bundle.call("/" + bundle.path, storage)
    call.method = "GET"
    call.maximumBody = BundleFiles.maximumArchive
    if active != nil, let tag { call.headers["if-none-match"] = tag }
    let reply = try await reply(call, caller)
    if reply.status == 304, call.headers["if-none-match"] != nil { return false }
    guard reply.status == 200 else {
      throw Fault("bundle-not-received", subject: bundle.name, why: "the server answered with status \(reply.status)")
    }
    let files = try BundleFiles(name: bundle.name, archive: reply.body)
    _ = try Bundle(files, keys: keys, active: active?.manifest.revision, registry: registry)
    try kept.keep(reply.body, Self.clean(reply.headers["etag"]), bundle, layer)
    return true
  }

  /// The kept one, as long as it would load: else the server's tag must not keep it from being replaced.
  private func usable() -> Bundle? {
    guard let archive = try? kept.archive(bundle, layer),
      let files = try? BundleFiles(name: bundle.name, archive: archive)
    else { return nil }
    return try? Bundle(files, keys: keys, registry: registry)
  }

  private func reply(_ call: HTTPCall, _ caller: any HTTPCaller) async throws(Fault) -> HTTPReply {
    do throws(HTTPFailure) { return try await caller.call(call) } catch {
      let why =
        switch error {
        case .untrusted(let why):
          throw Fault("bundle-tls", subject: bundle.name, why: "the server is not trusted: \(why)")
        case .timedOut: "it did not come within \(bundle.timeout) ms"
        case .unreachable(let why): "the server cannot be asked: \(why)"
        case .malformed(let why): "the answer is not understood: \(why)"
        case .tooLong: "it has more than \(call.maximumBody) bytes"
        }
      throw Fault("bundle-not-received", subject: bundle.name, why: why)
    }
  }

  /// A tag that could be sent back.
  private static func clean(_ tag: String?) -> String? {
    tag.flatMap { $0.utf8.count <= 1024 && $0.utf8.allSatisfy { (0x21...0x7E).contains($0) } ? $0 : nil }
  }
}
