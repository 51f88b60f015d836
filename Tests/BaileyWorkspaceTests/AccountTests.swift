import BaileyCore
import Testing

@testable import BaileyWorkspace

@Suite("What a session changed, by plain hashes")
struct AccountTests {
  private func plain(_ text: String) -> ReadLedger.Content {
    var hash = TestHasher()
    hash.update(bytes(text))
    return .sha256(hexadecimal(hash.finish()), size: Int64(text.utf8.count))
  }

  @Test("Both sides of each changed file have their hash, sensitive ones none; directories and links are left out")
  func outputs() async throws {
    let fixture = try WorkspaceFixture()
    try put(fixture.project + "/a", "old")
    try put(fixture.project + "/keys/k", "secret")
    try await fixture.open(sensitive: [Glob("keys/"), Glob(".env")])
    try put(fixture.upper + "/a", "new")
    try put(fixture.upper + "/d/b", "made")
    try put(fixture.upper + "/d/.env", "KEY=1")
    try put(fixture.upper + "/keys/new", "x")
    try link(fixture.upper + "/link", "a")
    let asked = ["a", "d/.env", "keys/k", "keys", "d/keys"].map(bytes)
    let account = try await fixture.workspaces.account(of: fixture.session, inputs: asked)
    func output(_ path: String, _ kind: Change.Kind, _ before: ReadLedger.Content?, _ after: ReadLedger.Content?)
      -> SessionOutput
    { SessionOutput(path: bytes(path), kind: kind, before: before, after: after, isConflict: false) }
    #expect(
      account.outputs == [
        output("a", .modified, plain("old"), plain("new")), output("d/.env", .added, nil, .unknown(.sensitive)),
        output("d/b", .added, nil, plain("made")), output("keys/new", .added, nil, .unknown(.sensitive)),
      ])
    #expect(account.sensitive == Set(["d/.env", "keys/k"].map(bytes)))
  }

  @Test(
    "Both sides of a change can be read as long as they are what the digest covers, and it is known which are sensitive"
  )
  func contents() async throws {
    let fixture = try WorkspaceFixture()
    try put(fixture.project + "/a", "old")
    try await fixture.open(sensitive: [Glob("keys/"), Glob(".env")])
    try put(fixture.upper + "/a", "new")
    try put(fixture.upper + "/keys/new", "x")
    let contents = try #require(try await fixture.workspaces.changes(of: fixture.session).contents)
    #expect(contents.isSensitive(bytes("keys/new")) && contents.isSensitive(bytes("d/.env")))
    #expect(!contents.isSensitive(bytes("a")) && contents.sides(of: bytes("b")) == nil)
    let sides = try #require(contents.sides(of: bytes("a")))
    #expect(sides.old == bytes("old") && sides.new == bytes("new"))
    #expect(try #require(contents.sides(of: bytes("keys/new"))).old == [])
    try put(fixture.project + "/a", "own")
    #expect(contents.sides(of: bytes("a")) == nil)
  }

  @Test("Of a direct session the changes are not known, of a read-only one there are none")
  func modes() async throws {
    let direct = try WorkspaceFixture()
    try await direct.open(.direct)
    #expect(try await direct.workspaces.account(of: direct.session, inputs: []).outputs == nil)
    let readOnly = try WorkspaceFixture()
    try await readOnly.open(.readOnly)
    #expect(try await readOnly.workspaces.account(of: readOnly.session, inputs: []).outputs == [])
  }
}
