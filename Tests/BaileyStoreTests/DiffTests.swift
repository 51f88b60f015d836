import BaileyAudit
import BaileyLinux
import BaileyTestSupport
import Testing

@testable import BaileyCore
@testable import BaileyStore

/// Files by their names, with both sides.
private struct Files: ChangeContents {
  var files: [String: (old: String, new: String)] = [:]
  var sensitive: Set<String> = []

  func isSensitive(_ path: [UInt8]) -> Bool { sensitive.contains(String(decoding: path, as: UTF8.self)) }

  func sides(of path: [UInt8]) -> (old: [UInt8], new: [UInt8])? {
    files[String(decoding: path, as: UTF8.self)].map { (Array($0.old.utf8), Array($0.new.utf8)) }
  }

  var set: ChangeSet {
    let changes = files.sorted { $0.key < $1.key }.map { name, sides in
      var change = Change(path: Array(name.utf8), kind: .modified, type: .file)
      change.hunks = LineDiff(old: Array(sides.old.utf8), new: Array(sides.new.utf8)).hunks
      return change
    }
    var set = ChangeSet(changes: changes, refs: [], digest: "d")
    set.contents = self
    return set
  }

  func stored(_ secrets: [String] = []) -> String {
    String(decoding: Diffs.text(of: set, secrets).bytes, as: UTF8.self)
  }
}

@Suite("Stored diffs")
struct DiffTests {

  @Test("A diff is the text that a person sees, masked, and lies where its hash says")
  func stored() async throws {
    let scratch = try BaileyTestSupport.Scratch()
    let diffs = Diffs(stateDirectory: scratch.path) { ContentDigest() }
    var binary = Change(path: Array("b".utf8), kind: .added, type: .file)
    (binary.isBinary, binary.newSize, binary.content) = (true, 3, "abcd")
    let ref = RefChange(repository: [], name: "refs/heads/x", old: nil, new: "12")
    var set = Files(files: ["a": ("", "hunter2!\nghp_0123456789abcdefghijABCDEFGHIJ012345\n")]).set
    set.changes.append(binary)
    set.refs = [ref]
    let kept = try await diffs.keep(set, of: .random(), secrets: ["hunter2!"]) { true }
    let text = try scratch.read(StatePlace.payload(sha256: kept.sha256))
    #expect(text.hasPrefix("changes d\ngit refs/heads/x none -> 12\ndiff a\n") && !kept.isCut)
    #expect(
      text.contains("+[masked]\n+[masked]\ndiff b\n") && text.contains("binary: 3 bytes\ncontent abcd\n"), "\(text)")
    #expect(ContentDigest.hex(Array(text.utf8)) == kept.sha256 && Int64(text.utf8.count) == kept.size)
  }

  @Test("A diff for which nobody waits any more is not written")
  func late() async throws {
    let scratch = try BaileyTestSupport.Scratch()
    let diffs = Diffs(stateDirectory: scratch.path) { ContentDigest() }
    let set = Files(files: ["a": ("", "x\n")]).set
    let fault = await #expect(throws: Fault.self) {
      _ = try await diffs.keep(set, of: .random(), secrets: []) { false }
    }
    #expect(fault?.code == "too-slow")
    #expect((try? Descriptor.entries(of: scratch.path + "/payloads")) == nil)
  }

  @Test("A diff that is too long is cut, and says so")
  func cut() {
    var set = Files(files: ["a": ("", "line\n")]).set
    set.changes = .init(repeating: set.changes[0], count: 100)
    let (bytes, isCut) = Diffs.text(of: set, [], limit: 500)
    #expect(isCut && bytes.count < 600 && String(decoding: bytes, as: UTF8.self).hasSuffix("the rest is left out\n"))
  }

  private static let body = (0..<12).map { "MIIE\($0)vQIBADANBgkqhkiG9w0BAQEFAASC\($0)" }
  private static let key = (["-----BEGIN PRIVATE KEY-----"] + body + ["-----END PRIVATE KEY-----"]).joined(
    separator: "\n")
  private static let file = "one\n\(key)\ntwo\n"

  @Test(
    "Nothing of a private key is in a diff that takes it away, replaces it, changes its midst or takes its first line",
    arguments: [
      "one\ntwo\n", "one\n\(key.replacing("MIIE", with: "MIIF"))\ntwo\n", file.replacing("MIIE6", with: "MIIG6"),
      file.replacing("-----BEGIN PRIVATE KEY-----\n", with: ""), "three\n    " + body[5...].joined(separator: "\n    "),
    ])
  func keys(changed: String) {
    for (old, new) in [(Self.file, changed), (changed, Self.file)] {
      let text = Files(files: ["a": (old, new)]).stored()
      #expect(!text.contains("MII") && !text.contains("QIBAD") && text.contains("masked"), "\(text)")
    }
  }

  @Test("A secret of several short lines is masked in what was removed, and in a change of its midst")
  func shortLines() {
    let secret = "alpha1\nbravo2\ncharlie\ndelta4\necho55\nfoxtrot\ngolf77\nhotel8"
    for new in ["", "<\n\(secret.replacing("delta4", with: "d4"))\n>\n"] {
      let text = Files(files: ["a": ("<\n\(secret)\n>\n", new)]).stored([secret])
      for line in secret.split(separator: "\n") { #expect(!text.contains(line), "\(text)") }
    }
  }

  @Test("What is masked on both sides alike, and what cannot be read again, is left out in words")
  func leftOut() {
    #expect(Files(files: ["a": ("hunter2!", "hunter3!")]).stored(["hunter2!", "hunter3!"]).hasSuffix("is masked\n"))
    var set = Files(files: ["a": ("", "line\n")]).set
    set.contents = Files()
    let text = String(decoding: Diffs.text(of: set, []).bytes, as: UTF8.self)
    #expect(text == "changes d\ndiff a\nbailey: its lines are left out, since they cannot be masked\n")
  }

  @Test("Of a sensitive file neither lines nor hash nor target are stored, nor of any where nobody knows which are")
  func sensitive() {
    var set = Files(files: [".env": ("", "KEY=one\n"), "b": ("", "line\n")], sensitive: [".env"]).set
    set.changes[0].content = "abcd"
    set.changes[0].newTarget = [0x78]
    #expect(
      String(decoding: Diffs.text(of: set, []).bytes, as: UTF8.self) == """
        changes d
        diff .env
        bailey: a sensitive file; what is in it is left out
        diff b
        --- a/b
        +++ b/b
        @@ -0,0 +1,1 @@
        +line

        """)
    set.contents = nil
    let text = String(decoding: Diffs.text(of: set, []).bytes, as: UTF8.self)
    #expect(!text.contains("line") && !text.contains("KEY") && !text.contains("abcd"))
  }
}
