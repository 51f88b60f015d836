import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Testing

@testable import BaileyEgress

/// URLs and hosts of WPT and llhttp, spellings of addresses of SSRF lists. No URL may lead to another host here than it does there.
@Suite("URL and host conformance", .enabled(if: mustIsolate || Vectors.text("http/url/toascii.json") != nil))
struct URLConformanceTests {
  /// Where a request to the proxy with this absolute target would go, its Host repeating what stands in the target.
  private func target(_ url: String) -> Result<HTTPTarget, Refusal> {
    let bytes = Array(url.utf8)
    let rest = bytes.dropFirst(7)
    let authority = rest.prefix { !"/?#".utf8.contains($0) }
    let text = Array("GET ".utf8) + bytes + Array(" HTTP/1.1\r\nHost: ".utf8) + authority + Array("\r\n\r\n".utf8)
    do {
      guard let head = try RequestHead.parse(text) else { return .failure(.silent) }
      return .success(try HTTPTarget(head, .proxy))
    } catch let error as RequestHeadError {
      return .failure(.http(error))
    } catch {
      return .failure(error as? Refusal ?? .silent)
    }
  }

  private func objects(_ file: String) throws -> [JSON] {
    // A lone surrogate, which one case has, is no Unicode text.
    let text = try #require(Vectors.text("http/url/" + file)).replacing("\\ud900", with: "\\ufffd")
    return try #require(try JSON.parse(text).array).filter { $0.object != nil }
  }

  @Test(
    "No http URL of WPT leads to another host or port than in a browser",
    arguments: ["urltestdata.json", "ada_extra_urltestdata.json"])
  func wpt(file: String) throws {
    var (found, cases): ([String], Int) = ([], 0)
    for theirs in try objects(file) {
      guard let input = theirs["input"]?.string, input.lowercased().hasPrefix("http://") else { continue }
      cases += 1
      let fails = theirs["failure"]?.bool == true
      switch target(input) {
      case .failure(let refusal): if !fails { found.append(Vectors.line(file, input, "stricter: \(refusal.code)")) }
      case .success where fails: found.append(Vectors.line(file, input, "READ, they refuse"))
      case .success(let ours):
        let port = theirs["port"]?.string.flatMap { UInt16($0) } ?? 80
        let host = if case .address(let address) = ours.host, !address.isIPv4 { "[\(address)]" } else { ours.host.text }
        let same = host == theirs["hostname"]?.string && port == ours.port
        if !same {
          found.append(
            Vectors.line(file, input, "READ \(host):\(ours.port), they have \(theirs["host"]?.string ?? "")"))
        }
      }
    }
    #expect(cases > (file == "urltestdata.json" ? 200 : 0))
    try Vectors.expectKnown(found, file)
  }

  @Test("What llhttp finds wrong in a URL is refused")
  func llhttp() throws {
    let cases = LLHTTPCase.read("http/h1/llhttp/url.md")
    #expect(cases.count > 20)
    let through = cases.filter { theirs in
      let head = Array("GET ".utf8) + theirs.bytes + Array(" HTTP/1.1\r\nHost: example.com\r\n\r\n".utf8)
      let origin = HTTPOrigin.transparent(nil, port: 80, isStrict: false)
      guard theirs.isError, let parsed = try? RequestHead.parse(head) else { return false }
      return (try? HTTPTarget(parsed, origin)) != nil
    }
    #expect(through.map(\.name) == [])
  }

