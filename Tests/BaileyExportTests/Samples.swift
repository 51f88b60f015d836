import BaileyCore
import BaileyExport

/// One record at least of each form that Bailey writes, made as its sources make them.
enum Samples {
  static let session = SessionID("4f7c0a1b2c3d4e5f") ?? .random()
  static let subject = Subject(session: session, agent: "node", user: "dev")
  static let origin = ExportOrigin(log: "bailey-log.example", host: "workstation", version: "1.2.3")
  static let time: Int64 = 1_790_000_000_123_456_789

  static let actions: [Action] = [
    .start(subject, command: ["claude", "--token", "[masked]"], project: "/home/dev/project", manifest: "ab12"),
    .exec(subject, path: "/usr/bin/git", arguments: ["git", "commit", "-m", "a b"]),
    .mount(subject, path: "/home/dev/data", access: "read"),
    .connect(subject, host: "db.example.com", address: nil, port: 5432, transport: "tcp"),
    .connect(subject, host: nil, address: "2001:db8::1", port: 443, transport: "address"),
    .request(
      subject, scheme: "https", host: "api.github.com", port: 443, method: "POST", path: "/repos?q=1", bytes: 512),
    .request(subject, scheme: "http", host: "x.example", port: 80, method: "PROPFIND", path: "/"),
    .resolve(subject, name: "api.github.com", type: "AAAA"),
    .apply(subject, project: "/home/dev/project", changes: 3, risky: 1, digest: "cd34"),
    Action(.workspaceApply, subject, resource: ["project": "/home/dev/project", "undo": true]),
    Action(.fileRead, subject, resource: ["path": "/home/dev/a"]),
    Action(.secretUse, subject, resource: ["name": "github"]),
    Action(.toolCall, subject, resource: ["tool": "search", "server": "docs"]),
    Action(.taskRun, subject, resource: ["path": "/bin/make", "argv": ["make", "all"]]),
    Action(.pluginCall, subject, resource: ["name": "p"]), Action(.modelLoad, subject, resource: ["name": "m"]),
    Action(.netConnect, subject, resource: ["host": "*", "count": 17]),
    Action(.netConnect, subject, resource: ["host": "*"]),
    Action(.httpRequest, subject, resource: ["scheme": "http"]),
    Action(.dnsQuery, subject, resource: ["name": "*", "count": 3]),
    Action(.netConnect, subject, resource: ["address": "/run/x.sock", "transport": "observed"]),
  ]

  static let deny = Decision(combining: [
    Reason(.deny, "nothing-allows", "no rule allows this", source: SourceLocation(file: "/etc/bailey/a.rego", line: 7))
  ])
  static let allow = Decision(combining: [Reason(.allow, "manifest-network", "the manifest allows it")])

  static var decided: [Record] {
    actions.flatMap { action in
      [allow, deny].map { decision in
        Record(.intent, session: session, time: time, body: ["action": action.json, "decision": decision.json])
      }
    }
  }

  static var observed: [Record] {
    let files = ["open", "rename", "unlink", "mkdir", "symlink", "link", "connect"].map {
      Action.write(subject, path: "/srv/project/a", operation: $0, to: $0 == "rename" ? "/srv/project/b" : nil)
    }
    let detail: JSON = ["code": "tls-malformed", "reason": "the TLS ClientHello cannot be read in only one way"]
    return (files + actions).flatMap { action in
      var seen = action
      seen.context = ["pid": 17]
      return [
        Record.observed(seen, Outcome(succeeded: true, detail: ["observed": true]), time: time),
        Record.observed(action, Outcome(succeeded: false, detail: detail), time: time),
      ]
    }
  }

  static var others: [Record] {
    let fault = Fault("workspace-io", subject: "/home/dev/.env", why: "it could not be masked").json
    let notes: [JSON] = [
      ["event": "exec", "argv": ["/bin/sh", "-c", "id"]], ["event": "frozen"], ["event": "watch-unfinished"],
      ["event": "masked", "path": "/home/dev/project/.env"], ["event": "protected", "path": "/home/dev/.git/hooks"],
      ["event": "sensitive-file-exposed", "fault": fault], ["event": "not-killed", "fault": fault],
      ["event": "watch", "notice": "too many directories"],
      ["event": "discarded", "count": 2, "paths": ["a", "b"]],
    ]
    let own: [JSON] = [
      ["event": "log.tail-cut", "bytes": 12, "leaf_sha256": "q83v"],
      ["event": "log.kept-head-behind", "kept": 1, "log": 2],
    ]
    let bodies: [(Record.Kind, JSON)] = [
      (
        .sessionStart,
        [
          "argv": ["claude"], "project": "/home/dev/project", "mode": "staged", "manifest_sha256": "ab12",
          "notices": ["a notice"], "user": "dev",
        ]
      ),
      (
        .sessionEnd,
        ["cause": "limit:memory", "exit_code": 124, "sent_bytes": 1, "received_bytes": 2, "connections": 3]
      ),
      (.grant, ["path": "/home/dev/data", "access": "write"]), (.revoke, ["path": "/home/dev/data"]),
      (.apply, ["applied": 1, "conflicts": 0, "held_back": 0, "paths": ["a"], "refs": [], "intent": 8]),
      (.undo, ["applied": 1, "conflicts": 0, "held_back": 0, "paths": ["a"], "refs": [], "intent": 8]),
      (.gap, ["lost": 12, "sessions": [session.text: 12], "denied": true]), (.note, ["truncated": true]),
      (.transcript, ["program": 0, "state": "ended", "bytes": 512, "sha256": "ab12"]),
      (.payload, ["event": "erased", "kind": "recording", "sha256": "ab12", "size": 512, "reason": "max-age"]),
      (.provenance, ["inputs": 3, "outputs": 1, "sha256": "ab12", "bytes": 512]),
    ]
    return bodies.map { Record($0.0, session: session, time: time, body: $0.1) }
      + notes.map { Record(.note, session: session, time: time, body: $0) }
      + own.map { Record(.note, session: nil, time: time, body: $0) }
      + [Record(.gap, session: nil, time: time, body: ["lost": 1, "sessions": [:]])]
  }

  /// All of them with places in a log, each decision followed by an outcome of its own.
  static var all: [ExportedRecord] {
    var list: [ExportedRecord] = []
    for record in decided + observed + others {
      let entry = exported(record, index: UInt64(list.count))
      list.append(entry)
      if record.kind == .intent { list += outcomes(of: entry, from: UInt64(list.count)) }
    }
    return list
  }

  private static func outcomes(of intent: ExportedRecord, from index: UInt64) -> [ExportedRecord] {
    let details: [(Bool, JSON)] = [
      (true, ["sent": 10, "received": 20, "address": "192.0.2.1:443", "status": 200]),
      (false, ["fault": "workspace-io"]), (false, ["reason": ["code": "upload-budget", "reason": "it is used up"]]),
      (false, ["reason": "client-gone"]),
    ]
    return details.enumerated().map { offset, detail in
      let body: JSON = [
        "intent": .int(Int64(intent.index)), "succeeded": .bool(detail.0), "detail": detail.1,
      ]
      let record = Record(.outcome, session: session, time: time + 1, body: body)
      return exported(record, index: index + UInt64(offset), intent: intent.record)
    }
  }

  static func exported(_ record: Record, index: UInt64, intent: JSON? = nil) -> ExportedRecord {
    let leaf = String(repeating: "0", count: 62) + (index % 256 < 16 ? "0" : "") + String(index % 256, radix: 16)
    return ExportedRecord(index: index, leaf: leaf, record: record.json, intent: intent)
  }
}
