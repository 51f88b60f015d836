import BaileyCore
import Testing

@testable import BaileyPolicy

@Suite("Settings of the gate")
struct EgressFileTests {
  private static let pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"

  private func storage(_ text: String, mode: UInt16 = 0o600, keyMode: UInt16 = 0o600) -> MemoryStorage {
    let storage = MemoryStorage()
    storage.put("/c/egress.yaml", StoredFile(bytes: Array(text.utf8), owner: 0, mode: mode))
    storage.put("/k/ca.pem", StoredFile(bytes: Array(Self.pem.utf8), owner: 0, mode: 0o644))
    storage.put("/k/key.pem", StoredFile(bytes: Array("KEY".utf8), owner: 0, mode: keyMode))
    storage.put(
      "/k/both.pem",
      StoredFile(bytes: Array((Self.pem + "-----BEGIN PRIVATE KEY-----\nAA==\n").utf8), owner: 0, mode: 0o600))
    storage.put("/k/mine.pem", StoredFile(bytes: Array(Self.pem.utf8), owner: 1000, mode: 0o644))
    storage.put("/k/open.pem", StoredFile(bytes: Array(Self.pem.utf8), owner: 0, mode: 0o666))
    return storage
  }

  private func load(_ text: String, mode: UInt16 = 0o600, keyMode: UInt16 = 0o600) throws -> EgressSettings {
    try EgressFile.load(configuration: "/c", administrator: "/a", user: 0, storage(text, mode: mode, keyMode: keyMode))
  }

  private static let whole = """
    authorities: [/k/ca.pem]
    clients: [{host: "*.corp.example", certificate: /k/ca.pem, key: /k/key.pem}]
    names: [{name: Good.example, address: 127.0.0.1}, {name: six.example, address: "::1"}]
    """

  @Test("Authorities, client certificates and names of tests are read; no file says nothing")
  func reading() throws {
    let settings = try load(Self.whole)
    #expect(settings.authorities == Array((Self.pem + "\n").utf8))
    #expect(settings.clients.map(\.host.description) == ["*.corp.example"])
    #expect(settings.clients.first?.identity.key == Array("KEY".utf8))
    let (name, address) = (try HostName("good.example"), try IPAddress("127.0.0.1"))
    #expect(settings.names.count == 2 && settings.names[name] == address)
    #expect(try EgressFile.load(configuration: "/none", administrator: "/a", MemoryStorage()) == EgressSettings())
  }

  @Test("The administrator's words and the person's count together, the administrator's first")
  func both() throws {
    let storage = storage("names: [{name: a.example, address: 127.0.0.9}]\nauthorities: [/k/ca.pem]")
    storage.put("/a/egress.yaml", StoredFile(bytes: Array(Self.whole.utf8), owner: 0, mode: 0o644))
    let settings = try EgressFile.load(configuration: "/c", administrator: "/a", storage)
    #expect(settings.names.count == 3 && settings.authorities == Array((Self.pem + "\n" + Self.pem + "\n").utf8))
  }

  @Test(
    "What is wrong in it starts no session",
    arguments: [
      "authority: [/k/ca.pem]", "authorities: /k/ca.pem", "authorities: [ca.pem]", "authorities: [/k/none.pem]",
      "authorities: [/k/key.pem]", "authorities: [/k/open.pem]", "authorities: [/k/both.pem]",
      "authorities: [/k/mine.pem]", "clients: [{host: a.example, certificate: /k/mine.pem, key: /k/key.pem}]",
      "clients: [{host: a.example, port: 0, certificate: /k/ca.pem, key: /k/key.pem}]",
      "names: [{name: a.example, address: 127.0.0.1}, {name: A.example, address: 127.0.0.2}]",
      "clients: [{host: a.example}]",
      "clients: [{host: \"*\", certificate: /k/ca.pem, key: /k/key.pem}]",
      "clients: [{host: a.example, certificate: /k/ca.pem, key: /k/none.pem}]",
      "names: [{name: a.example, address: 10.0.0.1}]", "names: [{name: a.example, address: 169.254.169.254}]",
      "names: [{name: a.example, address: 127.1}]", "names: [{name: 127.0.0.1, address: 127.0.0.1}]",
      "names: [{name: a.example}]", "names: {a.example: 127.0.0.1}", "residency: []", "residency: {host: a.example}",
      "residency: {hosts: [{host: a.example}]}", "residency: {hosts: [{host: \"*\", region: eu}]}",
      "residency: {hosts: [{host: a.example, region: E U}]}", "residency: {labels: [{label: pii, regions: eu}]}",
    ])
  func wrong(text: String) {
    let fault = #expect(throws: Fault.self) { try load(text) }
    #expect(fault?.code == "egress-settings" && fault?.subject?.hasPrefix("/c/egress.yaml:1:") == true)
  }

