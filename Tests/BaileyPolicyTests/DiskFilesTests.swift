import BaileyCore
import BaileyLinux
import BaileyPolicy
import Testing

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
}
