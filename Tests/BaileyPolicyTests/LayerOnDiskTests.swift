import BaileyCore
import Testing

@testable import BaileyPolicy

@Suite("Layers as they are on disk, for explaining")
struct LayerOnDiskTests {
  private static let bundle = "{\"revision\": \"7\", \"roots\": [\"x\"]}"
  private let files = [
    "/c/policy.d/u.rego": "package u\nallow if input.resource.path == data.manifest.project",
    "/c/policy.d/b/.manifest": bundle, "/c/policy.d/b/x.rego": "package x\ndeny if input.resource.path == \"/no\"",
    "/p/.bailey/policy/o.rego": "package o\nallow := true\ndeny if input.resource.path == \"/p\"",
    "/p/.bailey/policy/data.json": "{\"manifest\": {\"project\": \"/no\"}, \"half\": 0.5}",
  ]

  private func read(_ storage: MemoryStorage) -> [LayerOnDisk] {
    var layers = LayersOnDisk(
      configuration: "/c", state: "/s", project: "/p", manifest: ["project": "/p"], monotonic: { 0 })
    layers.storage = storage
    return layers.read()
  }

  private func action(_ path: String) -> Action {
    var action = policyAction(.fileRead)
    action.resource = ["path": .string(path)]
    return action
  }

  @Test(
    "Each is what the controller would ask: loose modules and bundles apart, the project's below them, with the manifest"
  )
  func layers() {
    let layers = read(MemoryStorage(files))
    #expect(layers.map(\.name) == ["administrator", "user", "project"] && layers.allSatisfy { $0.fault == nil })
    #expect(layers[0].sha256.isEmpty && layers[0].policies.isEmpty)
    #expect(
      layers[1].policies.map(\.name) == ["/c/policy.d", "/c/policy.d/b"] && layers[1].bundles == ["/c/policy.d/b": "7"])
    let said = layers.flatMap(\.policies).map { $0.opinion(on: action("/p")).reasons.map(\.effect) }
    #expect(said == [[.allow], [], [.deny]])
    let data = String(decoding: layers[2].policies[0].data, as: UTF8.self)
    #expect(data.contains("0.5") && data.contains(#""manifest":{"project":"/p"}"#), "\(data)")
  }

  @Test("A broken layer says why, and the others are there all the same")
  func broken() {
    let storage = MemoryStorage(files)
    storage.put("/c/policy.d/u.rego", "package u\nallow if {")
    storage.put("/p/.bailey/policy/remote.yaml", "judges: []")
    let layers = read(storage)
    #expect(layers[1].fault?.code == "policy-invalid" && layers[1].policies.isEmpty)
    #expect(layers[2].fault?.code == "policy-remote-project")
  }

  @Test("What the log is told of policies follows every reload, and knows the project's own")
  func versions() async throws {
    let storage = MemoryStorage(files)
    let store = PolicyStore(storage: storage, roots: [.user: "/c/policy.d"], monotonic: { 0 })
    let places = ManifestResolver.Places(configuration: "/c", state: "/s", runtime: "/r")
    let resolver = ManifestResolver(storage: storage, places: places, policies: store) { bytes in "\(bytes.count)" }
    let judges = try await resolver.policies(project: "/p", home: "/h", manifest: nil)
    let first = judges.versions()
    #expect(first["user"]?["bundles"] == ["/c/policy.d/b": "7"] && first["user"]?["sha256"]?.string != nil)
    #expect(first["project"]?["sha256"]?.string != nil && first["administrator"] == nil && judges.versions() == first)
    storage.put("/c/policy.d/b/.manifest", "{\"revision\": \"8\"}")
    #expect(judges.versions() == first)
    _ = try store.reload()
    #expect(judges.versions()["user"]?["bundles"] == ["/c/policy.d/b": "8"])
    for name in files.keys { storage.remove(name) }
    _ = try store.reload()
    #expect(judges.versions() == ["project": first["project"] ?? .null])
    #expect(try await resolver.policies(project: "/p", home: "/h", manifest: nil).versions() == [:])
  }
}