  @Test(
    "What the administrator names is root's, what the person names root's or the person's",
    arguments: [0, 1000, 1001] as [UInt32])
  func owners(owner: UInt32) throws {
    let storage = MemoryStorage()
    let text =
      "authorities: [/k/ca.pem]\nclients: [{host: a.example, port: 8443, certificate: /k/ca.pem, key: /k/key.pem}]"
    for (path, content) in [("/c/egress.yaml", text), ("/k/ca.pem", Self.pem), ("/k/key.pem", "KEY")] {
      storage.put(path, StoredFile(bytes: Array(content.utf8), owner: owner, mode: 0o600))
    }
    func load(_ administrator: String, _ person: String) -> [UInt16]? {
      try? EgressFile.load(configuration: person, administrator: administrator, user: 1000, storage).clients.map(\.port)
    }
    #expect(load("/none", "/c") == (owner == 1001 ? nil : [8443]))
    #expect(load("/c", "/none") == (owner == 0 ? [8443] : nil))
    storage.put("/k/key.pem", StoredFile(bytes: Array("KEY".utf8), owner: 1001, mode: 0o600))
    #expect(load("/none", "/c") == nil)
  }

  @Test("Models and prices are added to those that everybody knows, and go before them")
  func models() throws {
    let settings = try load(
      """
      models:
        - {host: llm.corp.example, form: chat, paths: [/openai/*/chat]}
        - {host: api.openai.com, form: messages, paths: [/v1/chat/completions]}
        - {host: "*.models.example", form: gemini}
      prices:
        - {model: claude-x*, input: 3, output: 15.50, cache_read: 0.30}
      """
    ).models
    let corp = try HostName("llm.corp.example")
    #expect(settings.form(corp, path: "/openai/a/chat") == .chat && settings.form(corp, path: "/v1/messages") == nil)
    #expect(settings.form(try HostName("api.openai.com"), path: "/v1/chat/completions") == .messages)
    #expect(settings.form(try HostName("a.models.example"), path: "/v1beta/models/g:generateContent") == .gemini)
    #expect(settings.form(try HostName("api.anthropic.com"), path: "/v1/messages") == .messages)
    let price = settings.price(of: "claude-x-2")
    #expect(price.input == 3_000_000 && price.output == 15_500_000 && price.cacheRead == 300_000)
    #expect(price.cacheWrite == price.input)
  }

  @Test(
    "A model or price that is not whole starts no session",
    arguments: [
      "models: [{host: a.example}]", "models: [{host: a.example, form: other}]", "models: [{host: a b, form: chat}]",
      "models: [{host: a.example, form: chat, paths: [v1]}]", "prices: [{model: m, input: 1}]",
      "prices: [{model: m, input: -1, output: 1}]", "prices: [{model: m, input: 1, output: 1.0000001}]",
    ])
  func wrongModels(text: String) {
    #expect(throws: Fault.self) { try load(text) }
  }

  @Test("A file or key that others can write or read is not believed")
  func modes() {
    #expect(throws: Fault.self) { try load(Self.whole, mode: 0o666) }
    #expect(throws: Fault.self) { try load(Self.whole, keyMode: 0o644) }
  }
}
