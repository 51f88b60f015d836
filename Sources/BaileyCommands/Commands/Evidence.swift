import ArgumentParser
import BaileyCore

struct Evidence: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "evidence", abstract: "Write all that is on record of a session into one archive that proves itself.",
    discussion: """
      EXAMPLES
        bailey evidence 4f7c
        bailey evidence 4f7c -o incident-12.tar --json

      Records with proofs, the signed head, recordings, diffs, and a signed statement over them: see docs/evidence.md. A session that runs can
      be asked for, too. The exit code is 6 when something that the log names is changed or missing, and no record says that it was erased.
      """)

  @Argument(help: "A session's name or the beginning of it.", completion: .sessions)
  var session: String
  @Option(
    name: .shortAndLong, help: ArgumentHelp("Where to; bailey-SESSION.tar if left out.", valueName: "file"),
    completion: .file())
  var output: String?
  @OptionGroup var data: DataOptions

  var console: Console { data.console }

  func execute() throws(Failure) -> Int32 {
    try LogTool.become(
      ["evidence"] + (output.map { ["--output=" + $0] } ?? []) + (data.json ? ["--json"] : []) + ["--", session])
  }
}

struct Verify: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Check an archive of `bailey evidence`, offline.",
    discussion: """
      EXAMPLES
        bailey verify bailey-4f7c0123456789ab.tar --key bailey.local/log/…
        bailey verify incident-12.tar --key log.pub --witness-policy policy.txt --json

      Nothing is needed but the archive and the log's public key, as whoever runs the log noted it down; the one in the archive is never taken.
      The exit code is 6 when anything does not hold. `bailey log verify` checks this machine's log.
      """)

  @Argument(help: "The archive.", completion: .file())
  var file: String
  @Option(help: ArgumentHelp("The log's public key, or a file that holds it.", valueName: "key"), completion: .file())
  var key: String?
  @Option(help: ArgumentHelp("Who must have cosigned the head.", valueName: "file"), completion: .file())
  var witnessPolicy: String?
  @Flag(help: "Also refuse what cannot be told to have all records up to the session's end.")
  var requireComplete = false
  @OptionGroup var data: DataOptions

  var console: Console { data.console }

  func execute() throws(Failure) -> Int32 {
    try LogTool.become(
      ["verify-evidence"] + (key.map { ["--key=" + $0] } ?? [])
        + (witnessPolicy.map { ["--witness-policy=" + $0] } ?? []) + (requireComplete ? ["--require-complete"] : [])
        + (data.json ? ["--json"] : []) + ["--", file])
  }
}
