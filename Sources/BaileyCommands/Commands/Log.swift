import ArgumentParser
import BaileyCore
import BaileyWire

struct Log: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "log", abstract: "Read and verify the record of everything that sessions did.",
    discussion: """
      EXAMPLES
        bailey log                        the last 200 entries
        bailey log --session 4f7c --kind intent
        bailey log --denied
        bailey log --follow
        bailey log show 1234
        bailey log verify
        bailey log proof 1234 > x.tlog-proof
        bailey log recover                what to do with a log that does not start
        bailey log export --format opa    decisions for programs that read OPA's decision log
      """,
    subcommands: [
      LogList.self, LogShow.self, LogVerify.self, LogProve.self, LogRecover.self, LogExport.self,
    ], defaultSubcommand: LogList.self)
}

struct LogList: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List entries, oldest first.",
    discussion: """
      EXAMPLES
        bailey log list --last 20
        bailey log list --session 4f7c --json
      """)

  @Option(help: ArgumentHelp("Only entries of this session.", valueName: "session"), completion: .sessions)
  var session: String?
  @Option(help: ArgumentHelp("Only entries of this kind; may be repeated.", valueName: "kind"))
  var kind: [Record.Kind] = []
  @Option(name: [.long, .customShort("n")], help: ArgumentHelp("The newest so many; 0 is all.", valueName: "count"))
  var last = 200
  @Flag(help: "Only what was refused.")
  var denied = false
  @Flag(name: .shortAndLong, help: "Go on with what is appended.")
  var follow = false
  @OptionGroup var data: DataOptions

  var console: Console { data.console }

  func validate() throws {
    if last < 0 { throw ValidationError("--last is a count.") }
  }

  func execute() throws(Failure) -> Int32 {
    let query = LogQuery(
      session: try session.map { text throws(Failure) in try SessionOption.reference(text) }, kinds: kind,
      last: last == 0 ? nil : last, follows: follow)
    let line = LogLine(palette: console.palette)
    let reply = try Client.open().ask(.log(query)) { event throws(Failure) in
      guard case .entries(let rows) = event else { return }
      // One entry a line under --json, so that it can be followed.
      for row in rows where !denied || row.isDenial {
        console.isJSON ? console.write(row.versioned) : console.write(line.text(row) + "\n")
      }
    }
    guard case .done = reply else { throw .misunderstood }
    return 0
  }
}

extension LogRow {
  /// Whether the gate, the network's gate or the supervisor of the sandbox refused it.
  var isDenial: Bool {
    let body = record["body"]
    return body?["decision"]?["effect"] == "deny"
      || (record["kind"] == "gap" && body?["denied"] == true)
      || (record["kind"] == "observed" && body?["succeeded"] == false && isRefusal(body?["detail"]))
  }

  /// The supervisor says that it observed, the network's gate gives a code; a gap in what was observed is neither.
  private func isRefusal(_ detail: JSON?) -> Bool { detail?["observed"] == true || detail?["code"]?.string != nil }
}

struct LogShow: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show one entry and the proof that it is in the log.",
    discussion: """
      EXAMPLES
        bailey log show 1234
      """)

  @Argument(help: "The entry's number.")
  var index: UInt64
  @OptionGroup var data: DataOptions

  var console: Console { data.console }

  func execute() throws(Failure) -> Int32 {
    guard case .entry(let row) = try Client.open().ask(.logEntry(index: index)) else { throw .misunderstood }
    if console.isJSON { console.write(row.versioned) } else { console.write(Self.text(row)) }
    return 0
  }

  static func text(_ row: LogRow) -> String {
    var text = "entry \(row.index)\n\(row.record.shownText)\n"
    if !row.proof.isEmpty { text += "inclusion proof:\n" + row.proof.map { "  \(printable($0))\n" }.joined() }
    if let checkpoint = row.checkpoint {
      text +=
        "signed head:\n"
        + checkpoint.split(separator: "\n", omittingEmptySubsequences: false).map { "  \(printable(String($0)))\n" }
        .joined()
    }
    return text
  }
}

struct LogVerify: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Check every entry against the signed head.",
    discussion: """
      EXAMPLES
        bailey log verify
        bailey log verify --proof x.tlog-proof --entry x.json

      The exit code is 6 when anything does not hold.
      """)

  @Option(
    help: ArgumentHelp("Check this proof of one record instead, offline.", valueName: "file"), completion: .file())
  var proof: String?
  @Option(help: ArgumentHelp("With --proof: the record, byte for byte.", valueName: "file"), completion: .file())
  var entry: String?
  @Option(help: ArgumentHelp("With --proof: the log's public key.", valueName: "key"))
  var key: String?
  @Option(help: ArgumentHelp("With --proof: who must have cosigned.", valueName: "file"), completion: .file())
  var witnessPolicy: String?
  @OptionGroup var data: DataOptions

  var console: Console { data.console }

  func validate() throws {
    if proof == nil, entry != nil || key != nil || witnessPolicy != nil {
      throw ValidationError("--entry, --key and --witness-policy go with --proof.")
    }
  }

  private var toolArguments: [String]? {
    guard let proof else { return nil }
    return ["verify", "--proof", proof] + (entry.map { ["--entry", $0] } ?? []) + (key.map { ["--key", $0] } ?? [])
      + (witnessPolicy.map { ["--witness-policy", $0] } ?? [])
  }

  func execute() throws(Failure) -> Int32 {
    if let toolArguments { return try LogTool.become(toolArguments) }
    guard case .verified(let result) = try Client.open().ask(.verifyLog) else { throw .misunderstood }
    let holds = result.problems.isEmpty
    if console.isJSON {
      console.write(.object(result.members.merging(["v": 1, "ok": .bool(holds)]) { own, _ in own }))
    } else {
      console.write(Self.text(result, console.palette))
    }
    return holds ? 0 : 6
  }

  static func text(_ result: LogVerification, _ palette: Palette) -> String {
    guard result.problems.isEmpty else {
      let place = result.firstBad.map { ", the first at entry \($0)" } ?? ""
      return palette.red("the log does NOT hold\(place):") + "\n"
        + result.problems.map { "  \(printable($0))\n" }.joined()
    }
    return palette.green("the log holds")
      + ": \(counted(Int(clamping: result.size), "record")), root \(printable(result.root))\n"
      + (result.anchor.map { "\(printable($0.sentence))\n" } ?? "")
  }
}

extension Record.Kind: ExpressibleByArgument {}
