import BaileyCore
import BaileyPolicy
import Testing

@testable import BaileyWorkspace

@Suite("Values that a session must not bring")
struct HiddenVariablesTests {
  private static let value = "correct-horse-Battery-9"

  private func glob(_ text: String) throws -> Glob { try Glob(text) }

  @Test("A value of a masked file is found in a change, also in base 64, with its name, and after a restart")
  func found() async throws {
    let store = InspectionStore(storage: DiskFiles(), roots: [])
    let fixture = try WorkspaceFixture(inspector: store)
    try put(fixture.project + "/.env", "APP_PASSWORD=\(Self.value)\n")
    try await fixture.open(sensitive: [glob(".env")])
    try put(fixture.upper + "/plain", "say \(Self.value)\n")
    try put(fixture.upper + "/packed", "Y29ycmVjdC1ob3JzZS1CYXR0ZXJ5LTk=\n")
    for _ in 0..<2 {
      let set = try await fixture.workspaces.review(of: fixture.session)
      for change in set.changes {
        #expect(change.findings.map(\.rule) == ["known-value"], "\(change)")
        #expect(change.findings.first?.notes == ["name": "APP_PASSWORD"])
        #expect(change.findings.first?.needsYes == true)
      }
      #expect(set.changes.count == 2)
      store.forget(fixture.session)
    }
  }

  @Test("Links, pipes and large files are not read, broken ones are told, and nothing of what is in them")
  func broken() async throws {
    let fixture = try WorkspaceFixture()
    try put(fixture.root + "/elsewhere", "APP_PASSWORD=\(Self.value)\n")
    try link(fixture.project + "/.env", fixture.root + "/elsewhere")
    try put(fixture.project + "/.env.large", "A_KEY=" + String(repeating: "x", count: 300_000))
    try put(fixture.project + "/.env.odd", "\(Self.value)\n")
    let masks = [".env", ".env.large", ".env.odd", ".env.gone", "id.pem"].map { fixture.project + "/" + $0 }
    let hidden = HiddenVariables(in: try Tree(fixture.project), project: fixture.project, masks: masks)
    #expect(hidden.secrets == [])
    #expect(hidden.notices.count == 4)
    #expect(!hidden.notices.joined().contains(Self.value))
  }
}
