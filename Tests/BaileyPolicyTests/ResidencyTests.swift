import BaileyCore
import Testing

@testable import BaileyPolicy

@Suite("Residency")
struct ResidencyTests {
  private static let own = """
    residency:
      hosts: [{host: "*.eu.example", region: eu}, {host: x.eu.example, region: us}, {host: us.example, region: us}]
      labels: [{label: pii, regions: [eu, de]}]
    """
  private static let administrators = """
    residency:
      hosts: [{host: moved.eu.example, region: ch}]
      labels: [{label: pii, regions: [eu, ch]}]
    """

  private func residency(administrator: String? = nil) throws -> Residency {
    let storage = MemoryStorage()
    storage.put("/c/egress.yaml", StoredFile(bytes: Array(Self.own.utf8), owner: 0, mode: 0o600))
    if let administrator {
      storage.put("/a/egress.yaml", StoredFile(bytes: Array(administrator.utf8), owner: 0, mode: 0o644))
    }
    return try EgressFile.load(configuration: "/c", administrator: "/a", storage).residency
  }

  private func codes(_ residency: Residency, _ host: String, labels: [JSON]) -> [String] {
    let subject = Subject(session: .random(), agent: "a", user: "u")
    var actions = [
      Action.connect(subject, host: host, address: nil, port: 443, transport: "tls"),
      .request(subject, scheme: "https", host: host, port: 443, method: "GET", path: "/"),
    ]
    for index in actions.indices { actions[index].context = ["labels": .array(labels)] }
    let found = actions.map { ResidencyJudge(residency).judge($0).map(\.code) }
    #expect(found[0] == found[1])
    return found[0]
  }

  @Test("A host is in the region of the first pattern that matches; the administrator's come first")
  func regions() throws {
    let residency = try residency(administrator: Self.administrators)
    let hosts = ["a.eu.example", "x.eu.example", "moved.eu.example", "US.example.", "eu.example", "10.0.0.1", "a..b"]
    #expect(hosts.map { residency.region(of: $0) } == ["eu", "eu", "ch", "us", nil, nil, nil])
    #expect(residency.region(of: nil) == nil)
  }

  @Test("A session with a label reaches its regions alone, and no host of unknown region")
  func labels() throws {
    let residency = try residency()
    #expect(codes(residency, "a.eu.example", labels: ["pii", "other"]) == [])
    #expect(codes(residency, "us.example", labels: ["pii"]) == ["region-not-allowed"])
    #expect(codes(residency, "nowhere.example", labels: ["pii"]) == ["region-not-allowed"])
    #expect(codes(residency, "10.0.0.1", labels: ["pii"]) == ["region-not-allowed"])
    #expect(codes(residency, "us.example", labels: ["other"]) == [])
    #expect(ResidencyJudge(residency).readsFacts && !ResidencyJudge(Residency()).readsFacts)
  }

  @Test("The administrator's words on a label count beside the person's")
  func both() throws {
    let residency = try residency(administrator: Self.administrators)
    #expect(codes(residency, "a.eu.example", labels: ["pii"]) == [])
    #expect(codes(residency, "moved.eu.example", labels: ["pii"]) == ["region-not-allowed"])
  }

  @Test("A session asks its residency, and one without any has no such judge")
  func resolved() async throws {
    let storage = MemoryStorage()
    let places = ManifestResolver.Places(configuration: "/c", state: "/s", runtime: "/r")
    let resolver = ManifestResolver(storage: storage, places: places) { _ in "d" }
    let judges = {
      try await resolver.resolve(project: "/p", workingDirectory: "/p", home: "/h", options: .init()).judges
    }
    #expect(try await !judges().contains { $0 is ResidencyJudge })
    storage.put("/c/egress.yaml", StoredFile(bytes: Array(Self.own.utf8), owner: 0, mode: 0o600))
    #expect(try await judges().contains { $0 is ResidencyJudge })
  }
}
