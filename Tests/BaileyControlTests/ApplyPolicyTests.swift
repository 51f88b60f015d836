import BaileyCore
import BaileyPolicy
import BaileyTestSupport
import Synchronization
import Testing

@testable import BaileyControl

/// Policy files in memory, all of root's.
struct Files: PolicyStorage {
  let texts: [String: String]

  func read(_ path: String, limit: Int) throws(Fault) -> StoredFile? {
    texts[path].map { StoredFile(bytes: Array($0.utf8), owner: 0, mode: 0o600) }
  }
  func replace(_ path: String, with bytes: [UInt8]) throws(Fault) {}
  func list(_ directory: String) throws(Fault) -> [StoredName]? {
    texts.keys.filter { $0.hasPrefix(directory + "/") }
      .map { StoredName(String($0.dropFirst(directory.utf8.count + 1)), isDirectory: false) }
  }
  func within(_ directory: String) -> any PolicyStorage { self }
  func realPath(_ path: String) -> String? { path }
}

private struct Numbers: Recorder {
  func append(_ record: Record, _ durability: Durability) async throws(Fault) -> UInt64 { 0 }
}

private final class KeepingRecorder: Recorder {
  let records = Mutex<[Record]>([])

  func append(_ record: Record, _ durability: Durability) async throws(Fault) -> UInt64 {
    records.withLock {
      $0.append(record)
      return UInt64($0.count - 1)
    }
  }
}

/// Allows all, with a label.
private struct Labeller: Judge {
  var readsFacts: Bool { true }
  func judge(_ action: Action) -> [Reason] { [Reason(.allow, "rule", "a rule allows it")] }
  func opinion(_ action: Action) -> Opinion { Opinion(judge(action), obligations: [["label": "pii"]]) }
}

extension Controller {
  fileprivate func adopt(_ session: Session) { sessions[session.id] = session }
}

@Suite("An order to apply, before the policies")
struct ApplyPolicyTests {
  private static let administrator = "/etc/bailey/policy.d"
  private static let risky =
    "package p\ndeny if {\n  input.action == \"workspace.apply\"\n  input.resource.risky > 0\n}"
  private static let undone = "package p\ndeny if input.resource.undo"

  /// Of a workspace with one change.
  private func keeper(_ risks: [Risk]) -> CountingKeeper {
    var change = Change(path: [0x61], kind: .added, type: .file)
    change.risks = risks
    return CountingKeeper(changes: [change])
  }

  private func controller(
    _ keeper: CountingKeeper, _ texts: [String: String], _ recorder: any Recorder = Numbers()
  ) -> Controller {
    let files = Files(texts: texts)
    let places = ManifestResolver.Places(configuration: "/h/c", state: "/h/s", runtime: "/h/r")
    let store = PolicyStore(
      storage: files, roots: [.administrator: Self.administrator, .user: "/h/c/policy.d"], monotonic: { 0 })
    var resources = Resources.idle(recorder, workspaces: keeper)
    resources.manifests = ManifestResolver(storage: files, places: places, policies: store) { _ in "d" }
    return Controller(resources: resources, floor: NoFloor(), home: "/h")
  }

  private let session = SessionSummary(
    id: .random(), state: .ended, project: "/p", command: ["x"], mode: .staged, manifestDigest: "", user: "u",
    started: 1)

  /// The code of the refusal.
  private func apply(_ texts: [String: String], risks: [Risk] = []) async -> String? {
    let keeper = self.keeper(risks)
    var code: String?
    do throws(Fault) {
      _ = try await controller(keeper, texts).apply(ChangeSelection(), of: session, digest: "00")
    } catch { code = error.code }
    #expect(keeper.effects.withLock { $0 } == (code == nil ? 1 : 0))
    return code
  }

  private func undo(_ texts: [String: String]) async -> String? {
    let keeper = self.keeper([])
    do throws(Fault) { _ = try await controller(keeper, texts).undo(session) } catch { return error.code }
    return nil
  }

  @Test(
    "A policy of any layer that denies risky applies denies one, and lets a harmless one go on",
    arguments: ["/etc/bailey/policy.d/a.rego", "/h/c/policy.d/a.rego", "/p/.bailey/policy/a.rego"])
  func risky(file: String) async {
    #expect(await apply([file: Self.risky], risks: [Risk("git-hook", "runs later")]) == "policy-denies")
    #expect(await apply([file: Self.risky]) == nil)
    #expect(await undo([file: Self.risky]) == nil)
  }

  /// Code and sentence of the refusal, and the action that was recorded.
  private func apply(
    findings: [ContentFinding], _ selection: ChangeSelection = ChangeSelection(), _ texts: [String: String] = [:]
  ) async -> (fault: Fault?, action: JSON?) {
    var (change, other) = (
      Change(path: [0x61], kind: .added, type: .file), Change(path: [0x62], kind: .added, type: .file)
    )
    change.findings = findings
    other.findings = []
    let keeper = CountingKeeper(changes: [change, other])
    let log = KeepingRecorder()
    let controller = controller(keeper, texts, log)
    var fault: Fault?
    do throws(Fault) { _ = try await controller.apply(selection, of: session, digest: "00") } catch { fault = error }
    #expect(keeper.effects.withLock { $0 } == (fault == nil ? 1 : 0))
    let intent = log.records.withLock { $0.first { $0.kind == .intent } }
    return (fault, intent?.body)
  }

