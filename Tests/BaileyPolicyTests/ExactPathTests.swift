import BaileyCore
import Testing

@testable import BaileyPolicy

/// Two spellings of an accented name are two files, though Swift's strings hold them for equal.
@Suite struct ExactPathTests {
  private static let composed = "/srv/caf\u{e9}"
  private static let decomposed = "/srv/cafe\u{301}"

  @Test("A ceiling over one spelling does not cover the other")
  func ceiling() throws {
    let layers = ManifestLayers(
      administrator: try read("ceiling: true\nfiles: [\(Self.composed)]"),
      commandLine: try read("files: [\(Self.decomposed), \(Self.composed)/a]"))
    #expect(
      try layers.merged().files.map { Array($0.path.utf8) } == [
        Array(Self.composed.utf8), Array((Self.composed + "/a").utf8),
      ])
    let judge = CeilingJudge(try read("ceiling: true\nfiles: [\(Self.composed)]"))
    let subject = Subject(session: .random(), agent: "a", user: "u")
    #expect(judge.judge(.mount(subject, path: Self.composed, access: "read")).isEmpty)
    #expect(!judge.judge(.mount(subject, path: Self.decomposed, access: "read")).isEmpty)
  }

  @Test("A path of the other spelling changes the meaning of a manifest, and is shown")
  func trust() throws {
    let one = try read("files: [\(Self.composed)]\nsensitive: [\"x\u{e9}\"]")
    let both = try read("files: [\(Self.composed), \(Self.decomposed)]\nsensitive: [\"x\u{e9}\"]")
    let hidden = try read("files: [\(Self.composed)]\nsensitive: [\"x\u{e9}\", \"xe\u{301}\"]")
    #expect(one.canonicalForm.canonical != both.canonicalForm.canonical)
    #expect(one.canonicalForm.canonical != hidden.canonicalForm.canonical)
    #expect(PermissionSummary(of: both).changes(since: PermissionSummary(of: one).texts).count == 1)
    #expect(try ManifestLayers(user: one, project: hidden).merged().sensitive.count == 2)
  }

  @Test("`..` is found behind a slash that a combining mark follows")
  func parent() throws {
    #expect(throws: PathError.parent) { try PathSpelling.normal("/a/../\u{301}b", home: "/home/u") }
    #expect(try Array(PathSpelling.normal("/a//\u{301}b/./", home: "/h").utf8) == Array("/a/\u{301}b".utf8))
    #expect(try Array(PathSpelling.normal("~/\u{301}b", home: "/h").utf8) == Array("/h/\u{301}b".utf8))
    #expect(ProtectedPaths(home: "/home/u", ownDirectories: []).refusal("/srv/../\u{301}b", writing: false) != nil)
  }
}
