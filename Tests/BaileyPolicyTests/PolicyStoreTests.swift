import BaileyCore
import BaileyRego
import BaileyTestSupport
import Synchronization
import Testing

@testable import BaileyPolicy

@Suite("Policies in layers")
struct PolicyStoreTests {
  private let administrator = "/etc/bailey/policy.d"
  private let user = "/h/policy.d"

  private func store(_ storage: any PolicyStorage) -> PolicyStore {
    PolicyStore(storage: storage, roots: [.administrator: administrator, .user: user], monotonic: { 0 })
  }

  private func decide(_ store: PolicyStore, _ action: Action = policyAction()) -> Decision {
    decide(store.judges(manifest: [:]), action)
  }

  private func decide(_ judges: [any Judge], _ action: Action = policyAction()) -> Decision {
    let opinions = judges.map { $0.opinion(action) }
    return Decision(combining: opinions.flatMap(\.reasons), obligations: opinions.flatMap(\.obligations))
  }

  @Test("The administrator's deny holds against the person's allow, and neither sees the other's rules")
  func layers() throws {
    let storage = MemoryStorage([
      administrator + "/a.rego":
        "package p\ndeny contains \"no keys\" if endswith(input.resource.path, secret)\nsecret := \".pem\"",
      user + "/u.rego": "package p\nallow := true\nsecret := \".none\"\ndeny := false",
    ])
    let store = store(storage)
    #expect(try store.reload() == [])
    #expect(decide(store, policyAction(resource: ["path": "/a"])).effect == .allow)
    let denied = decide(store, policyAction(resource: ["path": "/k.pem"]))
    #expect(
      denied.reasons.map(\.sentence) == ["no keys"] && denied.reasons[0].source?.text == administrator + "/a.rego:2")
  }

  @Test("No policy at all says nothing")
  func empty() throws {
    let store = store(MemoryStorage())
    #expect(try store.reload() == [])
    #expect(decide(store).reasons.map(\.code) == ["nothing-allows"])
  }

  @Test(
    "What is broken on reload leaves the old policy in force, is told each time, and is in force once mended",
    arguments: [
      "package p\nallow if {", "package p\nallow if input.actoin", "", "package p\nallow if x",
      "package p\nq if r\nr if q",
    ])
  func lastGood(broken: String) throws {
    let storage = MemoryStorage([user + "/u.rego": "package p\nallow := true"])
    let store = store(storage)
    let judges = store.judges(manifest: [:])
    #expect(try store.reload() == [] && decide(judges).effect == .allow)
    storage.put(user + "/u.rego", broken)
    for _ in 0..<2 {
      #expect(try store.reload().count == 1 && store.faults[.user] != nil)
      #expect(decide(judges).effect == .allow)
    }
    storage.put(user + "/u.rego", "package p\ndeny := true")
    #expect(try store.reload() == [] && store.faults.isEmpty)
    #expect(decide(judges).effect == .deny)
    storage.remove(user + "/u.rego")
    #expect(try store.reload() == [])
    #expect(decide(judges).reasons.map(\.code) == ["nothing-allows"])
  }

  @Test("A broken layer does not hold up the others; where none was ever good, there is a fault and all is denied")
  func firstIsBroken() throws {
    let storage = MemoryStorage([administrator + "/a.rego": "broken", user + "/u.rego": "package p\nallow := true"])
    let store = store(storage)
    let fault = #expect(throws: Fault.self) { try store.reload() }
    #expect(
      fault?.code == "policy-invalid" && store.faults.keys.sorted { $0.rawValue < $1.rawValue } == [.administrator])
    #expect(decide(store).reasons.map(\.code) == ["policy-not-loaded"])
  }

  @Test("Files that change while they are read are not taken for a whole")
  func halfWritten() throws {
    let storage = MemoryStorage([user + "/u.rego": "package p\nallow := true"])
    let changing = ChangingStorage(storage, user + "/u.rego")
    let store = store(changing)
    #expect(
      throws: Fault("policy-changing", subject: user, why: "the files change while they are read", hint: "try again")
    ) {
      try store.reload()
    }
  }

  @Test("A policy of the administrator that others could write is refused")
  func owner() throws {
    for (owner, mode) in [(UInt32(1000), UInt16(0o600)), (0, 0o620), (0, 0o602)] {
      let storage = MemoryStorage()
      storage.put(
        administrator + "/a.rego", StoredFile(bytes: Array("package p\nallow := true".utf8), owner: owner, mode: mode))
      let fault = #expect(throws: Fault.self) { try store(storage).reload() }
      #expect(fault?.code == "policy-owner")
    }
  }

  @Test("Bundles lie beside modules; a key makes signatures necessary; an older revision leaves the newer one in force")
  func bundles() throws {
    func archive(_ revision: String, _ rule: String, signed: Bool) throws -> [UInt8] {
      let texts = [".manifest": #"{"revision": "\#(revision)"}"#, "p.rego": "package p\n" + rule]
      var files = try BundleFiles(name: "b", files: texts.mapValues { Array($0.utf8) })
      let key = Array(TestKeys.edPrivate.utf8)
      if signed { files = try BundleSignature.sign(files, .init(key: key, keyIdentifier: "ours", algorithm: "EdDSA")) }
      return try files.archive()
    }
    func put(_ bytes: [UInt8]) {
      storage.put(user + "/b.tar.gz", StoredFile(bytes: bytes, owner: 0, mode: 0o600))
    }
    let storage = MemoryStorage([user + "/keys/ours.pem": TestKeys.edPublic])
    let store = store(storage)
    put(try archive("2", "allow := true", signed: true))
    #expect(try store.reload() == [] && decide(store).effect == .allow)
    for (bytes, code) in [
      (try archive("1", "deny := true", signed: true), "bundle-older"),
      (try archive("3", "deny := true", signed: false), "bundle-unsigned"), (Array("x".utf8), "bundle-malformed"),
    ] {
      put(bytes)
      #expect(try store.reload().count == 1 && store.faults[.user]?.code == code)
      #expect(decide(store).effect == .allow)
    }
    put(try archive("3", "deny := true", signed: true))
    #expect(try store.reload() == [] && decide(store).effect == .deny)
  }

  @Test("A directory with a manifest is a bundle, one without is a fault; tests and hidden files are left out")
  func directories() throws {
    let storage = MemoryStorage([
      user + "/d/.manifest": #"{"roots": ["q"]}"#, user + "/d/q/x.rego": "package q\nallow := true",
      user + "/.#u.rego": "broken", user + "/u_test.rego": "broken",
    ])
    let store = store(storage)
    #expect(try store.reload() == [])
    #expect(decide(store).reasons.first?.source?.text == user + "/d/q/x.rego:2")
    storage.put(user + "/e/x.rego", "package q\ndeny := true")
    #expect(try store.reload().count == 1 && store.faults[.user]?.code == "policy-directory")
  }

  @Test("Together the files of a layer are at most 32 MB and its bundles 64 MB when expanded, and 2,000 names")
  func limits() throws {
    func code(_ files: [String: [UInt8]]) -> String? {
      let storage = MemoryStorage([user + "/u.rego": "package p\nallow := true"])
      for (name, bytes) in files { storage.put(user + "/" + name, StoredFile(bytes: bytes, owner: 0, mode: 0o600)) }
      do throws(Fault) { _ = try store(storage).reload() } catch { return error.code }
      return nil
    }
    let blank = [UInt8](repeating: 0x0A, count: 4 << 20)
    let text = Array("package q".utf8) + blank
    let modules = (0..<8).map { ("m\($0).rego", Array(text.prefix(4 << 20))) }
    #expect(code(Dictionary(uniqueKeysWithValues: modules)) == "policy-too-large")
    let zeros = [UInt8](repeating: 0, count: 40 << 20)
    func archive(_ root: String) throws -> [UInt8] {
      let manifest = Array("{\"roots\": [\"\(root)\"]}".utf8)
      return try BundleFiles(name: "b", files: [".manifest": manifest, "zeros": zeros]).archive()
    }
    let (first, second) = (try archive("a"), try archive("b"))
    #expect(code(["a.tar.gz": first]) == nil)
    #expect(code(["a.tar.gz": first, "b.tar.gz": second]) == "bundle-too-large")
    let many = (0..<2_000).map { ("n\($0)_test.rego", [UInt8]()) }
    #expect(code(Dictionary(uniqueKeysWithValues: many)) == "policy-too-large")
  }

  @Test("The data of a layer is at most 16 MB of text, and each policy's at most 64 MB of values")
  func data() throws {
    let text = Array(#"{"a": ""#.utf8) + [UInt8](repeating: 0x61, count: 9 << 20) + Array(#""}"#.utf8)
    func bundle(_ root: String) throws -> StoredFile {
      let manifest = Array("{\"roots\": [\"\(root)\"]}".utf8)
      let files = try BundleFiles(name: root, files: [".manifest": manifest, root + "/data.json": text])
      return StoredFile(bytes: try files.archive(), owner: 0, mode: 0o600)
    }
    let storage = MemoryStorage()
    storage.put(user + "/b.tar.gz", try bundle("b"))
    #expect(try store(storage).reload() == [])
    storage.put(user + "/c.tar.gz", try bundle("c"))
    #expect(throws: Fault("policy-too-large", subject: user, why: "its data has more than 16 MB")) {
      try store(storage).reload()
    }
    let many =
      Array(#"{"a": ["#.utf8) + Array(repeating: Array("[0],".utf8), count: 4 << 20).joined() + Array("0]}".utf8)
    let isRefused = JSONText(many) == nil
    #expect(isRefused)
  }

  @Test("A project's policies count after a yes, need another after any change, and only tighten")
  func project() async throws {
    let storage = MemoryStorage([
      "/p/.bailey/policy/x.rego": "package p\nallow := true\ndeny if input.action == \"exec\"",
      "/p/.bailey/policy/data.json": "{}", "/p/.bailey/policy/d/.manifest": "{}",
      "/p/.bailey/policy/d/data.json": "{}",
    ])
    let places = ManifestResolver.Places(configuration: "/h/.config/bailey", state: "/h/state", runtime: "/run/b")
    let resolver = ManifestResolver(storage: storage, places: places, policies: store(storage)) { bytes in
      String(bytes.reduce(UInt64(14_695_981_039_346_656_037)) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }, radix: 16)
    }
    func resolve() async throws -> ResolvedManifest {
      try await resolver.resolve(project: "/p", workingDirectory: "/p", home: "/h", options: ManifestOptions())
    }
    guard case .needed(let summary, let digest) = try await resolve().trust else {
      Issue.record("asked nothing")
      return
    }
    let sizes = ["d/.manifest tightens (2", "d/data.json tightens (2", "data.json tightens (2", "x.rego tightens (54"]
    #expect(summary.count == sizes.count)
    for (line, size) in zip(summary, sizes) {
      #expect(line.hasPrefix("+ policy: .bailey/policy/\(size) bytes, sha256 "), "\(line)")
    }
    try await resolver.trust(project: "/p", digest: digest)
    let resolved = try await resolve()
    #expect(resolved.trust == .trusted)
    #expect(decide(resolved.judges, policyAction(.exec)).reasons.map(\.code) == ["policy-denies"])
    #expect(decide(resolved.judges, policyAction(.toolCall)).reasons.map(\.code) == ["nothing-allows"])
    storage.put("/p/.bailey/policy/x.rego", "package p\ndeny if input.action == \"exec\" # less")
    #expect(try await resolve().trust != .trusted)
    // What is broken is not even compiled before the yes, and nothing goes on without it.
    storage.put("/p/.bailey/policy/x.rego", "package p\ndeny if {")
    let asked = try await resolve()
    guard case .needed(_, let broken) = asked.trust else {
      Issue.record("asked nothing")
      return
    }
    #expect(decide(asked.judges, policyAction(.exec)).reasons.map(\.code).contains("policy-not-loaded"))
    try await resolver.trust(project: "/p", digest: broken)
    let fault = await #expect(throws: Fault.self) { try await resolve() }
    #expect(fault?.code == "policy-invalid")
  }

  @Test("A person's policy opens what no manifest names, below every ceiling; a project's policy opens nothing")
  func opens() async throws {
    let places = ManifestResolver.Places(configuration: "/h/.config/bailey", state: "/h/state", runtime: "/run/b")
    let allow = "package p\nallow if input.resource.host == \"b.com\""
    func effect(_ files: [String: String], _ host: String = "b.com") async throws -> Effect {
      let storage = MemoryStorage(files)
      let resolver = ManifestResolver(storage: storage, places: places, policies: store(storage)) { _ in "d" }
      var resolved = try await resolver.resolve(
        project: "/p", workingDirectory: "/p", home: "/h", options: ManifestOptions())
      if case .needed(_, let digest) = resolved.trust {
        try await resolver.trust(project: "/p", digest: digest)
        resolved = try await resolver.resolve(
          project: "/p", workingDirectory: "/p", home: "/h", options: ManifestOptions())
        #expect(resolved.trust == .trusted)
      }
      let session = SessionID.random()
      let action = Action.connect(
        Subject(session: session, agent: "a", user: "u"), host: host, address: nil, port: 443, transport: "tls")
      var timed = action
      timed.context = ["now_ns": 0, "seed": 0]
      return decide(resolved.judges, timed).effect
    }
    #expect(try await effect([:]) == .deny)
    #expect(try await effect([user + "/u.rego": allow]) == .allow)
    #expect(try await effect([user + "/u.rego": allow], "c.com") == .deny)
    #expect(try await effect(["/p/.bailey/policy/x.rego": allow]) == .deny)
    let ceiling = "ceiling: true\nnetwork: [c.com]"
    #expect(try await effect([user + "/u.rego": allow, "/h/.config/bailey/manifest.yaml": ceiling]) == .deny)
    let denying = "network: [{deny: b.com}]"
    #expect(try await effect([user + "/u.rego": allow, "/p/.bailey/manifest.yaml": denying]) == .deny)
  }

  @Test("A guide's snippet in a directory of version 0 decides live actions, and a bundle has the library")
  func guide() throws {
    let text = """
      package agent
      default allow = false
      deny { input.action == "upload"; endswith(input.path, ".pem") }
      allow_upload { input.size < 10; input.dest == "a.com" }
      """
    let storage = MemoryStorage([
      user + "/guide/.manifest": #"{"rego_version": 0}"#, user + "/guide/agent.rego": text,
      user + "/own/.manifest": #"{"roots": ["own"]}"#,
      user + "/own/own.rego":
        "package own\nimport data.lib.hosts\ndeny if hosts.within(input.resource.host, \"bad.com\")",
    ])
    let store = store(storage)
    #expect(try store.reload() == [])
    func effect(_ host: String, _ path: String, _ bytes: Int64) -> Effect {
      let resource: JSON = ["host": .string(host), "path": .string(path), "bytes": .int(bytes), "method": "POST"]
      return decide(store.judges(manifest: [:]), policyAction(.httpRequest, resource: resource)).effect
    }
    #expect(effect("a.com", "/x", 9) == .allow)
    #expect(effect("a.com", "/x", 10) == .deny)
    #expect(effect("a.com", "/x.pem", 9) == .deny)
    #expect(effect("b.com", "/x", 9) == .deny)
    #expect(
      decide(store.judges(manifest: [:]), policyAction(.netConnect, resource: ["host": "x.bad.com"])).effect == .deny)
  }

  @Test("The bundles of a layer share one budget of time, and are at most 16")
  func budget() throws {
    let storage = MemoryStorage()
    func add(_ range: Range<Int>) {
      for index in range {
        storage.put(user + "/b\(index)/.manifest", #"{"roots": ["p"]}"#)
        storage.put(user + "/b\(index)/p/p.rego", "package p\nallow := true")
      }
    }
    add(0..<16)
    let (slow, quick) = (SlowClock(), store(storage))
    let hurried = PolicyStore(storage: storage, roots: [.user: user]) { slow.next }
    #expect(try quick.reload() == [] && decide(quick).effect == .allow)
    #expect(try hurried.reload() == [] && decide(hurried).reasons.map(\.code) == ["policy-limit"])
    add(16..<17)
    #expect(try quick.reload().count == 1 && quick.faults[.user]?.code == "policy-too-large")
  }

  @Test("Data where a rule stands, or with very many members at its root, is refused when it is loaded")
  func unusableData() throws {
    let many = (0...RegoPolicy.maximumMembers).map { "\"\($0)\":1" }.joined(separator: ",")
    for (data, code) in [("{\"p\":{\"allow\":false}}", "policy-invalid"), ("{\(many)}", "policy-too-large")] {
      let storage = MemoryStorage([user + "/u.rego": "package p\nallow := true", user + "/data.json": data])
      let store = store(storage)
      #expect(throws: Fault.self) { try store.reload() }
      #expect(store.faults[.user]?.code == code)
    }
  }

  @Test("Sessions share a policy and its data; those of one project are compiled once as long as no byte changes")
  func shared() throws {
    func base(_ judges: [any Judge]) throws -> BaseDocument {
      try #require(judges.compactMap { $0 as? RegoLayer }.first?.judges.first?.policy.base)
    }
    let store = store(MemoryStorage())
    var files = PolicyFiles()
    files.modules["a.rego"] = Array("package p\ndeny contains data.manifest.name if data.list[_] == 2".utf8)
    files.data = Array(#"{"list": [1, 2]}"#.utf8)
    func judges(_ root: String, _ name: String) throws -> [any Judge] {
      try store.judges(files, root: root, manifest: ["name": .string(name)])
    }
    let (first, second) = (try judges("/p", "one"), try judges("/p", "two"))
    let program = try base(first)
    #expect(try program === base(second))
    #expect(store.isCompiled(files, root: "/p"))
    #expect(decide(first).reasons.map(\.sentence) == ["one"] && decide(second).reasons.map(\.sentence) == ["two"])
    #expect(try program !== base(judges("/q", "one")))
    files.data = Array(#"{"list": [1]}"#.utf8)
    #expect(!store.isCompiled(files, root: "/p"))
    #expect(decide(try judges("/p", "one")).reasons.map(\.code) == ["nothing-allows"])
    #expect(decide(first).reasons.map(\.sentence) == ["one"])
  }

  @Test("What is as it was is not read again; what changed, came or went is, and so is what was at fault")
  func stamps() throws {
    let storage = StampedStorage([user + "/u.rego": "package p\nallow := true", user + "/b/.manifest": "{}"])
    let store = store(storage)
    func reads() throws -> Int {
      let before = storage.reads
      _ = try store.reload()
      return storage.reads - before
    }
    #expect(try [reads() > 0, store.isCurrent, reads() == 0] == [true, true, true])
    #expect(decide(store).effect == .allow)
    storage.put(user + "/u.rego", "package p\ndeny := true")
    #expect(try [store.isCurrent, reads() > 0, reads() == 0] == [false, true, true])
    #expect(decide(store).effect == .deny)
    storage.put(user + "/b/c.rego", "package p\nallow := true")
    #expect(try [reads() > 0, reads() == 0] == [true, true])
    storage.put(administrator + "/a.rego", "package p\ndeny contains \"no\"")
    #expect(try [reads() > 0, reads() == 0] == [true, true])
    #expect(decide(store).reasons.contains { $0.sentence == "no" })
    storage.put(user + "/u.rego", "package p\nallow if {")
    #expect(try [reads() > 0, store.isCurrent, reads() > 0] == [true, false, true])
    #expect(store.faults[.user] != nil)
    storage.put(user + "/u.rego", "package p\nallow := true")
    #expect(try [reads() > 0, reads() == 0] == [true, true])
    #expect(store.faults.isEmpty)
    storage.isSilent.withLock { $0 = true }
    #expect(try [reads() > 0, reads() > 0] == [true, true])
  }

  /// In a process of its own, where nothing else allocates.
  @Test(
    "A session costs little, however large the data of its policies, and also after a decision that took much memory")
  func memory() async {
    await #expect(processExitsWith: .success) {
      let data = (0..<30_000).map { "\"key \($0)\":\"value \($0)\"" }.joined(separator: ",")
      let text = """
        package p
        allow if data.all["key 7"] == "value 7"
        twice(x) := sprintf("%d-%d", [x, x])
        large := {twice(i) | some i in numbers.range(1, input.resource.bytes)}
        deny if count(large) == 1
        """
      let storage = MemoryStorage(["/u/u.rego": text, "/u/data.json": "{\"all\":{\(data)}}"])
      let store = PolicyStore(storage: storage, roots: [.user: "/u"], monotonic: { 0 })
      _ = try store.reload()
      func session() -> [any Judge] {
        let judges = store.judges(manifest: ["name": "x"])
        for count in [6_000, 2] {
          let action = policyAction(resource: ["bytes": .int(Int64(count))])
          let decision = Decision(combining: judges.flatMap { $0.judge(action) })
          precondition(decision.effect == .allow, "\(decision.reasons)")
        }
        return judges
      }
      var sessions = [session()]
      let before = residentPages
      for _ in 0..<8 { sessions.append(session()) }
      let growth = residentPages - before
      precondition(sessions.count == 9 && growth < 8 * 256, "\(growth) pages more for 8 sessions")
    }
  }

  @Test("Without any policy a reload reads nothing")
  func nothingToRead() throws {
    let storage = StampedStorage()
    let store = store(storage)
    #expect(try store.reload() == [] && store.isCurrent)
    let before = storage.reads
    #expect(try store.reload() == [] && storage.reads == before)
  }

  @Test("The manifest of the session is data for every layer")
  func manifest() throws {
    let storage = MemoryStorage([user + "/u.rego": "package p\ndeny contains data.manifest.workspace"])
    let store = store(storage)
    _ = try store.reload()
    #expect(decide(store.judges(manifest: ["workspace": "staged"])).reasons.map(\.sentence) == ["staged"])
  }

  @Test("Judges have another number as soon as other policies are in force, and not while the old ones stay")
  func generation() throws {
    let storage = MemoryStorage([user + "/u.rego": "package p\nallow := true"])
    let store = store(storage)
    #expect(try store.reload() == [])
    let judges = store.judges(manifest: [:])
    let before = judges.map(\.generation)
    #expect(try store.reload() == [] && judges.map(\.generation) == before)
    storage.put(user + "/u.rego", "package p\nallow if {")
    #expect(try store.reload() != [] && judges.map(\.generation) == before)
    storage.put(user + "/u.rego", "package p\nallow := false")
    #expect(try store.reload() == [] && judges.map(\.generation) != before)
  }
}

/// Of this process, as the kernel counts them.
private var residentPages: Int {
  let file = try? DiskFiles().read("/proc/self/statm", limit: 4096)
  let text = String(decoding: file?.bytes ?? [], as: UTF8.self)
  return text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
}

/// Counts what is read; stamps tell the version of a file, or of all below a directory.
private final class StampedStorage: PolicyStorage {
  private let storage: MemoryStorage
  private let versions: Mutex<[String: Int64]>
  private let count = Atomic(0)
  /// Tells nothing any more.
  let isSilent = Mutex(false)

  init(_ texts: [String: String] = [:]) {
    storage = MemoryStorage(texts)
    versions = Mutex(texts.mapValues { _ in 1 })
  }

  var reads: Int { count.load(ordering: .relaxed) }
  func put(_ path: String, _ text: String) {
    storage.put(path, text)
    versions.withLock { $0[path, default: 0] += 1 }
  }
  func read(_ path: String, limit: Int) throws(Fault) -> StoredFile? {
    count.add(1, ordering: .relaxed)
    return try storage.read(path, limit: limit)
  }
  func list(_ directory: String) throws(Fault) -> [StoredName]? {
    count.add(1, ordering: .relaxed)
    return try storage.list(directory)
  }
  func stamp(_ path: String) -> FileStamp? {
    if isSilent.withLock({ $0 }) { return nil }
    return versions.withLock { versions in
      if let version = versions[path] { return FileStamp(device: 1, inode: 1, size: 0, changed: version) }
      let below = versions.keys.count { $0.hasPrefix(path + "/") }
      return below == 0 ? .absent : FileStamp(device: 1, inode: 2, size: 0, changed: Int64(below))
    }
  }
  func replace(_ path: String, with bytes: [UInt8]) throws(Fault) { try storage.replace(path, with: bytes) }
  func within(_ directory: String) -> any PolicyStorage { self }
  func realPath(_ path: String) -> String? { path }
}

/// A tenth of a second at each reading.
private final class SlowClock: Sendable {
  private let time = Atomic<Int64>(0)
  var next: Int64 { time.add(100_000_000, ordering: .relaxed).newValue }
}

/// Appends a byte to one file at each reading.
private final class ChangingStorage: PolicyStorage {
  private let storage: MemoryStorage
  private let path: String
  private let count = Atomic<Int>(0)

  init(_ storage: MemoryStorage, _ path: String) {
    self.storage = storage
    self.path = path
  }

  func read(_ path: String, limit: Int) throws(Fault) -> StoredFile? {
    var file = try storage.read(path, limit: limit)
    guard path == self.path else { return file }
    let more = count.add(1, ordering: .relaxed).newValue
    file?.bytes += [UInt8](repeating: 0x0A, count: more)
    return file
  }

  func replace(_ path: String, with bytes: [UInt8]) throws(Fault) { try storage.replace(path, with: bytes) }
  func list(_ directory: String) throws(Fault) -> [StoredName]? { try storage.list(directory) }
  func within(_ directory: String) -> any PolicyStorage { self }
  func realPath(_ path: String) -> String? { path }
}
