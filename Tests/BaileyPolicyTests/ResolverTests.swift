import BaileyCore
import BaileyPolicy
import Synchronization
import Testing

/// Files in memory, owned by root with mode 0600 unless told otherwise.
final class MemoryStorage: PolicyStorage {
  private let files: Mutex<[String: StoredFile]>
  private let links: [String: String]

  init(_ texts: [String: String] = [:], links: [String: String] = [:]) {
    files = Mutex(texts.mapValues { StoredFile(bytes: Array($0.utf8), owner: 0, mode: 0o600) })
    self.links = links
  }

  func put(_ path: String, _ file: StoredFile) { files.withLock { $0[path] = file } }
  func put(_ path: String, _ text: String) { put(path, StoredFile(bytes: Array(text.utf8), owner: 0, mode: 0o600)) }
  func read(_ path: String, limit: Int) throws(Fault) -> StoredFile? { files.withLock { $0[path] } }
  func replace(_ path: String, with bytes: [UInt8]) throws(Fault) {
    put(path, StoredFile(bytes: bytes, owner: 0, mode: 0o600))
  }
  func remove(_ path: String) { files.withLock { $0[path] = nil } }
  func list(_ directory: String) throws(Fault) -> [StoredName]? {
    let below = files.withLock { Array($0.keys) }.filter { $0.hasPrefix(directory + "/") }
    let names = below.map { $0.dropFirst(directory.utf8.count + 1).split(separator: "/") }
    let listed = Dictionary(names.map { (String($0[0]), $0.count > 1) }) { $0 || $1 }
    return listed.isEmpty ? nil : listed.map { StoredName($0.key, isDirectory: $0.value) }
  }
  func within(_ directory: String) -> any PolicyStorage { self }
  func realPath(_ path: String) -> String? { links[path] ?? path }
}

