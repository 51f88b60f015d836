import BaileyCore
import BaileyPolicy
import Testing

@Suite("Secrets in a manifest")
struct SecretWishTests {
  @Test("A secret is named, alone or with its variables, and shown before it counts")
  func read() throws {
    let document = try BaileyPolicyTests.read("secrets: [github, {name: npm, env: NPM_TOKEN}, {name: x, env: [A, B]}]")
    #expect(document.manifest.secrets.map(\.name) == ["github", "npm", "x"])
    #expect(document.manifest.secrets.map(\.variables) == [[], ["NPM_TOKEN"], ["A", "B"]])
    #expect(
      PermissionSummary(of: document).texts == [
        "secrets: uses github without seeing it", "secrets: uses npm without seeing it, as NPM_TOKEN",
        "secrets: uses x without seeing it, as A, B",
      ])
    let without = try BaileyPolicyTests.read("{}").canonicalForm
    #expect(document.canonicalForm != without && without["manifest"]?["secrets"] == nil)
  }

  @Test(
    "What is no secret or no variable is an issue",
    arguments: [
      ("secrets: [\"a b\"]", "1:11 manifest-value"), ("secrets: [a, a]", "1:14 manifest-value"),
      ("secrets: [{env: A}]", "1:11 manifest-value"),
      ("secrets: [{name: a, env: 1A}]", "1:26 manifest-environment-name"),
      ("secrets: [{name: a, to: b}]", "1:21 manifest-unknown-key"), ("secrets: github", "1:10 manifest-type"),
    ])
  func wrong(text: String, issue: String) {
    #expect(issues(text) == [issue])
  }

  @Test("Layers add up, the first word counts, and a ceiling cuts what it does not name")
  func layers() throws {
    let layers = ManifestLayers(
      user: try BaileyPolicyTests.read("secrets: [{name: a, env: A1}]"),
      project: try BaileyPolicyTests.read("secrets: [{name: a, env: A2}, b]"))
    #expect(try layers.merged().secrets.map(\.name) == ["a", "b"])
    #expect(try layers.merged().secrets.first?.variables == ["A1"])
    let cut = ManifestLayers(
      administrator: try BaileyPolicyTests.read("ceiling: true\nsecrets: [a]"),
      project: try BaileyPolicyTests.read("secrets: [a, b]"))
    #expect(try cut.merged().secrets.map(\.name) == ["a"])
  }
}
