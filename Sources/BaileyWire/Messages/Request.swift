package import BaileyCore

/// What a command asks of the controller: the first message of a connection, and the only one of its kind.
///
/// The controller answers with any number of events and exactly one reply, which ends the exchange.
package enum Request: Sendable, Equatable {
  /// Answered with `version`; starts nothing.
  case version
  case run(RunRequest)
  case exec(ExecRequest)
  case attach(SessionReference, TerminalRequest)
  /// Running sessions, or all known ones.
  case list(all: Bool)
  case kill(SessionReference)
  case killAll
  case freeze(SessionReference)
  case thaw(SessionReference)
  case grant(SessionReference, path: String, writable: Bool)
  case revoke(SessionReference, path: String)
  case changes(SessionReference)
  /// - Parameter digest: of the change set that the person saw.
  case apply(SessionReference, ChangeSelection, digest: String)
  /// - Parameter paths: relative to the project; `nil` is everything.
  case discard(SessionReference, paths: [[UInt8]]?)
  case undo(SessionReference)
  case resetHome(directory: String)
  /// What the project's manifest asks for, and whether it is trusted.
  case showTrust(directory: String)
  case agree(directory: String, digest: String)
  case doctor(directory: String)
  /// Entries of the log, as events.
  case log(LogQuery)
  case logEntry(index: UInt64)
  case verifyLog
  /// A recording: its status as an event, its bytes as data.
  case replay(ReplayRequest)
  /// What a session read and changed: a statement, as data.
  case provenance(SessionReference)
  /// Makes the index of the log anew, or tells how much it covers.
  case indexLog(rebuild: Bool)
  /// What is kept beside the log.
  case payloads(SessionReference?)
  case erasePayloads(EraseOrder)
  /// Erases now what retention.yaml makes due, or says what that is.
  case prunePayloads(dryRun: Bool)
  case hold(SessionReference, reason: String?)
  case release(SessionReference, reason: String?)
  case holds
  case secrets
  case secretOrder(SecretOrder)
  /// The policies in force.
  case policies(reload: Bool)
  /// What decisions of a session rest on beside the policies.
  /// - Parameter action: as it is recorded.
  case policyBasis(SessionReference, action: JSON)
  /// Ends all sessions and the controller.
  case shutdown
}

extension Request {
  /// The word that stands for the request in its message.
  package var name: String {
    switch self {
    case .version: "version"
    case .run: "run"
    case .exec: "exec"
    case .attach: "attach"
    case .list: "list"
    case .kill: "kill"
    case .killAll: "kill-all"
    case .freeze: "freeze"
    case .thaw: "thaw"
    case .grant: "grant"
    case .revoke: "revoke"
    case .changes: "changes"
    case .apply: "apply"
    case .discard: "discard"
    case .undo: "undo"
    case .resetHome: "reset-home"
    case .showTrust: "show-trust"
    case .agree: "agree"
    case .doctor: "doctor"
    case .log: "log"
    case .logEntry: "log-entry"
    case .verifyLog: "verify-log"
    case .replay: "replay"
    case .provenance: "provenance"
    case .indexLog: "index-log"
    case .payloads: "payloads"
    case .erasePayloads: "erase-payloads"
    case .prunePayloads: "prune-payloads"
    case .hold: "hold"
    case .release: "release"
    case .holds: "holds"
    case .secrets: "secrets"
    case .secretOrder: "secret-order"
    case .policies: "policies"
    case .policyBasis: "policy-basis"
    case .shutdown: "shutdown"
    }
  }

  package var json: JSON { .envelope("request", name, members) }

  private var members: [String: JSON] {
    switch self {
    case .version, .killAll, .verifyLog, .holds, .secrets, .shutdown: [:]
    case .run(let run): run.members
    case .exec(let exec): exec.members
    case .attach(let session, let terminal): ["session": session.json, "terminal": terminal.json]
    case .list(let all): ["all": .bool(all)]
    case .indexLog(let rebuild): ["rebuild": .bool(rebuild)]
    case .secretOrder(let order): order.members
    case .policies(let reload): ["reload": .bool(reload)]
    case .policyBasis(let session, let action): ["session": session.json, "action": action]
    case .kill(let session), .freeze(let session), .thaw(let session), .changes(let session), .undo(let session),
      .provenance(let session):
      ["session": session.json]
    case .grant(let session, let path, let writable):
      ["session": session.json, "path": .string(path), "write": .bool(writable)]
    case .revoke(let session, let path): ["session": session.json, "path": .string(path)]
    case .apply(let session, let selection, let digest):
      ["session": session.json, "selection": selection.json, "sha256": .string(digest)]
    case .discard(let session, let paths): discard(session, paths)
    case .resetHome(let directory), .showTrust(let directory), .doctor(let directory):
      ["directory": .string(directory)]
    case .agree(let directory, let digest): ["directory": .string(directory), "sha256": .string(digest)]
    case .log(let query): query.members
    case .replay(let replay): replay.members
    case .logEntry(let index): ["index": .int(Int64(clamping: index))]
    case .payloads(let session): session.map { ["session": $0.json] } ?? [:]
    case .erasePayloads(let order): order.members
    case .prunePayloads(let dryRun): ["dry_run": .bool(dryRun)]
    case .hold(let session, let reason), .release(let session, let reason):
      ["session": session.json].merging(reason.map { ["reason": .string($0)] } ?? [:]) { own, _ in own }
    }
  }

  private func discard(_ session: SessionReference, _ paths: [[UInt8]]?) -> [String: JSON] {
    var members = ["session": session.json]
    if let paths { members["paths"] = .array(paths.map(JSON.init(bytes:))) }
    return members
  }
}
