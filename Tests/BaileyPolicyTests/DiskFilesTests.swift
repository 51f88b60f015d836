import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Testing

@testable import BaileyPolicy

private struct Playground: ~Copyable {
  let path: String

  init() throws { path = try Descriptor.makeTemporaryDirectory(prefix: "/tmp/bailey-policy-") }

  deinit { try? Descriptor.workingDirectory.removeTree(path) }
}

@Suite struct DiskFilesTests {
  @Test("What is replaced is read back, in a new directory nobody else can enter")
  func roundTrip() throws {
    let place = try Playground()
    let file = place.path + "/trust/x.json"
    #expect(try DiskFiles().read(file, limit: 10) == nil)
    try DiskFiles().replace(file, with: [1, 2])
    try DiskFiles().replace(file, with: [3])
    let stored = try #require(try DiskFiles().read(file, limit: 10))
    #expect(stored.bytes == [3] && stored.mode == 0o600 && stored.owner == CurrentProcess.user)
    #expect(try Descriptor.status(of: place.path + "/trust").mode == 0o700)
    #expect(try Descriptor.entries(of: place.path + "/trust").map(\.text) == ["x.json"])
  }

  @Test("A pipe, a directory, a device and a long file are refused without waiting")
  func refused() throws {
    let place = try Playground()
    let pipe = place.path + "/pipe"
    // S_IFIFO of inode(7).
    try Descriptor.workingDirectory.makeNode(pipe, mode: 0o010600)
    try WholeFile.replace(place.path + "/long", with: [1, 2, 3])
    for path in [pipe, place.path, "/dev/zero", place.path + "/long"] {
      #expect(throws: Fault.self, "\(path)") { try DiskFiles().read(path, limit: 2) }
    }
  }

  @Test("A whole start with real files: asked, agreed to, trusted after a restart of the controller")
  func start() async throws {
    let place = try Playground()
    try WholeFile.replace(place.path + "/p/.bailey/manifest.yaml", with: Array("network: [a.com]".utf8))
    let resolver = {
      var places = ManifestResolver.Places(
        configuration: place.path + "/config", state: place.path + "/state", runtime: place.path + "/run")
      places.administrator = place.path + "/etc/manifest.yaml"
      return ManifestResolver(storage: DiskFiles(), places: places) {
        "d\($0.count)x\($0.reduce(0) { $0 &* 31 &+ Int($1) })"
      }
    }
    let resolve = { (resolver: ManifestResolver) in
      try await resolver.resolve(
        project: place.path + "/p", workingDirectory: place.path + "/p", home: "/home/u", options: ManifestOptions()
      ).trust
    }
    let first = resolver()
    guard case .needed(_, let digest) = try await resolve(first) else {
      Issue.record("asked nothing")
      return
    }
    try await first.trust(project: place.path + "/p", digest: digest)
    #expect(try await resolve(resolver()) == .trusted)
  }

