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
        bailey log --denied --since 2h --host '*.example.com'
        bailey log --follow
        bailey log show 1234              one entry and its proof
        bailey log show 4f7c              what a session did, in order
        bailey log verify
        bailey log proof 1234 > x.tlog-proof
        bailey log recover                what to do with a log that does not start
        bailey log export --format opa    decisions for programs that read OPA's decision log
      """,
    subcommands: [
      LogList.self, LogShow.self, LogVerify.self, LogProve.self, LogIndexCommand.self, LogRecover.self, LogExport.self,
    ], defaultSubcommand: LogList.self)
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
      + (result.erased > 0 ? "\(counted(result.erased, "recording")) erased, on record\n" : "")
      + (result.anchor.map { "\(printable($0.sentence))\n" } ?? "")
  }
}
