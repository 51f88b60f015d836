import BaileyCore
import Testing

@testable import BaileySandbox

@Suite("The session's authority in the view")
struct TrustViewTests {
  private func plan(_ facts: HostFacts) throws -> (SandboxPlan, [String: String]) {
    var request = PlanFixture.request()
    request.trust = SandboxTrust(authority: Array("A".utf8), bundle: Array("B".utf8), keyStore: Array("K".utf8))
    let plan = try SandboxPlanner.plan(request, facts)
    var environment: [String: String] = [:]
    for case .execute(_, _, let words) in plan.agent {
      for word in words.map(PlanFixture.text) {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        environment[String(parts[0])] = String(parts[1])
      }
    }
    return (plan, environment)
  }

  private static let debian: Set<String> = ["/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/certs/java/cacerts"]

  @Test("Its files lie in the view, and over the distribution's own, never on the host")
  func files() throws {
    let (plan, _) = try plan(PlanFixture.facts(Self.debian))
    let covers = plan.binds.filter { Self.debian.contains(String($0.path.dropFirst("/view".count))) }
    #expect(
      Set(covers.map { "\($0.source) \($0.path)" }) == [
        "/view/etc/ssl/bailey/ca-certificates.crt /view/etc/ssl/certs/ca-certificates.crt",
        "/view/etc/ssl/bailey/cacerts /view/etc/ssl/certs/java/cacerts",
      ])
    #expect(covers.allSatisfy { $0.attributes.contains(.readOnly) })
    let certs = try #require(plan.binds.first { $0.path == "/view/etc/ssl/certs" })
    #expect(covers.allSatisfy { $0.index > certs.index })
  }

  @Test("A link leads to a file that is covered itself, and what is not there is not covered")
  func links() throws {
    var facts = PlanFixture.facts(["/etc/ssl/cert.pem"])
    facts.rootLinks["etc/ssl/cert.pem"] = "/etc/ssl/certs/ca-certificates.crt"
    let (plan, _) = try plan(facts)
    #expect(!plan.binds.contains { $0.path == "/view/etc/ssl/cert.pem" })
    #expect(!plan.binds.contains { $0.source.hasPrefix("/view/etc/ssl/bailey/ca") && $0.path != $0.source })
  }

  @Test("Variables name the bundle, and Java's only where a Java may look elsewhere than at the distribution's store")
  func variables() throws {
    let (_, environment) = try plan(PlanFixture.facts(Self.debian))
    for name in ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "GIT_SSL_CAINFO", "CARGO_HTTP_CAINFO"] {
      #expect(environment[name] == "/etc/ssl/bailey/ca-certificates.crt")
    }
    #expect(environment["NODE_EXTRA_CA_CERTS"] == "/etc/ssl/bailey/session.crt")
    #expect(environment["JAVA_TOOL_OPTIONS"] == nil)
    var facts = PlanFixture.facts(Self.debian)
    facts.toolchains.append("/home/u/.sdkman")
    #expect(try plan(facts).1["JAVA_TOOL_OPTIONS"]?.contains("trustStore=/etc/ssl/bailey/cacerts") == true)
    #expect(try plan(PlanFixture.facts()).1["JAVA_TOOL_OPTIONS"] != nil)
  }

  @Test("What the manifest sets stands above")
  func set() throws {
    var request = PlanFixture.request()
    request.trust = SandboxTrust(authority: [], bundle: [], keyStore: [])
    request.manifest.environment.set["SSL_CERT_FILE"] = "/mine"
    let plan = try SandboxPlanner.plan(request, PlanFixture.facts())
    for case .execute(_, _, let words) in plan.agent {
      #expect(words.map(PlanFixture.text).contains("SSL_CERT_FILE=/mine"))
    }
  }
}
