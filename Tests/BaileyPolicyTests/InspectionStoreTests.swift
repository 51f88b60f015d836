import BaileyCore
import BaileyPolicy
import Testing

@Suite("The rules of the inspection that are in force")
struct InspectionStoreTests {
  private static let roots = ["/etc/bailey/inspection", "/h/c/inspection"]
  private static let own = """
    rules:
      - id: acme-key
        title: Key of Acme
        tier: certain
        prefixes: [acme_]
        pattern: 'acme_[a-z0-9]{16}'
        examples: ['key acme_0123456789abcdef']
        counterexamples: ['acme_short']
    """
  private static let session = SessionID.random()
  private static let token = "acme_q7w9e2r4t6y8u1i3"

  private func store(_ storage: MemoryStorage) -> InspectionStore {
    InspectionStore(storage: storage, roots: Self.roots)
  }

  private func found(_ store: InspectionStore, _ text: String, _ path: String = "a/b") throws -> [String] {
    let inspection = try store.begin(path, of: Self.session)
    inspection.feed(Array(text.utf8))
    return inspection.finish().map(\.finding.rule)
  }

  private func masks(_ store: InspectionStore) -> Bool? {
    store.secrets(in: Array("key \(Self.token)".utf8), of: nil).map { !$0.isEmpty }
  }

  @Test("Rules of a site are in force beside Bailey's, and a file that is changed is read anew")
  func site() async throws {
    let storage = MemoryStorage()
    let store = store(storage)
    #expect(try store.reload() == [])
    #expect(try found(store, "key \(Self.token)") == [])
    let before = store.generation
    storage.put("/h/c/inspection/acme.yaml", Self.own)
    #expect(try store.reload() == [])
    #expect(try found(store, "key \(Self.token)") == ["acme-key"])
    #expect(masks(store) == true)
    #expect(store.generation > before)
    #expect(await store.examine()[0].consequence.hasSuffix(" rules, 1 of them of this site"))
  }

  @Test(
    "A file that is wrong leaves the last good rules in force and is told with its place",
    arguments: [
      ("bad.yaml", "rules:\n  - id: x\n", "rule-"), ("bad.yaml", "rules: [", "rule-"),
      ("bad.txt", "", "inspection-settings"), ("allow.yaml", "rule: [x]", "inspection-settings"),
      ("allow.yaml", "paths: ['*']", "inspection-settings"), ("allow.yaml", "rules: x", "inspection-settings"),
      ("acme2.yaml", own, "rule-duplicate"),
    ])
  func wrong(name: String, text: String, code: String) async throws {
    let storage = MemoryStorage(["/h/c/inspection/acme.yaml": Self.own])
    let store = store(storage)
    try store.reload()
    storage.put("/h/c/inspection/" + name, text)
    let told = try store.reload()
    #expect(told.count == 1 && told[0].contains("[\(code)"), "\(told)")
    #expect(try found(store, "key \(Self.token)") == ["acme-key"])
    let health = await store.examine()[0]
    #expect(health.state == .warn && health.consequence.contains("stays in force"), "\(health)")
    storage.remove("/h/c/inspection/" + name)
    #expect(try store.reload() == [])
  }

  @Test("Where there never were good rules, nothing is inspected: who asks hears why, and records are withheld")
  func never() async {
    let storage = MemoryStorage(["/etc/bailey/inspection/bad.yaml": "rules: 3"])
    let store = store(storage)
    #expect(throws: Fault.self) { try store.reload() }
    #expect(throws: Fault.self) { try store.begin("a", of: Self.session) }
    #expect(masks(store) == nil)
    #expect(await store.examine()[0].state == .fail)
  }

  @Test("A file that others can write is refused")
  func writable() {
    let storage = MemoryStorage()
    storage.put(
      "/h/c/inspection/acme.yaml", StoredFile(bytes: Array(Self.own.utf8), owner: 0, mode: 0o622))
    let fault = #expect(throws: Fault.self) { try store(storage).reload() }
    #expect(fault?.code == "inspection-settings")
  }

  @Test("What is accepted by rule, path or fingerprint is not found in changes, but masked in records all the same")
  func accepted() throws {
    let storage = MemoryStorage([
      "/h/c/inspection/acme.yaml": Self.own, "/h/c/inspection/allow.yaml": "rules: [acme-key]\n",
    ])
    let store = store(storage)
    #expect(try found(store, "key \(Self.token)") == [])
    #expect(masks(store) == true)
    storage.put("/h/c/inspection/allow.yaml", "paths: ['Tests/*']\n")
    try store.reload()
    #expect(try found(store, "key \(Self.token)", "Tests/x") == [])
    #expect(try found(store, "key \(Self.token)", "src/x") == ["acme-key"])
  }

  private func sent(_ store: InspectionStore, to host: String?) throws -> [String] {
    let text = Array("key \(Self.token)".utf8)
    let inspection = try store.begin(encoded: "", to: host, of: Self.session)
    return (inspection.feed(text.span) + inspection.peek() + inspection.finish()).map(\.finding.rule)
  }

