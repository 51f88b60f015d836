import BaileyCore
import BaileyInspect
import BaileyLinux
import BaileyTestSupport
import Testing

@testable import BaileyFingerprints

/// Text that repeats nothing, the same for the same seed.
func sampleText(_ words: Int, seed: UInt64) -> String {
  var state = seed
  var text = ""
  for number in 0..<words {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    text += String(state >> 33, radix: 36) + (number % 9 == 0 ? "\n" : " ")
  }
  return text
}

@Suite("What is registered, on disk")
struct FingerprintStoreTests {
  private let scratch: Scratch
  private let store: FingerprintStore

  init() throws {
    scratch = try Scratch()
    store = FingerprintStore(stateDirectory: scratch.path + "/state")
  }

  private func add(_ name: String, _ text: String, asBoilerplate: Bool = false) throws -> Int {
    try store.add(name, asBoilerplate: asBoilerplate) { key in (Winnower.chosen(Array(text.utf8), key: key), []) }
  }

  private func addRecords(_ name: String) throws -> RecordIndex {
    let rows = (0..<20).map { "person\($0)x@a.net,Name\($0) Family\($0)" }
    let file = RecordFile("people.csv", bytes: Array((["mail,name"] + rows).joined(separator: "\n").utf8))
    return try store.addRecords(name) { (key) throws(Fault) in
      try file.index(name: name, primary: "mail", columns: [], key: key)
    }
  }

  private func code(_ body: () throws -> Void) -> String? {
    do {
      try body()
      return nil
    } catch { return (error as? Fault)?.code }
  }

  /// Of what is registered; words made of random letters also look like groups within groups, which is a hint.
  private func find(_ text: String) throws -> [Finding] {
    var options = InspectionOptions()
    try store.load()?.apply(to: &options)
    let found = Inspection.findings(in: Array(text.utf8), rules: try RuleSet(only: []), options: options)
    #expect(found.allSatisfy { $0.kind != .evasion || $0.tier == .hint })
    return found.filter { $0.kind != .evasion }
  }

  @Test("What is registered comes back, is found, and is gone when it is removed")
  func roundTrip() throws {
    #expect(try store.load() == nil)
    let text = sampleText(2_000, seed: 1)
    #expect(try add("engine", text) > 100)
    #expect(try addRecords("people").count == 20)
    #expect(try store.load()?.items.map(\.name) == ["engine", "people"])
    #expect(try find(String(text.prefix(3000))).map { $0.notes["source"] } == ["engine"])
    #expect(try find("Name7 Family7, person7x@a.net").map(\.tier) == [.likely])
    #expect(try store.remove("engine").kind == .source && store.remove("people").kind == .records)
    #expect(try store.load()?.items == [] && find(text).isEmpty)
    #expect(code { _ = try store.remove("engine") } == "fingerprint-unknown")
  }

  @Test("Boilerplate takes its hashes from sources, those there already and those to come")
  func boilerplate() throws {
    let usual = sampleText(800, seed: 7)
    _ = try add("before", usual + sampleText(800, seed: 1))
    _ = try add("templates", usual, asBoilerplate: true)
    _ = try add("after", usual + sampleText(800, seed: 2))
    #expect(try find(String(usual.dropLast(200))).isEmpty)
    #expect(try find(sampleText(800, seed: 1)).count == 1 && find(sampleText(800, seed: 2)).count == 1)
    #expect(code { _ = try add("templates", usual) } == "fingerprint-name-taken")
    #expect(code { _ = try addRecords("after") } == "fingerprint-name-taken")
  }

  @Test("All files are the person's alone, and the key is made once")
  func modes() throws {
    _ = try add("a", sampleText(300, seed: 1))
    _ = try addRecords("people")
    let key = try Descriptor.open(store.directory + "/key").readAll(limit: 100)
    #expect(key.count == 16)
    _ = try add("b", sampleText(300, seed: 2))
    #expect(try Descriptor.open(store.directory + "/key").readAll(limit: 100) == key)
    for name in ["key", "sources", "lock", "records/people"] {
      #expect(try Descriptor.status(of: store.directory + "/" + name, followingLinks: false).mode == 0o600, "\(name)")
    }
    #expect(try Descriptor.status(of: store.directory, followingLinks: false).mode == 0o700)
  }

  @Test("A broken, strange or unsafe store is refused, and never taken for an empty one")
  func refusals() throws {
    _ = try add("a", sampleText(300, seed: 1))
    _ = try addRecords("people")
    let sources = store.directory + "/sources", list = store.directory + "/records/people",
      key = store.directory + "/key"
    let (good, goodList) = (
      try Descriptor.open(sources).readAll(limit: 1 << 20), try Descriptor.open(list).readAll(limit: 1 << 20)
    )
    try WholeFile.replace(sources, with: Array(good.dropLast()))
    #expect(code { _ = try store.load() } == "fingerprint-index-broken")
    #expect(code { _ = try add("b", "x") } == "fingerprint-index-broken")
    try WholeFile.replace(sources, with: good)
    try WholeFile.replace(list, with: goodList + [0])
    #expect(code { _ = try store.load() } == "fingerprint-index-broken")
    try WholeFile.replace(list, with: goodList)
    try WholeFile.replace(store.directory + "/records/other", with: goodList)
    #expect(code { _ = try store.load() } == "fingerprint-index-broken", "a list is called as its file")
    try Descriptor.workingDirectory.unlink(store.directory + "/records/other")
    try Descriptor.workingDirectory.setMode(of: key, 0o640)
    #expect(code { _ = try store.load() } == "fingerprint-store-unsafe")
    try WholeFile.replace(key, with: [1, 2, 3])
    #expect(code { _ = try store.load() } == "fingerprint-key")
    try WholeFile.replace(key, with: Array(repeating: 7, count: 16))
    #expect(code { _ = try store.load() } == "fingerprint-index-broken", "another key")
    try Descriptor.workingDirectory.unlink(key)
    #expect(code { _ = try store.load() } == "fingerprint-key")
    #expect(code { _ = try add("b", "x") } == "fingerprint-key", "no new key beside an index of another")
    try Descriptor.workingDirectory.removeTree(sources)
    try Descriptor.makeDirectories(sources)
    #expect(code { _ = try store.load() } == "fingerprint-key")
  }

  @Test(
    "A name that could be another path is refused",
    arguments: ["", "../a", "a/b", ".hidden", "-x", "a b", "a\u{202E}b", String(repeating: "x", count: 129)])
  func names(name: String) {
    #expect(code { _ = try add(name, "x") } == "fingerprint-name")
    #expect(code { _ = try addRecords(name) } == "fingerprint-name")
  }

  @Test("Two at a time lose nothing")
  func parallel() async throws {
    let store = store
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<8 {
        group.addTask {
          let text = Array(sampleText(300, seed: UInt64(number)).utf8)
          _ = try store.add("source\(number)", asBoilerplate: false) { key in (Winnower.chosen(text, key: key), []) }
        }
      }
      try await group.waitForAll()
    }
    #expect(try store.load()?.items.count == 8)
  }
}
