import BaileyCore
import Testing

@testable import BaileyCommands

@Suite("What a person sees of changes")
struct DiffTextTests {
  private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  private func edited() -> Change {
    var change = Change(path: bytes("src/a.swift"), kind: .modified, type: .file)
    (change.oldMode, change.newMode) = (0o644, 0o755)
    var hunk = Hunk(
      oldStart: 3, oldCount: 2, newStart: 3, newCount: 2,
      lines: [.context(bytes("same\tline")), .removed(bytes("old")), .added(bytes("new\u{1B}]0;pwned\u{7}\r"))])
    hunk.newEndsWithoutNewline = true
    change.hunks = [hunk]
    return change
  }

  @Test("What is beyond doubt is shown before all else that was found")
  func certainFirst() {
    var change = Change(path: [0x61], kind: .added, type: .file)
    change.findings = Array(
      repeating: ContentFinding(rule: "decoy", title: "", kind: .secret, tier: .likely), count: 60)
    var other = Change(path: [0x62], kind: .added, type: .file)
    other.findings = [ContentFinding(rule: "real", title: "", kind: .secret, tier: .certain)]
    let text = Summary(palette: .none).found([change, other], [])
    #expect(text.contains("b  certain real") && text.contains("and 11 more"), "\(text)")
  }

  @Test("A unified diff in which nothing obeys the agent")
  func diff() {
    let text = DiffText(palette: .none).text(edited())
    #expect(
      text == """
        diff src/a.swift
        mode 0644 -> 0755
        --- a/src/a.swift
        +++ b/src/a.swift
        @@ -3,2 +3,2 @@
         same\tline
        -old
        +new\\u{1b}]0;pwned\\u{7}\\u{d}
        \\ No newline at end of file

        """)
  }

  @Test("Names with newlines, escapes, overrides and bytes that are not UTF-8 are written out")
  func names() {
    #expect(printable(bytes("a\nb")) == "a\\u{a}b")
    #expect(printable(bytes("\u{1B}[31m")) == "\\u{1b}[31m")
    #expect(printable(bytes("txt.\u{202E}exe")) == "txt.\\u{202e}exe")
    #expect(printable([0x61, 0xFF, 0xC3]) == "a\\x{ff}\\x{c3}")
    #expect(printable(bytes("\u{9B}31m")) == "\\u{9b}31m")
    #expect(printable(bytes("grün")) == "grün")
  }

  @Test("Every kind of change has its heading")
  func headings() {
    var deleted = Change(path: bytes("d"), kind: .deleted, type: .file)
    deleted.oldMode = 0o600
    var link = Change(path: bytes("l"), kind: .typeChanged, type: .symlink)
    link.newTarget = bytes("../../etc\u{202E}/passwd")
    var binary = Change(path: bytes("b.png"), kind: .modified, type: .file)
    binary.isBinary = true
    (binary.oldSize, binary.newSize) = (10, 2000)
    var mode = Change(path: bytes("m"), kind: .modeChanged, type: .file)
    (mode.oldMode, mode.newMode) = (0o644, 0o4755)
    let text = [deleted, link, binary, mode].map(DiffText(palette: .none).text).joined()
    #expect(
      text == """
        diff d
        deleted file mode 0600
        diff l
        now a symlink
        +link to ../../etc\\u{202e}/passwd
        diff b.png
        binary: 10 bytes -> 2000 bytes
        diff m
        mode 0644 -> 4755

        """)
  }

  @Test("The summary lists risky changes and conflicts apart")
  func summary() throws {
    var risky = Change(path: bytes(".git/hooks/pre-commit"), kind: .added, type: .file)
    risky.risks = [Risk("git-hook", "git runs it at the next commit")]
    var conflict = Change(path: bytes("c"), kind: .modified, type: .file)
    conflict.conflict = "changed in the project since the start"
    let ref = RefChange(repository: [], name: "refs/heads/main", old: nil, new: String(repeating: "a", count: 40))
    let set = ChangeSet(changes: [edited(), risky, conflict], refs: [ref], digest: "")
    let id = try #require(SessionID("0123456789abcdef"))
    #expect(
      Summary(palette: .none).text(set, session: id) == """
        session 0123456789abcdef: 3 files changed, 1 line added, 1 removed, 1 git ref
          M src/a.swift  +1 -1 mode 0644 -> 0755
          git refs/heads/main none -> aaaaaaaaaaaa
        risky, because they can run code later; they need a separate yes:
          A .git/hooks/pre-commit
              git-hook: git runs it at the next commit
        conflicts, which are left to you:
          M c
              changed in the project since the start

        """)
  }

  @Test("Colours are there only when they are wanted")
  func colours() {
    #expect(DiffText(palette: Palette(isOn: true)).text(edited()).contains("\u{1B}[31m-old\u{1B}[0m"))
    #expect(!Palette(isTerminal: true, environment: ["NO_COLOR": "1"]).isOn)
    #expect(!Palette(isTerminal: true, environment: ["TERM": "dumb"]).isOn)
    #expect(!Palette(isTerminal: false, environment: [:]).isOn)
    #expect(Palette(isTerminal: true, environment: ["NO_COLOR": ""]).isOn)
  }

  @Test("JSON for a terminal holds no character that it would obey, and reads back the same")
  func json() throws {
    let value: JSON = ["a": "x\u{9B}\u{202E}\u{7F}\u{1F600}\u{E0001}é"]
    let text = value.shownText
    #expect(text == "{\"a\":\"x\\u009b\\u202e\\u007f\u{1F600}\\udb40\\udc01é\"}")
    #expect(try JSON.parse(text) == value)
  }

  @Test("A fault is told on lines of its own, printable, with its code")
  func fault() {
    let fault = Fault("a-b", subject: "x\u{1B}[2J", why: "no\u{7}", hint: "do\u{202E}")
    #expect(fault.shown == "bailey: x\\u{1b}[2J: no\\u{7} [a-b]\nhint: do\\u{202e}")
  }

  @Test(
    "Times are UTC",
    arguments: [
      (Int64(0), "1970-01-01T00:00:00Z"), (951_782_400_000_000_000, "2000-02-29T00:00:00Z"),
      (1_795_256_566_999_999_999, "2026-11-21T10:22:46Z"), (4_102_444_799_000_000_000, "2099-12-31T23:59:59Z"),
    ])
  func times(_ nanoseconds: Int64, _ text: String) { #expect(timeText(nanoseconds) == text) }
}
