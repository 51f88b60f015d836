import BaileyCore
import Testing

@testable import BaileyPolicy

@Suite("The upstream proxy of egress.yaml")
struct UpstreamProxyFileTests {
  private func load(_ text: String, administrator: String? = nil) throws -> UpstreamProxy? {
    let storage = MemoryStorage()
    storage.put("/c/egress.yaml", StoredFile(bytes: Array("upstream_proxy: \(text)".utf8), owner: 0, mode: 0o600))
    if let administrator {
      let bytes = Array("upstream_proxy: \(administrator)".utf8)
      storage.put("/a/egress.yaml", StoredFile(bytes: bytes, owner: 0, mode: 0o600))
    }
    return try EgressFile.load(configuration: "/c", administrator: "/a", user: 0, storage).upstreamProxy
  }

  @Test("Its place, its credentials' names and what is reached without it are read")
  func reading() throws {
    let text = """
      {url: "http://proxy.example:3128", username: me, secret: corp-proxy, no_proxy: ["*.corp.example", in.example, 10.0.0.0/8, "fd00::/8"]}
      """
    let proxy = try #require(try load(text))
    #expect(proxy.host == .name(try HostName("proxy.example")) && proxy.port == 3128)
    #expect(proxy.credentials == .init(username: "me", secret: "corp-proxy") && proxy.exceptions.count == 4)
    #expect(try proxy.serves(HostName("corp.example")) && !proxy.serves(HostName("a.corp.example")))
    #expect(try !proxy.serves(HostName("in.example")) && proxy.serves(HostName("out.in.example")))
    #expect(try !proxy.serves(IPAddress("10.1.2.3")) && proxy.serves(IPAddress("192.0.2.1")))
    #expect(try !proxy.serves(IPAddress("127.0.0.1")) && !proxy.serves(IPAddress("::1")))
    let six = try #require(try load("{url: \"http://[fd00::1]:80/\"}"))
    #expect(six.host == .address(try IPAddress("fd00::1")) && six.credentials == nil)
  }

  @Test("The administrator's counts where there are two")
  func both() throws {
    let proxy = try load("{url: \"http://mine.example:1\"}", administrator: "{url: \"http://corp.example:2\"}")
    #expect(proxy?.port == 2)
  }

  @Test(
    "What is wrong in it starts no session, and a password has no place in it",
    arguments: [
      "{}", "http://proxy.example:3128", "{url: proxy.example:3128}", "{url: \"http://proxy.example\"}",
      "{url: \"https://proxy.example:3128\"}", "{url: \"socks5://proxy.example:1080\"}",
      "{url: \"http://proxy.example:0\"}", "{url: \"http://proxy.example:1-2\"}",
      "{url: \"http://proxy.example:80/x\"}",
      "{url: \"http://me:word@proxy.example:3128\"}", "{url: \"http://127.1:3128\"}", "{url: \"http://fd00::1:3128\"}",
      "{url: \"http://p.example:1\", username: me}", "{url: \"http://p.example:1\", secret: s}",
      "{url: \"http://p.example:1\", username: me, password: word}",
      "{url: \"http://p.example:1\", username: \"a:b\", secret: s}",
      "{url: \"http://p.example:1\", username: me, secret: \"a b\"}",
      "{url: \"http://p.example:1\", no_proxy: in.example}", "{url: \"http://p.example:1\", no_proxy: [\"*\"]}",
      "{url: \"http://p.example:1\", no_proxy: [.example]}", "{url: \"http://p.example:1\", no_proxy: [10.1]}",
    ])
  func wrong(text: String) {
    let fault = #expect(throws: Fault.self) { try load(text) }
    #expect(fault?.code == "egress-settings" && fault?.subject?.hasPrefix("/c/egress.yaml:1:") == true)
  }
}