@Suite struct ResolverTests {
  private func resolver(_ storage: MemoryStorage) -> ManifestResolver {
    let places = ManifestResolver.Places(
      configuration: "/h/.config/bailey", state: "/h/.local/state/bailey", runtime: "/run/user/1/bailey")
    // Any function without collisions among the test's inputs will do.
    return ManifestResolver(storage: storage, places: places) { bytes in
      String(bytes.reduce(UInt64(14_695_981_039_346_656_037)) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }, radix: 16)
    }
  }

  private func resolve(_ storage: MemoryStorage, _ options: ManifestOptions = ManifestOptions()) async throws
    -> ResolvedManifest
  {
    try await resolver(storage).resolve(project: "/p", workingDirectory: "/p", home: "/h", options: options)
  }

  @Test("Without any manifest the default profile is in force: no host, staged, trusted")
  func nothing() async throws {
    let resolved = try await resolve(MemoryStorage())
    #expect(resolved.trust == .trusted)
    #expect(resolved.manifest.network.isEmpty && resolved.manifest.files.isEmpty)
    #expect(resolved.manifest.workspace == .staged)
    #expect(resolved.manifest.sensitive.contains { $0.matches("a/b/.env") })
    #expect(!resolved.manifest.digest.isEmpty)
  }

  @Test("A project's manifest needs a yes at first and after every change of meaning, and shows the change")
  func trust() async throws {
    let storage = MemoryStorage(["/p/.bailey/manifest.yaml": "network: [a.com]"])
    let resolver = resolver(storage)
    let state = {
      try await resolver.resolve(project: "/p", workingDirectory: "/p", home: "/h", options: ManifestOptions()).trust
    }
    guard case .needed(let summary, let digest) = try await state() else {
      Issue.record("asked nothing")
      return
    }
    #expect(summary == ["+ network: a.com:443,80 (manifest.yaml:1)"])
    try await resolver.trust(project: "/p", digest: digest)
    #expect(try await state() == .trusted)
    storage.put("/p/.bailey/manifest.yaml", "# moved\nnetwork:\n  - a.com")
    #expect(try await state() == .trusted)
    storage.put("/p/.bailey/manifest.yaml", "network: [b.com:22]\nextends: node")
    guard case .needed(let changes, _) = try await state() else {
      Issue.record("asked nothing")
      return
    }
    #expect(changes == ["+ extends: node", "+ network: b.com:22 (manifest.yaml:1)", "- network: a.com:443,80"])
  }

  @Test("A yes to what was not shown is refused, and one project's yes is not another's")
  func trustUnasked() async throws {
    let storage = MemoryStorage(["/p/.bailey/manifest.yaml": "network: [a.com]"])
    let resolver = resolver(storage)
    await #expect(throws: Fault.self) { try await resolver.trust(project: "/p", digest: "abc") }
    let state = try await resolver.resolve(
      project: "/p", workingDirectory: "/p", home: "/h", options: ManifestOptions()
    ).trust
    guard case .needed(_, let digest) = state else {
      Issue.record("asked nothing")
      return
    }
    await #expect(throws: Fault.self) { try await resolver.trust(project: "/q", digest: digest) }
  }

  @Test("--manifest is the person's own word outside the project, and asked about inside it")
  func named() async throws {
    let storage = MemoryStorage(
      ["/else/m.yaml": "network: [a.com]", "/p/m.yaml": "network: [b.com]", "/l/m.yaml": "{}"],
      links: ["/l/m.yaml": "/p/m.yaml"])
    var options = ManifestOptions()
    options.manifestPath = "/else/m.yaml"
    #expect(try await resolve(storage, options).trust == .trusted)
    for path in ["m.yaml", "/l/m.yaml"] {
      options.manifestPath = path
      #expect(try await resolve(storage, options).trust != .trusted)
    }
    options.manifestPath = "/nowhere"
    await #expect(throws: Fault.self) { try await resolve(storage, options) }
  }

  @Test(
    "An administrator's file that others can write is refused",
    arguments: [(UInt32(1000), UInt16(0o644)), (0, 0o664), (0, 0o646)])
  func owner(user: UInt32, mode: UInt16) async throws {
    let storage = MemoryStorage()
    storage.put("/etc/bailey/manifest.yaml", StoredFile(bytes: Array("{}".utf8), owner: user, mode: mode))
    await #expect(throws: Fault.self) { try await resolve(storage) }
  }

  @Test(
    "A manifest that does not parse stops the start in every layer",
    arguments: ["/etc/bailey/manifest.yaml", "/h/.config/bailey/manifest.yaml", "/p/.bailey/manifest.yaml"])
  func broken(path: String) async throws {
    await #expect(throws: Fault.self) { try await resolve(MemoryStorage([path: "netwrk: []"])) }
  }

  @Test("Two manifests in a project are refused")
  func ambiguous() async throws {
    await #expect(throws: Fault.self) {
      try await resolve(MemoryStorage(["/p/.bailey/manifest.yaml": "{}", "/p/.bailey/manifest.json": "{}"]))
    }
  }

  @Test("The floor refuses grants from every layer, also through a symbolic link")
  func floor() async throws {
    var options = ManifestOptions()
    options.reads = ["/h/.ssh"]
    await #expect(throws: Fault.self) { try await resolve(MemoryStorage(), options) }
    options.reads = ["/innocent"]
    await #expect(throws: Fault.self) { try await resolve(MemoryStorage(links: ["/innocent": "/h/.ssh"]), options) }
    #expect(try await resolve(MemoryStorage(), options).manifest.files.map(\.path) == ["/innocent"])
  }

  @Test("An administrator's ceiling denies what the command line allows")
  func ceiling() async throws {
    var options = ManifestOptions()
    options.allowHosts = ["a.com", "b.com"]
    let resolved = try await resolve(
      MemoryStorage(["/etc/bailey/manifest.yaml": "ceiling: true\nnetwork: [a.com]"]), options)
    let subject = Subject(session: .random(), agent: "a", user: "u")
    let effect = { (host: String) in
      let action = Action.connect(subject, host: host, address: nil, port: 443, transport: "tls")
      return Decision(combining: resolved.judges.flatMap { $0.judge(action) }).effect
    }
    #expect(effect("a.com") == .allow && effect("b.com") == .deny)
  }

  @Test("An unknown profile is refused with a guess")
  func profile() async throws {
    var options = ManifestOptions()
    options.profile = "nod"
    await #expect(throws: Fault.self) { try await resolve(MemoryStorage(), options) }
    options.profile = "node,strict"
    let manifest = try await resolve(MemoryStorage(), options).manifest
    #expect(manifest.workspace == .readOnly && manifest.network.contains { $0.targetText == "registry.npmjs.org" })
  }
}
