import BaileyCore
import BaileyWire

/// One of every message, with every optional part once present and once absent.
enum Samples {
  static let digest = String(repeating: "ab", count: 32)
  static let id = SessionID("0123456789abcdef")

  static func session() throws -> SessionID { try require(id) }

  struct Missing: Error {}

  static func require<T>(_ value: T?) throws -> T {
    guard let value else { throw Missing() }
    return value
  }

  static var options: ManifestOptions {
    var options = ManifestOptions()
    options.manifestPath = "/p/.bailey/manifest.yaml"
    options.profile = "node"
    options.allowHosts = ["pkg.example:443", "*.example.com"]
    options.reads = ["/srv/data"]
    options.recording.reads = true
    options.writes = ["/srv/out"]
    options.environment = ["EDITOR", "A=b=c\n"]
    options.mode = .readOnly
    options.publish = [8080]
    options.hostPorts = [5432, 65535]
    return options
  }

  static var run: RunRequest {
    RunRequest(
      command: ["sh", "-c", "echo \u{1B}[2J\u{202E}"], workingDirectory: "/p/sub",
      environment: ["PATH": "/bin", "E": ""],
      terminal: TerminalRequest(size: TerminalSize(rows: 24, columns: 80), echoes: false),
      streams: StreamPlan(input: .terminal, output: .passed, error: .null), options: options, noInput: true,
      label: "nightly")
  }

  static func requests() throws -> [Request] {
    let latest = SessionReference.latest(directory: "/p")
    let named = try require(SessionReference("0123"))
    let plain = RunRequest(
      command: ["true"], workingDirectory: "/", environment: [:], terminal: nil,
      streams: StreamPlan(input: .null, output: .null, error: .null))
    let exec = ExecRequest(
      session: named, command: ["ps"], workingDirectory: "/p", environment: ["A": "b"], terminal: nil,
      streams: StreamPlan(input: .passed, output: .passed, error: .passed))
    let some = ChangeSelection(
      paths: [Array("a".utf8), [0xFF, 0x0A]], hunks: [Array("a".utf8): [0, 2]], includesRisky: true, movesRefs: false,
      isDryRun: true)
    return [
      .version, .run(run), .run(plain), .exec(exec),
      .attach(latest, TerminalRequest(size: TerminalSize(rows: 1, columns: 65535))), .list(all: true),
      .list(all: false), .kill(named), .killAll, .freeze(latest), .thaw(named),
      .grant(named, path: "/srv/x", writable: true), .revoke(named, path: "/srv/x"), .changes(latest),
      .apply(named, some, digest: digest), .apply(latest, ChangeSelection(), digest: digest),
      .discard(named, paths: nil), .discard(named, paths: [[0xFF], Array("b c".utf8)]), .undo(latest),
      .resetHome(directory: "/p"), .showTrust(directory: "/p"), .agree(directory: "/p", digest: digest),
      .doctor(directory: "/p"), .log(LogQuery()), .log(LogQuery(filter: try filter(), last: .max, reversed: true)),
      .log(LogQuery(last: 0, scans: true)), .indexLog(rebuild: true), .indexLog(rebuild: false),
      .log(LogQuery(session: named, kinds: [.intent, .gap], last: 10, follows: true)),
      .log(LogQuery(filter: try filter(), export: ExportOptions(.ocsf, hashesPaths: true))), .logEntry(index: 7),
      .verifyLog, .provenance(named), .replay(ReplayRequest(session: named, program: 1)),
      .payloads(nil), .payloads(named), .erasePayloads(EraseOrder(.session(named), reason: "r\u{202E}")),
      .erasePayloads(EraseOrder(.content(sha256: digest), isDryRun: true)), .prunePayloads(dryRun: true),
      .hold(named, reason: nil), .hold(latest, reason: "r"), .release(named, reason: "r"), .holds,
      .policyBasis(named, action: ["action": "exec"]), .policies(reload: true), .policies(reload: false),
      .secrets, .secretOrder(.create(.passphrase)), .secretOrder(.create(.file("/k"))), .secretOrder(.create(.service)),
      .secretOrder(.unlock), .secretOrder(.lock), .secretOrder(.add(try card())), .secretOrder(.rotate("a")),
      .secretOrder(.remove("a")), .shutdown,
    ]
  }

  static func card() throws -> SecretCard {
    SecretCard(name: "a", rule: SecretRule(hosts: [try HostPattern("*.a.com")], places: [.json("/x")]), created: 3)
  }

  static func filter() throws -> RecordFilter {
    var filter = RecordFilter()
    (filter.kinds, filter.verbs, filter.effects) = ([.intent, .gap], [.exec, .netConnect], [.deny, .ask])
    (filter.agents, filter.reasons) = (["claude", "a'b%_\n"], ["nothing-allows"])
    filter.hosts = [HostFilter("*.example.com"), HostFilter("[::1]")]
    filter.paths = [try Glob("*.env"), try Glob("/a/**/b")]
    (filter.since, filter.until, filter.isDenial) = (1, .max, true)
    return filter
  }

