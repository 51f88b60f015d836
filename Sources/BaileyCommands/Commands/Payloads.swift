import ArgumentParser
import BaileyCore
import BaileyWire

struct Payloads: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "payloads", abstract: "List and erase what is kept beside the log: recordings and diffs.",
    discussion: """
      EXAMPLES
        bailey payloads                           what is kept
        bailey payloads --session 4f7c
        bailey payloads prune --dry-run           what retention.yaml makes due
        bailey payloads erase 4f7c --reason "asked for by the customer"
        bailey hold 4f7c                          nothing of this session is erased
      """,
    subcommands: [PayloadList.self, PayloadErase.self, PayloadPrune.self], defaultSubcommand: PayloadList.self)
}

struct PayloadList: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "What is kept, oldest first, and when it goes by itself.",
    discussion: """
      EXAMPLES
        bailey payloads list
        bailey payloads list --session 4f7c --json
      """)

  @Option(help: ArgumentHelp("Only of this session.", valueName: "session"), completion: .sessions)
  var session: String?
  @OptionGroup var data: DataOptions

  var console: Console { data.console }

  func execute() throws(Failure) -> Int32 {
    let reference: SessionReference? = if let session { try SessionOption.reference(session) } else { nil }
    guard case .payloads(let rows) = try Client.open().ask(.payloads(reference)) else { throw .misunderstood }
    if console.isJSON {
      console.write(["v": 1, "ok": true, "payloads": .array(rows.map(\.json))])
    } else if rows.isEmpty {
      console.tell("nothing is kept")
    } else {
      let head = ["SESSION", "KIND", "SIZE", "SINCE", "GOES", "SHA256"]
      console.write(Table(head: head, rows: rows.map(Self.cells)).text(console.palette))
    }
    return 0
  }

  private static func cells(_ row: PayloadStatus) -> [String] {
    let goes = row.isHeld ? "held" : row.isRunning ? "running" : row.due.map(timeText) ?? "-"
    return row.payload.cells + [goes, row.payload.sha256]
  }
}

struct PayloadErase: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "erase", abstract: "Erase what is kept of a session, or one content; the log keeps its hash.",
    discussion: """
      EXAMPLES
        bailey payloads erase 4f7c
        bailey payloads erase 4f7c --yes --reason "asked for by the customer"
        bailey payloads erase 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08

      What other sessions name, too, stays, unless it is named by its SHA-256. Nothing of a session that runs or is held is erased. \
      The reason goes into the log, which is never cut.
      """)

  @Argument(help: "A session's name or the beginning of it, or a SHA-256.", completion: .sessions)
  var target: String
  @Flag(name: .shortAndLong, help: "Do not ask.")
  var yes = false
  @OptionGroup var words: ReasonOption
  @OptionGroup var data: DataOptions

  var console: Console { data.console }

  func execute() throws(Failure) -> Int32 {
    let target: EraseOrder.Target =
      if isDigest(self.target) { .content(sha256: self.target) } else {
        .session(try SessionOption.reference(self.target))
      }
    if !yes, try !agrees(target) {
      console.confirm([:], "nothing was erased")
      return 0
    }
    return try Client.erase(.erasePayloads(EraseOrder(target, reason: words.reason)), console, "erased")
  }

  private func agrees(_ target: EraseOrder.Target) throws(Failure) -> Bool {
    guard console.canAsk else {
      throw Failure(2, Fault("confirmation-needed", why: "nobody can be asked whether to erase", hint: "give --yes"))
    }
    _ = try Client.erase(.erasePayloads(EraseOrder(target, isDryRun: true)), console, "would be erased")
    let answer = console.ask("Erase? It cannot be brought back. [y/N] ")
    return answer == "y" || answer == "yes"
  }
}

struct PayloadPrune: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "prune", abstract: "Erase now what retention.yaml makes due; the controller does so every hour.",
    discussion: """
      EXAMPLES
        bailey payloads prune --dry-run
        bailey payloads prune
      """)

  @Flag(help: "Only say what is due.")
  var dryRun = false
  @OptionGroup var data: DataOptions

  var console: Console { data.console }

  func execute() throws(Failure) -> Int32 {
    try Client.erase(.prunePayloads(dryRun: dryRun), console, dryRun ? "would be erased" : "erased")
  }
}

/// A person's words for the log.
struct ReasonOption: ParsableArguments {
  @Option(help: ArgumentHelp("Why; it goes into the log.", valueName: "text"))
  var reason: String?

  func validate() throws {
    guard let reason else { return }
    if reason.isEmpty || reason.utf8.count > WireLimit.reason {
      throw ValidationError("--reason has 1 to \(WireLimit.reason) bytes.")
    }
    if reason.utf8.contains(0) { throw ValidationError("--reason cannot hold a NUL byte.") }
  }
}

extension KeptPayload {
  /// Session, kind, size, age.
  fileprivate var cells: [String] {
    let others = sessions.count > 1 ? " +\(sessions.count - 1)" : ""
    return [(sessions.first?.text ?? "-") + others, kind.rawValue, sizeText(size), timeText(time)]
  }
}

extension Client {
  /// - Returns: the exit code: 5 where something stays that was meant.
  fileprivate static func erase(_ request: Request, _ console: Console, _ verb: String) throws(Failure) -> Int32 {
    guard case .erased(let report) = try Client.open().ask(request) else { throw .misunderstood }
    let isWhole = report.left.isEmpty
    if console.isJSON {
      console.write(.object(report.members.merging(["v": 1, "ok": .bool(isWhole)]) { own, _ in own }))
      return isWhole ? 0 : 5
    }
    for due in report.erased {
      console.write("\(due.payload.cells.joined(separator: "  "))  \(due.payload.sha256)  \(due.reason.rawValue)\n")
    }
    for left in report.left { console.write("\(left.payload.sha256) stays: \(printable(left.why))\n") }
    let size = report.erased.reduce(0) { $0 + $1.payload.size }
    console.tell("\(counted(report.erased.count, "payload")), \(sizeText(size)), \(verb)")
    return isWhole ? 0 : 5
  }
}
