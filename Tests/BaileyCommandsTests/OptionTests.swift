import ArgumentParser
import BaileyCore
import BaileyLinux
import BaileyTestSupport
import BaileyWire
import Testing

@testable import BaileyCommands

@Suite("The command line")
struct OptionTests {
  private func parse<T>(_ type: T.Type, _ words: [String]) throws -> T {
    try #require(try Bailey.parseAsRoot(words) as? T)
  }

  @Test("Everything after -- belongs to the program, options included")
  func program() throws {
    let run = try parse(Run.self, ["run", "-q", "--", "ls", "--json", "--", "-q"])
    #expect(run.command == ["ls", "--json", "--", "-q"] && run.quiet)
  }

  @Test("The options of a manifest are gathered, and paths become absolute")
  func options() throws {
    let run = try parse(
      Run.self,
      [
        "run", "--allow-host", "a.example", "--allow-host", "b.example:8080", "--read", "../x", "--write", "/w/./y",
        "--env", "A=b", "--workspace", "read-only", "--publish", "8080", "--allow-host-port", "5432", "--profile",
        "node",
        "--manifest", "m.yaml", "--", "true",
      ])
    let options = run.options("/p/sub")
    #expect(options.allowHosts == ["a.example", "b.example:8080"])
    #expect(options.reads == ["/p/x"] && options.writes == ["/w/y"] && options.environment == ["A=b"])
    #expect(options.mode == .readOnly && options.publish == [8080] && options.hostPorts == [5432])
    #expect(options.profile == "node" && options.manifestPath == "/p/sub/m.yaml")
  }

  @Test(
    "What does not parse is refused",
    arguments: [
      ["replay", "--idle-limit", "1e300"],
      ["run"], ["run", "ls"], ["run", "--publish", "0", "--", "a"], ["run", "--publish", "65536", "--", "a"],
      ["run", "--publish", "+80", "--", "a"], ["run", "--workspace", "stage", "--", "a"], ["kill", "--all", "0123"],
      ["kill", "--controller"], ["apply", "--patch", "--json"], ["log", "--kind", "nope"], ["log", "show", "-1"],
      ["log", "--verb", "execc"],
      ["log", "--decision", "maybe"], ["log", "--limit", "-1"], ["log", "--reverse", "--follow"],
      ["log", "show", "UPPER"],
      ["log", "--limit", "99999999999999999999"],
      ["completion", "tcsh"], ["nosuch"], ["run", "--allow", "x", "--", "a"], ["exec", "0123"],
    ])
  func refused(_ words: [String]) {
    #expect(throws: (any Error).self) { try Bailey.parseAsRoot(words) }
    #expect(BaileyMain.run(words + ["--json"].filter { _ in false }) == 2)
  }

  @Test("What a recording may leave behind is undone after it")
  func playersReset() {
    for sequence in ["?2026l", "4l", "?6l", "r", "?1049l", "?25h", "?7h", "0 q"] {
      #expect(Player.reset.contains("\u{1B}[" + sequence))
    }
  }

  @Test("Apply takes a session first, then paths")
  func applyWords() throws {
    let both = try parse(Apply.self, ["apply", "0123abcd", "src", "--path", "x"])
    #expect(both.split.session == "0123abcd" && both.split.paths == ["src", "x"])
    let paths = try parse(Apply.self, ["apply", "src/a.swift"])
    #expect(paths.split.session == nil && paths.split.paths == ["src/a.swift"])
  }

  @Test("Log without a word lists; its options reach the list")
  func log() throws {
    let list = try parse(LogList.self, ["log", "--kind", "intent", "--follow", "--session", "0123"])
    #expect(list.filters.kind == [.intent] && list.follow && list.session == "0123")
  }

  @Test("Every command has examples in its help")
  func examples() {
    func check(_ command: any ParsableCommand.Type) {
      #expect(command.configuration.discussion.contains("EXAMPLES"), "\(command)")
      for sub in command.configuration.subcommands { check(sub) }
    }
    check(Bailey.self)
  }