  @Test(
    "A policy of a project is read through no symbolic link, wherever it stands",
    arguments: ["policy/data.json", "policy/d/data.json", "policy/d", "policy/keys", "policy", ""])
  func links(link: String) async throws {
    let place = try Playground()
    let policy = place.path + "/p/.bailey/policy"
    try WholeFile.replace(policy + "/x.rego", with: Array("package x\ndeny contains data.secret".utf8))
    try WholeFile.replace(policy + "/d/.manifest", with: Array("{}".utf8))
    let (at, target) = (place.path + "/p/.bailey" + (link.isEmpty ? "" : "/" + link), place.path + "/secret")
    if (try? Descriptor.status(of: at)) != nil {
      try Descriptor.workingDirectory.rename(at, to: target)
    } else {
      try WholeFile.replace(target, with: Array(#"{"secret": "s3cret"}"#.utf8))
    }
    let storage = DiskFiles()
    let places = ManifestResolver.Places(configuration: place.path, state: place.path, runtime: place.path)
    let store = PolicyStore(storage: storage, roots: [:], monotonic: { 0 })
    let resolver = ManifestResolver(storage: storage, places: places, policies: store) { "\($0.hashValue)" }
    func resolve() async throws -> ResolvedManifest.Trust {
      try await resolver.resolve(
        project: place.path + "/p", workingDirectory: place.path + "/p", home: "/h", options: ManifestOptions()
      ).trust
    }
    if !["policy", "", "policy/d"].contains(link) { #expect(try await resolve() != .trusted) }
    try Descriptor.workingDirectory.symlink(target: target, at: at)
    let fault = await #expect(throws: Fault.self) { _ = try await resolve() }
    #expect(fault?.code == "policy-link" && fault?.subject?.hasPrefix(place.path + "/p/.bailey/policy") == true)
  }

  @Test("A stamp tells every change, and there is none of what changed just now or cannot be looked at")
  func stamps() async throws {
    let place = try Playground()
    let disk = DiskFiles()
    let path = place.path + "/d/a"
    #expect(disk.stamp(path) == .absent)
    try WholeFile.replace(path, with: [1])
    #expect(disk.stamp(path) == nil && disk.stamp(place.path + "/d") == nil)
    while disk.stamp(path) == nil || disk.stamp(place.path + "/d") == nil {
      try await Task.sleep(for: .milliseconds(50))
    }
    let (file, directory) = (disk.stamp(path), disk.stamp(place.path + "/d"))
    #expect(disk.stamp(path) == file && file != directory)
    try Descriptor.open(path, .writeOnly).writeAll([UInt8(2)])
    #expect(disk.stamp(path) != file && disk.stamp(place.path + "/d") == directory)
    try WholeFile.replace(place.path + "/d/b", with: [])
    #expect(disk.stamp(place.path + "/d") != directory)
    try Descriptor.workingDirectory.symlink(target: "gone", at: place.path + "/l")
    #expect(disk.stamp(place.path + "/l") == nil && disk.stamp(path + "/x") == nil)
    #expect(disk.within(place.path).stamp(path + "/absent") == nil)
  }

  /// What the person's policies give: the fault's code, or the effect on an action.
  private func outcome(_ make: (_ place: String, _ policies: String) throws -> Void) throws -> String {
    let place = try Playground()
    let root = place.path + "/policy.d"
    try WholeFile.replace(root + "/x.rego", with: Array("package x\nallow := true".utf8))
    try make(place.path, root)
    let store = PolicyStore(storage: DiskFiles(), roots: [.user: root], monotonic: { 0 })
    do throws(Fault) { _ = try store.reload() } catch { return error.code }
    let reasons = store.judges(manifest: [:]).flatMap { $0.judge(policyAction()) }
    return Decision(combining: reasons).effect.rawValue
  }

  @Test("The person's own links are followed, to bundles and keys as well; one that leads nowhere is a fault")
  func personsLinks() throws {
    func bundle(_ path: String) throws {
      try WholeFile.replace(path + "/.manifest", with: Array(#"{"roots": ["corp"]}"#.utf8))
      try WholeFile.replace(path + "/corp.rego", with: Array("package corp\ndeny := true".utf8))
    }
    #expect(try outcome { _, _ in } == "allow")
    let corp = try outcome { place, root in
      try bundle(place + "/corp")
      try Descriptor.workingDirectory.symlink(target: place + "/corp", at: root + "/corp")
    }
    #expect(corp == "deny")
    let keys = try outcome { place, root in
      try bundle(root + "/corp")
      try WholeFile.replace(place + "/k/ours.pem", with: Array(TestKeys.edPublic.utf8))
      try Descriptor.workingDirectory.symlink(target: place + "/k", at: root + "/keys")
    }
    #expect(keys == "bundle-unsigned")
    for (name, code) in [(".#x.rego", "allow"), ("y.rego", "policy-link"), ("corp", "policy-link")] {
      let found = try outcome { place, root in
        try Descriptor.workingDirectory.symlink(target: place + "/gone", at: root + "/" + name)
      }
      #expect(found == code, "\(name)")
    }
    let whole = try outcome { place, root in
      try Descriptor.workingDirectory.removeTree(root)
      try Descriptor.workingDirectory.symlink(target: place + "/gone", at: root)
    }
    #expect(whole == "policy-link")
  }

  @Test(
    "What is not recognised among policies is a fault, and so is a place for keys without one; notes are not",
    arguments: [
      ("bundle.tgz", "policy-name-unknown"), ("data.yaml", "policy-name-unknown"), ("keys", "policy-name-unknown"),
      ("keys/corp.pub", "policy-name-unknown"), ("keys/README", "policy-keys"), ("x.rego.bak", "policy-name-unknown"),
      ("README.txt", "allow"), ("notes.md", "allow"), ("LICENSE", "allow"), (".hidden", "allow"),
    ])
  func names(name: String, expected: String) throws {
    #expect(try outcome { _, root in try WholeFile.replace(root + "/" + name, with: [0x78]) } == expected)
  }
}