  @Test("What is accepted at a host is found in requests to others, and in files; a path excuses no request")
  func hosts() throws {
    let storage = MemoryStorage([
      "/h/c/inspection/acme.yaml": Self.own,
      "/h/c/inspection/allow.yaml": "paths: ['a']\nhosts: [{host: '*.acme.example', rules: [acme-key]}]\n",
    ])
    let store = store(storage)
    #expect(try sent(store, to: "api.acme.example") == [])
    for host in ["acme.example", "127.0.0.1", "a", nil] { #expect(try sent(store, to: host) == ["acme-key"]) }
    #expect(try found(store, "key \(Self.token)", "api.acme.example") == ["acme-key"])
    storage.put("/etc/bailey/inspection/acme.yaml", Self.own)
    storage.remove("/h/c/inspection/acme.yaml")
    try store.reload()
    #expect(try sent(store, to: "api.acme.example") == ["acme-key"])
    for wrong in ["hosts: [{host: x.example}]", "hosts: [{host: 'a b', rules: [x]}]", "hosts: [x.example]"] {
      storage.put("/h/c/inspection/allow.yaml", wrong)
      #expect(try store.reload().first?.contains("[inspection-settings") == true)
    }
  }

  @Test("Of the administrator's rules only the administrator accepts anything")
  func fixed() throws {
    let storage = MemoryStorage([
      "/etc/bailey/inspection/acme.yaml": Self.own,
      "/h/c/inspection/allow.yaml": "rules: [acme-key, aws-access-key]\npaths: ['Tests/*']\n",
    ])
    let store = store(storage)
    #expect(try found(store, "key \(Self.token)", "Tests/x") == ["acme-key"])
    storage.put("/etc/bailey/inspection/allow.yaml", "paths: ['Tests/*']\n")
    try store.reload()
    #expect(try found(store, "key \(Self.token)", "Tests/x") == [])
    #expect(try found(store, "key \(Self.token)", "src/x") == ["acme-key"])
  }

  @Test(
    "Beyond what is told of a content, the strictest of each label is: hints hide no personal data, and it is no secret"
  )
  func labels() throws {
    let card = """
      rules:
        - id: acme-card
          title: Card of Acme
          kind: personal
          tier: certain
          prefixes: [card_]
          pattern: 'card_[a-z0-9]{16}'
          examples: ['key card_0123456789abcdef']
          counterexamples: ['card_short']
      """
    let hint = Self.own.replacing("tier: certain", with: "tier: hint")
    let store = store(
      MemoryStorage(["/h/c/inspection/acme.yaml": hint, "/h/c/inspection/card.yaml": card]))
    let inspection = try store.begin("a", of: Self.session)
    for number in 0..<200 { inspection.feed(Array("key acme_q7w9e2r4t6y8u\(100 + number) \n".utf8)) }
    inspection.feed(Array("key card_q7w9e2r4t6y8u1i3 \n".utf8))
    let rest = inspection.finish().map(\.finding).dropFirst(ContentLimits.findings)
    #expect(rest.map(\.rule) == ["more-findings", "more-findings"])
    #expect(rest.map(\.tier) == [.hint, .certain] && rest.last?.kind == .personal)
    #expect(rest.filter(\.needsYes).isEmpty)
  }

  @Test("The comment that accepts a line does not count: an agent could write it")
  func comments() throws {
    let store = store(MemoryStorage(["/h/c/inspection/acme.yaml": Self.own]))
    #expect(try found(store, "key \(Self.token) # bailey:allow") == ["acme-key"])
  }

  @Test("However much is found, a bounded part is told, and that there is more: a secret among it asks")
  func bounded() throws {
    let store = store(MemoryStorage(["/h/c/inspection/acme.yaml": Self.own]))
    let inspection = try store.begin("a", of: Self.session)
    for number in 0..<300 { inspection.feed(Array("key acme_q7w9e2r4t6y8u\(100 + number) \n".utf8)) }
    let found = inspection.finish().map(\.finding)
    #expect(found.count == ContentLimits.findings + 1)
    #expect(found.last?.rule == "more-findings" && found.last?.title == "200 more findings")
    #expect(found.last?.needsYes == true)
  }
}

extension InspectionStoreTests {
  @Test("What a session knows is found for it alone, in other letters too, with its name, until it is forgotten")
  func known() throws {
    let store = InspectionStore(storage: MemoryStorage(), roots: [])
    let (one, other) = (SessionID.random(), SessionID.random())
    let value = "correct-horse-Battery-9"
    store.know([KnownSecret("APP_PASSWORD", Array(value.utf8)), KnownSecret("PLAIN", Array("password".utf8))], of: one)
    let packed = Array("x Y29ycmVjdC1ob3JzZS1CYXR0ZXJ5LTk= y".utf8)
    #expect(store.secrets(in: packed, of: one).map { !$0.isEmpty } == true)
    #expect(store.secrets(in: packed, of: other) == [])
    #expect(store.basis(of: one) != store.basis(of: other))
    let inspection = try store.begin("a", of: one)
    inspection.feed(packed)
    let found = inspection.finish().map(\.finding)
    #expect(found.map(\.rule) == ["known-value"] && found.first?.notes == ["name": "APP_PASSWORD"])
    store.forget(one)
    #expect(!store.knows(one) && store.secrets(in: packed, of: one) == [])
  }
}