  @Test("Paths outside the project are refused, the project itself is everything")
  func paths() throws {
    let filter = try PathFilter(["a", "../b/c"], directory: "/p/sub", project: "/p")
    #expect(filter.paths == [Array("sub/a".utf8), Array("b/c".utf8)])
    #expect(filter.matches(Array("sub/a/x".utf8)) && filter.matches(Array("b/c".utf8)))
    #expect(!filter.matches(Array("sub/ab".utf8)) && !filter.matches(Array("b".utf8)))
    #expect(try PathFilter(["."], directory: "/p", project: "/p").paths == nil)
    #expect(throws: Failure.self) { try PathFilter(["../../etc"], directory: "/p/sub", project: "/p") }
    #expect(throws: Failure.self) { try PathFilter(["/pq"], directory: "/p", project: "/p") }
  }

  @Test("A refusal by the gate is exit code 3, a moved change set 5, any other fault 1")
  func exitCodes() {
    #expect(Failure(Fault("nothing-allows", subject: "file.mount", why: "x")).code == 3)
    #expect(Failure(Fault("manifest-untrusted", why: "x")).code == 3)
    #expect(Failure(Fault("workspace-changed", why: "x")).code == 5)
    #expect(Failure(Fault("session-unknown", subject: "file", why: "x")).code == 1)
  }

  @Test("The trust question shows the project's words only printable")
  func trust() {
    let question = TrustQuestion(project: "/p\n", summary: ["write /\u{1B}[8m", "host x"], digest: "d")
    #expect(
      TrustPrompt.text(question) == """
        The project /p\\u{a} comes with a manifest that is new or has changed. It asks for:
          write /\\u{1b}[8m
          host x
        sha256 d
        """)
  }

  @Test("The last line of a run says what is left to review")
  func pending() {
    #expect(
      Conversation.sentence(.init(files: 1, risky: 0, conflicts: 0))
        == "bailey: 1 file changed: bailey diff / bailey apply")
    #expect(
      Conversation.sentence(.init(files: 3, risky: 1, conflicts: 2))
        == "bailey: 3 files changed, 1 risky, 2 conflicts: bailey diff / bailey apply")
  }

  @Test("A line of the log tells decision, action and reason")
  func logLine() {
    let record: JSON = [
      "kind": "intent", "time_ns": 0, "session": "0123456789abcdef",
      "body": [
        "action": ["action": "net.connect", "resource": ["host": "evil\u{1B}.example", "port": 443]],
        "decision": ["effect": "deny", "reasons": [["sentence": "no rule allows this"]]],
      ],
    ]
    #expect(
      LogLine(palette: .none).text(LogRow(index: 9, record: record))
        == "9  1970-01-01T00:00:00Z  01234567  intent  deny net.connect evil\\u{1b}.example:443 (no rule allows this)")
  }

  @Test(
    "The outcome of a connection shows the bytes both ways, and what the network's gate refuses by itself counts as denied"
  )
  func networkLines() {
    let outcome: JSON = [
      "kind": "outcome", "time_ns": 0,
      "body": ["intent": 8, "succeeded": true, "detail": ["sent": 517, "received": 4096, "address": "[::1]:443"]],
    ]
    let text = LogLine(palette: .none).text(LogRow(index: 9, record: outcome))
    #expect(text.contains("of 8: done") && text.contains("517") && text.contains("4096"))
    let refusal: JSON = [
      "kind": "observed", "time_ns": 0,
      "body": [
        "action": ["action": "net.connect", "resource": ["host": "a.example", "port": 443]], "succeeded": false,
        "detail": ["code": "name-hidden", "reason": "the client hides it"],
      ],
    ]
    let row = LogRow(index: 10, record: refusal)
    #expect(RecordFacets(row.record).isDenial)
    #expect(LogLine(palette: .none).text(row).hasSuffix("net.connect a.example:443 refused (the client hides it)"))
    #expect(!RecordFacets(outcome).isDenial)
  }

  @Test("A gap says how many there were, and counts as denied when denials are missing")
  func gapLines() {
    let session = SessionID.random()
    let denials = LogRow(index: 9, record: Record.gap(7, denied: true, session: session, time: 0).json)
    let events = LogRow(index: 9, record: Record.gap(8, session: session, time: 0).json)
    #expect(RecordFacets(denials.record).isDenial && !RecordFacets(events.record).isDenial)
    #expect(LogLine(palette: .none).text(denials).hasSuffix("gap  7 denials have no record each"))
    #expect(LogLine(palette: .none).text(events).hasSuffix("gap  8 events have no record each"))
  }
}