  private static let secret: ContentFinding = {
    var secret = ContentFinding(rule: "aws", title: "a key", kind: .secret, tier: .certain)
    secret.sample = "AKIA****"
    return secret
  }()

  @Test(
    "A secret beyond doubt asks, and the person's yes applies it; both are on record with what was found, not its sample"
  )
  func secret() async throws {
    let (refused, asked) = await apply(findings: [Self.secret])
    #expect(refused?.code == "approval-needed")
    #expect(refused?.why == "the inspection found a secret in a: a person has to say yes to it", "\(refused as Any)")
    #expect(refused?.hint?.contains("--approve") == true)
    let findings = asked?["action"]?["resource"]?["findings"]
    #expect(
      findings == ["certain": 1, "likely": 0, "hint": 0, "secrets": 1, "rules": ["aws"], "paths": ["a"]],
      "\(asked as Any)")
    #expect(asked?["action"]?["context"]?["labels"] == ["secret"])
    #expect(asked?["decision"]?["effect"] == "deny")
    #expect(asked.map { !String(decoding: $0.canonical, as: UTF8.self).contains("AKIA") } == true)
    var yes = ChangeSelection()
    yes.isApproved = true
    let (none, approved) = await apply(findings: [Self.secret], yes)
    #expect(none == nil && approved?["decision"]?["effect"] == "allow")
    #expect(approved?["action"]?["context"]?["approved"] == true)
    let codes = approved?["decision"]?["reasons"]?.array?.compactMap { $0["code"]?.string }
    #expect(codes == ["secret-in-changes", "approved-by-person"])
  }

  @Test("What is likely, a hint, or no secret asks nobody, nor does what is not selected")
  func harmless() async {
    let likely = ContentFinding(rule: "x", title: "t", kind: .secret, tier: .likely)
    let card = ContentFinding(rule: "card", title: "t", kind: .financial, tier: .certain)
    let (fault, action) = await apply(findings: [likely, card])
    #expect(fault == nil && action?["action"]?["context"]?["labels"] == ["pii", "secret"])
    let (other, recorded) = await apply(findings: [Self.secret], ChangeSelection(paths: [[0x62]]))
    #expect(other == nil && recorded?["action"]?["resource"]?["findings"]?["secrets"] == 0)
    #expect(await apply(findings: [.unread("why")]).fault?.code == "approval-needed")
  }

  @Test("A new directory that a selected file brings along is asked about with it")
  func parents() {
    var directory = Change(path: Array("d".utf8), kind: .added, type: .directory)
    directory.findings = [Self.secret]
    let file = Change(path: Array("d/f".utf8), kind: .added, type: .file)
    let other = Change(path: Array("e".utf8), kind: .added, type: .directory)
    let chosen = ChangeSelection(paths: [file.path]).chosen(of: [directory, file, other])
    #expect(chosen == [directory, file])
  }

  @Test("A policy asks and denies by what was found, with its place; a yes does not overturn a denial")
  func policies() async {
    let file = Self.administrator + "/a.rego"
    let asks = "package p\nask contains \"sure?\" if input.resource.findings.likely > 0"
    let likely = ContentFinding(rule: "x", title: "t", kind: .secret, tier: .likely)
    var yes = ChangeSelection()
    yes.isApproved = true
    let (fault, _) = await apply(findings: [likely], ChangeSelection(), [file: asks])
    #expect(fault?.code == "approval-needed" && fault?.why.contains("sure?") == true, "\(fault as Any)")
    #expect(fault?.why.contains("\(file):2") == true, "\(fault as Any)")
    #expect(await apply(findings: [likely], yes, [file: asks]).fault == nil)
    let denies = "package p\ndeny if \"secret\" in input.context.labels"
    #expect(await apply(findings: [likely], yes, [file: denies]).fault?.code == "policy-denies")
    #expect(await apply(findings: [], yes, [file: denies]).fault == nil)
  }

  @Test("The labels of a session count when its changes are applied, while it runs and after its end")
  func labelled() async throws {
    let labelled = "package p\ndeny if \"pii\" in input.context.labels"
    let controller = controller(keeper([]), [Self.administrator + "/a.rego": labelled])
    func code(_ id: SessionID) async -> String? {
      var summary = session
      summary.id = id
      do throws(Fault) {
        _ = try await controller.apply(ChangeSelection(), of: summary, digest: "00")
      } catch { return error.code }
      return nil
    }
    let fixture = SessionFixture(recorder: Numbers(), gate: Gate(judges: [Labeller()]))
    await controller.adopt(fixture.session)
    #expect(await code(fixture.session.id) == nil)
    let action = Action.connect(session.subject, host: "a.com", address: nil, port: 443, transport: "tls")
    #expect(await fixture.mediator.request(action).isAllowed)
    #expect(await code(fixture.session.id) == "policy-denies")
    await controller.forget(fixture.session.id)
    #expect(await code(fixture.session.id) == "policy-denies")
    #expect(await code(.random()) == nil)
  }

  @Test("With no policy the person's order is enough")
  func ordered() async {
    #expect(await apply([:], risks: [Risk("git-hook", "runs later")]) == nil)
    #expect(await undo([:]) == nil)
  }

  @Test("A policy can tell an undo")
  func undoing() async {
    #expect(await undo([Self.administrator + "/a.rego": Self.undone]) == "policy-denies")
    #expect(await apply([Self.administrator + "/a.rego": Self.undone]) == nil)
  }

  @Test("A remote judge that cannot be asked denies; policies that cannot be read stop the order")
  func unreachable() async {
    let remote = "judges:\n  - {name: far, url: \"http://127.0.0.1:1\", path: a/b}"
    #expect(await apply([Self.administrator + "/remote.yaml": remote]) == "policy-remote-unreachable")
    #expect(await apply([Self.administrator + "/a.rego": "broken"]) == "policy-invalid")
  }

  @Test(
    "A broken policy of the project stops apply and undo, says where it is broken and what to do, and nothing more once it is mended or gone",
    arguments: [
      ("a.rego", "package p\ndeny if {", "policy-invalid", "/p/.bailey/policy/a.rego:2:"),
      ("a.rego", "package p\ndeny if input.nothing", "policy-input-unknown", "/p/.bailey/policy/a.rego:2"),
      ("data.json", "[", "policy-invalid", "/p/.bailey/policy/data.json"),
      ("a.tgz", "", "policy-name-unknown", "/p/.bailey/policy/a.tgz"),
      ("remote.yaml", "judges: []", "policy-remote-project", "/p/.bailey/policy/remote.yaml"),
    ])
  func brokenProjectPolicy(name: String, text: String, code: String, place: String) async throws {
    let root = "/p/.bailey/policy/"
    let broken = [root + "b.rego": "package b\nx := 1", root + name: text]
    for isUndo in [false, true] {
      let keeper = keeper([])
      let fault = await order(controller(keeper, broken), isUndo)
      #expect(fault?.code == code && fault?.description.contains(place) == true, "\(String(describing: fault))")
      #expect(fault?.hint?.contains("mend it, or move it away; `bailey policy check /p/.bailey/policy`") == true)
      #expect(keeper.effects.withLock { $0 } == 0)
      for files in [[root + "a.rego": Self.risky], [:]] {
        #expect(await order(controller(keeper, files), isUndo) == nil)
      }
    }
  }

  private func order(_ controller: Controller, _ isUndo: Bool) async -> Fault? {
    do throws(Fault) {
      if isUndo {
        _ = try await controller.undo(session)
      } else {
        _ = try await controller.apply(ChangeSelection(), of: session, digest: "00")
      }
      return nil
    } catch { return error }
  }

  @Test(
    "What a decision rests on: the manifest of a session that runs, else of the files; who orders is asked about orders alone"
  )
  func basis() async throws {
    let controller = controller(keeper([]), ["/p/.bailey/manifest.yaml": "network: [a.com]"])
    let fixture = SessionFixture(recorder: Numbers())
    await controller.adopt(fixture.session)
    func basis(_ summary: SessionSummary, _ action: Action) async throws -> (JSON, [String]) {
      let basis = try await controller.basis(of: summary, for: action)
      return (basis, (basis["reasons"]?.array ?? []).compactMap { $0["code"]?.string })
    }
    let connect = Action.connect(session.subject, host: "a.com", address: nil, port: 443, transport: "tls")
    let (over, reasons) = try await basis(session, connect)
    #expect(over["live"] == false && over["project"] == "/p" && over["manifest"]?["sha256"] == "d")
    #expect(over["manifest"]?["network"]?.array?.count == 1 && reasons == ["manifest-allows"], "\(over)")
    let (live, none) = try await basis(await fixture.session.status, connect)
    #expect(live["live"] == true && live["manifest"]?["network"] == [] && none.isEmpty)
    let apply = Action.apply(session.subject, project: "/p", changes: 1, risky: 0, digest: "d")
    #expect(try await basis(session, apply).1 == ["ordered-by-person"])
  }

  @Test("A broken manifest stops the order only where a policy could read it")
  func brokenManifest() async {
    let manifest = ["/p/.bailey/manifest.yaml": "nonsense: 1"]
    #expect(await apply(manifest) == nil)
    let both = manifest.merging([Self.administrator + "/a.rego": Self.undone]) { $1 }
    #expect(await apply(both)?.hasPrefix("manifest-") == true)
  }
}