  /// Letters, digits, hyphens inside, underscores; labels of 1 to 63, 253 in all. Said a second time, apart from `HostName`.
  private func isPlain(_ text: String) -> Bool {
    let plain = text.hasSuffix(".") ? text.dropLast() : text[...]
    let letters = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_".utf8)
    return plain.utf8.count <= 253
      && plain.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
        (1...63).contains(label.utf8.count) && label.utf8.allSatisfy { letters.contains($0) } && !label.hasPrefix("-")
          && !label.hasSuffix("-")
      }
  }

  @Test(
    "A host name is accepted where it is plain ASCII, and is then the one that IDNA gives",
    arguments: ["toascii.json", "IdnaTestV2.json"])
  func idna(file: String) throws {
    var (found, cases): ([String], Int) = ([], 0)
    for theirs in try objects(file) {
      guard let input = theirs["input"]?.string else { continue }
      cases += 1
      let wanted = theirs["output"]?.string.map { $0.hasSuffix(".") ? String($0.dropLast()) : $0 }
      guard let host = try? NamedHost(input) else {
        if isPlain(input), wanted != nil { found.append(Vectors.line(file, input, "stricter")) }
        continue
      }
      #expect(isPlain(input))
      if wanted != host.text { found.append(Vectors.line(file, input, "READ, they have \(wanted ?? "an error")")) }
    }
    #expect(cases > 50)
    try Vectors.expectKnown(found, file)
  }

  /// Rules that open as much as rules can.
  private static let open = EgressRules(
    ["0.0.0.0/0", "::/0", "10.0.0.0/8"].compactMap { try? AddressRange($0) }.map {
      NetworkRule(target: .address($0), ports: [1...65535], source: SourceLocation(file: "t"))
    })

  private func isClosed(_ url: String, except site: String = "") -> Bool {
    guard case .success(let target) = target(url) else { return true }
    switch target.host {
    case .address(let address): return Self.open.dialable([address], target.port).isEmpty
    case .name(let name): return name.text == site
    }
  }

  @Test("Every URL of the metadata services is closed, also where the rules open every public address")
  func metadata() throws {
    let text = try #require(Vectors.text("http/ssrf/cloud-metadata.txt"))
    let urls = text.split(separator: "\n").filter { $0.hasPrefix("http://") }.map { String($0.prefix { $0 != " " }) }
    #expect(urls.count > 30)
    let names = ["metadata.google.internal", "metadata", "metadata.tencentyun.com"]
    // Names are closed by where they lead, and by the floor of BaileyPolicy.
    #expect(urls.filter { url in !isClosed(url) && !names.contains { url.hasPrefix("http://\($0)/") } } == [])
    #expect(Self.open.dialable([ip("169.254.169.254")], 80) == [])
  }

  @Test(
    "No spelling that the SSRF generator makes of an address leads there",
    arguments: ["127.0.0.1", "169.254.169.254", "10.0.0.1"])
  func spellings(address: String) throws {
    let script = Vectors.folder + "/http/ssrf/ip.py"
    let output = try Tool("/usr/bin/python3").run(["-W", "ignore", script, address, "80", "site.example"]).output
    let urls = output.split(separator: "\n").filter { $0.hasPrefix("http://") }.map(String.init)
    #expect(urls.count > 300)
    #expect(urls.filter { !isClosed($0, except: "site.example") } == [])
    let strange = output.split(separator: "\n").filter { $0.hasPrefix("0://") }.map(String.init)
    #expect(strange.allSatisfy { isClosed($0) })
  }

  @Test("The SSRF cases of agent-egress-bench get their verdicts")
  func bench() throws {
    let cases = [
      "ssrf-bypass/ssrf-hex-ip-006", "ssrf-bypass/ssrf-ipv6-mapped-ipv4-004", "ssrf-bypass/ssrf-octal-ip-005",
      "ssrf-bypass/ssrf-zero-ip-008", "ssrf-bypass/ssrf-benign-public-api-009", "url/url-ssrf-ipv6-mapped-010",
      "url/url-ssrf-metadata-009", "url/url-benign-api-call-001",
    ]
    for name in cases {
      let theirs = try JSON.parse(try #require(Vectors.text("agent-egress-bench/cases/\(name).json")))
      let url = try #require(theirs["payload"]?["url"]?.string).replacing("https://", with: "http://")
      #expect(isClosed(url) == (theirs["expected_verdict"]?.string == "block"), "\(name)")
    }
  }
}