  static func change() -> Change {
    var change = Change(path: [0x61, 0xFF], kind: .modified, type: .file)
    change.hunks = [
      Hunk(oldStart: 1, oldCount: 1, newStart: 1, newCount: 1, lines: [.removed([0xFE]), .added(Array("x".utf8))])
    ]
    change.risks = [Risk("git-hook", "git runs it")]
    return change
  }

  static func messages() throws -> [ServerMessage] {
    let id = try session()
    var summary = SessionSummary(
      id: id, state: .ended, project: "/p", command: ["a"], mode: .staged, manifestDigest: digest, user: "u", started: 1
    )
    let running = SessionRow(
      summary: summary, label: "l", process: 7, usage: Usage(processes: 1, memory: 2, processorTime: 3),
      traffic: Traffic(sent: 1, received: 2, connections: 3), grants: ["/x"])
    summary.ended = 2
    summary.exitCode = 137
    let question = TrustQuestion(project: "/p", summary: ["a", ""], digest: digest, isTrusted: true)
    let ref = RefChange(repository: [], name: "refs/heads/main", old: nil, new: "aa")
    let set = ChangeSet(changes: [change()], refs: [ref], digest: digest)
    let report = ApplyReport(
      applied: [[0xFF]], conflicts: [.init(path: [0x61], why: "changed")], heldBack: [[0x62]], refs: [ref])
    let row = LogRow(index: 3, record: ["kind": "intent"], proof: ["aa"], checkpoint: "x\n1\n")
    let events: [Event] = [
      .needsTrust(question),
      .started(Started(session: id, project: "/p", mode: .copy, notices: ["no cgroup"])), .stopped(signal: 20),
      .entries([row, LogRow(index: 4, record: .null)]), .exported("{}\n"), .changes([change()]), .report(report),
      .remark("x"),
      .recording(
        RecordingStatus(
          session: .random(),
          findings: RecordingFindings(bytes: 10, verified: 5, problems: ["p"], isEnded: true), state: .full,
          isRunning: false)),
    ]
    let replies: [Reply] = [
      .done, .fault(Fault("a-b", subject: "s", why: "w", hint: "h")), .version("1"),
      .ended(SessionEnding(session: id, code: 0, cause: .program)),
      .ended(
        SessionEnding(session: id, code: 124, cause: .limit("memory"), pending: .init(files: 3, risky: 1, conflicts: 2))
      ),
      .ended(SessionEnding(session: id, code: 137, cause: .killed)),
      .ended(SessionEnding(session: id, code: 127, cause: .notStarted)), .detached(id),
      .sessions([running, SessionRow(summary: summary)]), .sessions([], log: Fault("a-b", subject: "s", why: "w")),
      .secrets(
        SecretListing(
          status: SecretStoreStatus(exists: true, isUnlocked: false, locks: ["file"]), cards: [try card()])),
      .killed(count: 3), .changes(id, set), .applied(id, report),
      .trust(nil), .trust(question), .doctor([HealthFinding("a", .warn, "b", fix: "c"), HealthFinding("a", .ok, "b")]),
      .entry(row), .verified(LogVerification(size: 1, root: "aa", checkpoint: "c", problems: ["p"], firstBad: 0)),
      .verified(
        LogVerification(
          size: 2, root: "aa", checkpoint: "c", problems: [],
          anchor: LogAnchor(size: 1, cosigners: ["w"], unanchoredSince: 5))),
      .indexed(1, of: 2), .verified(LogVerification(size: 1, root: "aa", checkpoint: "c", problems: [], erased: 2)),
      .payloads([
        PayloadStatus(payload: payload(id), isHeld: true, isRunning: false, due: 7),
        PayloadStatus(payload: payload(id), isHeld: false, isRunning: true, due: nil),
      ]),
      .erased(
        ErasureReport(
          erased: [.init(payload(id), .maximumAge)], left: [.init(payload: payload(id), why: "w\u{1B}")])),
      .holds([
        LegalHold(session: id, by: "u", reason: "r\n", time: 1), LegalHold(session: id, by: "u", reason: nil, time: 2),
      ]),
    ]
    var layer = PolicyLayerStatus(name: "user", isLoaded: true)
    (layer.sha256, layer.modules, layer.bundles, layer.judges) = ("aa", ["u.rego"], ["b": "7"], ["far"])
    layer.fault = Fault("a-b", why: "w")
    let policies = Reply.policies([layer, PolicyLayerStatus(name: "administrator", isLoaded: false)])
    return events.map(ServerMessage.event)
      + (replies + [policies, .policyBasis(["live": true])]).map(ServerMessage.reply)
  }

  private static func payload(_ id: SessionID) -> KeptPayload {
    KeptPayload(kind: .diff, sha256: digest, size: 5, time: 6, owners: [.init(session: id)])
  }

  static let controls: [Control] = [
    .resize(TerminalSize(rows: 1, columns: 2)), .signal(15), .resume, .agree(digest: digest), .detach,
  ]
}
