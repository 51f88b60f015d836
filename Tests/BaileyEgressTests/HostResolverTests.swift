import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Synchronization
import Testing

@testable import BaileyEgress

@Suite("The host's own names")
struct HostResolverTests {
  private static let hosts = """
    127.0.0.1\tlocalhost
    10.1.2.3   Db.Internal intranet # 9.9.9.9 commented.example
    fd00::7 db.internal
    fe80::1%eth0 zoned.example
    127.1 short.example
    93.184.216.34 public.example
    169.254.169.254 sneaky.example
    """

  /// Asks, and tells the questions that went on to DNS.
  private func resolve(_ text: String) async throws -> ([String], asked: [String]) {
    let scratch = try Scratch()
    try scratch.write(Self.hosts, to: "hosts")
    let asked = Asked()
    let resolver = HostResolver(timeout: .seconds(5), hostsFile: scratch.path + "/hosts") { question in
      asked.questions.withLock { $0.append(question) }
      return .failure(.noSuchName)
    }
    let found = try? await resolver.addresses(of: name(text))
    return (found?.map(\.description) ?? [], asked.questions.withLock { $0 })
  }

  private final class Asked: Sendable { let questions = Mutex<[String]>([]) }

  @Test(
    "A name of the hosts file has the addresses that stand there, in any case and with a trailing dot, and is asked nowhere"
  )
  func listed() async throws {
    for text in ["db.internal", "DB.internal."] {
      let (found, asked) = try await resolve(text)
      #expect(found == ["10.1.2.3", "fd00::7"])
      #expect(asked == [])
    }
  }

  @Test(
    "What is asked of DNS ends in a dot, so that neither search domains nor ndots apply",
    arguments: ["printer", "a.example", "commented.example", "zoned.example", "short.example"])
  func question(text: String) async throws {
    let (found, asked) = try await resolve(text)
    #expect(found == [])
    #expect(asked == [text + "."])
  }

  @Test(
    "A name that the hosts file maps to a private address is dialled only where a rule names that address",
    arguments: ["db.internal", "intranet", "localhost", "sneaky.example"])
  func privateNames(text: String) async throws {
    let addresses = try await resolve(text).0.compactMap { try? IPAddress($0) }
    #expect(!addresses.isEmpty)
    let byName = EgressRules([rule(text, 443)])
    #expect(byName.dialable(addresses, 443) == [])
    let range = try #require(try? AddressRange("10.0.0.0/8"))
    let named = NetworkRule(target: .address(range), ports: [443...443], source: SourceLocation(file: "t"))
    let opened = EgressRules([rule(text, 443), named]).dialable(addresses, 443)
    #expect(opened == addresses.filter { $0.isIPv4 && $0.bytes[0] == 10 })
  }

  @Test("Without a hosts file, or with one that is no text, names go to DNS")
  func missing() async throws {
    #expect(HostsFile(path: "/nonexistent/hosts").addresses(of: name("localhost")) == [])
    #expect(HostsFile(text: "\u{0}\u{fffd} a.example\n\n#\n9.9.9.9").addresses(of: name("a.example")) == [])
    #expect(HostsFile(text: "9.9.9.9 a.example\r\n").addresses(of: name("a.example")) == [ip("9.9.9.9")])
  }
}
