internal import ArgumentParser
internal import BaileyAudit
internal import BaileyCore
internal import BaileyLinux
internal import BaileyMerkle

struct Prove: LogTool {
  static let configuration = CommandConfiguration(
    commandName: "proof", abstract: "Print the proof that a record is in the log, as a .tlog-proof file.",
    discussion: """
      The proof ends in the newest head that enough witnesses cosigned, where that covers the record, else in the newest signed one.

      EXAMPLES
        bailey log proof 1234 > x.tlog-proof
        bailey log proof 1234 --entry x.json > x.tlog-proof
      """)

  @Argument(help: "The record's number.")
  var index: UInt64
  @Option(help: ArgumentHelp("Also write the record, byte for byte as it was hashed, to this file.", valueName: "file"))
  var entry: String?

  func execute() async throws(Fault) -> Int32 {
    let reader = try LogReader(try layout)
    let proof = try reader.proof(index: index)
    if let entry {
      let bytes = try reader.record(at: index).json.canonical
      do throws(Errno) { try WholeFile.replace(entry.hasPrefix("/") ? entry : "./" + entry, with: bytes) } catch {
        throw Fault("log-file-unwritable", subject: entry, why: error.message)
      }
    }
    Output.write(proof.encoded)
    return 0
  }
}
