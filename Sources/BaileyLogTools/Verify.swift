internal import ArgumentParser
internal import BaileyAudit
internal import BaileyCore
internal import BaileyLinux
internal import BaileyMerkle

struct Verify: LogTool {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Check the proof of one record, offline.",
    discussion: """
      Without --entry the record is taken from the log of this machine. Without --key the proof is checked by the key beside that log,
      which proves nothing against somebody who can write there. The exit code is 6 when the proof does not hold.

      EXAMPLES
        bailey log verify --proof x.tlog-proof
        bailey log verify --proof x.tlog-proof --entry x.json --key bailey.local/log/…
        bailey log verify --proof x.tlog-proof --entry x.json --key … --witness-policy policy.txt
      """)

  @Option(help: ArgumentHelp("The proof.", valueName: "file"), completion: .file())
  var proof: String
  @Option(help: ArgumentHelp("The record, byte for byte as it was hashed.", valueName: "file"), completion: .file())
  var entry: String?
  @Option(help: ArgumentHelp("The log's public key: name, hash and key with + between.", valueName: "key"))
  var key: String?
  @Option(
    help: ArgumentHelp("Also check that the head has the cosignatures that this policy asks for.", valueName: "file"),
    completion: .file())
  var witnessPolicy: String?

  func execute() async throws(Fault) -> Int32 {
    let verifierKey = try verifierKey()
    let read: LogProof
    let bytes = try LogFile.read(proof, limit: LogProof.maximumBytes)
    do throws(LogProofError) { read = try LogProof(parsing: bytes) } catch {
      return Self.refuse("this is no proof: \(error)")
    }
    let record = try record(read.index, verifierKey)
    guard let verifier = LogVerifier(verifierKey) else { throw LogFile.badKey }
    do throws(LogProofFailure) {
      let head = try read.verify(
        leaf: SHA256Tree.leaf(record), origin: verifierKey.identity.name, verifiers: [verifier], SHA256Tree.self)
      return try report(head, read, verifierKey)
    } catch {
      return Self.refuse("\(error)")
    }
  }

  private func report(_ head: Checkpoint, _ proof: LogProof, _ key: VerifierKey) throws(LogProofFailure) -> Int32 {
    if let witnessPolicy {
      do throws(Fault) {
        let policy = try WitnessPolicy(
          try LogFile.read(witnessPolicy, limit: LogPolicy.maximumBytes), path: witnessPolicy, log: key)
        guard let note = try? SignedNote(parsing: proof.checkpoint), policy.isMet(by: note) else {
          return Self.refuse("the head lacks the cosignatures that \(witnessPolicy) asks for")
        }
      } catch {
        return Self.refuse(error.description)
      }
    }
    Output.write(
      "the proof holds: record \(proof.index) of \(head.size), root \(head.root), log \(printable(head.origin))")
    return 0
  }

  private func record(_ index: UInt64, _ key: VerifierKey) throws(Fault) -> [UInt8] {
    if let entry { return try LogFile.read(entry, limit: EntryBundle.maximumEntry) }
    return try LogReader(try layout, verifierKey: key).record(at: index).json.canonical
  }

  private func verifierKey() throws(Fault) -> VerifierKey {
    guard let key else {
      Output.complain("note: checked by the key beside this log; name the one that you noted down with --key")
      return try LogReader(try layout).verifierKey
    }
    guard let read = VerifierKey(key, SHA256Tree.self) else { throw LogFile.badKey }
    return read
  }

  private static func refuse(_ why: String) -> Int32 {
    Output.complain("the proof does NOT hold: \(printable(why))")
    return 6
  }
}
