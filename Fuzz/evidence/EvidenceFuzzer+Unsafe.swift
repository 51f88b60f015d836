import BaileyCore
import BaileyEvidence
import BaileyMerkle

/// libFuzzer's door to the check of archives: as they come, and with the input as the content of their files behind good headers and a signed
/// statement, so that what lies behind the signature is reached.
///
/// None may trap, and what one accepts it must write back byte for byte.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzEvidence(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  // SAFETY: libFuzzer gives a buffer of `count` bytes that lives during the call; it is copied at once.
  let bytes = unsafe Array(UnsafeBufferPointer(start: data, count: count))
  roundTrips(bytes)
  check(bytes)
  if let archive = archive(of: bytes.split(separator: 0xFF, omittingEmptySubsequences: false).map(Array.init)) {
    check(archive)
  }
  return 0
}

private func roundTrips(_ bytes: [UInt8]) {
  if let header = TarHeader(parsing: Array(bytes.prefix(512))) {
    precondition(header.encoded == Array(bytes.prefix(512)), "a header is not written back as it was")
  }
  if let envelope = Envelope(parsing: bytes) {
    precondition(envelope.encoded == bytes, "an envelope is not written back as it was")
  }
  if let statement = Statement(parsing: bytes) {
    precondition(statement.encoded == bytes, "a statement is not written back as it was")
  }
  if let block = ProofBlock(bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)) {
    precondition(block.encoded == bytes + [0x0A, 0x0A], "a proof is not written back as it was")
  }
}

private func check(_ bytes: [UInt8]) {
  guard let key = VerifierKey(name: "l", type: 1, key: [1], Sum.self) else { return }
  _ = EvidenceCheck.run(bytes, key: key, verifier: Anyone(key: key.identity), Sum.self)
}

/// Files with these contents, each as it would have been written, and a statement that names them.
private func archive(of contents: [[UInt8]]) -> [UInt8]? {
  let files: [EvidenceFile] = [
    .checkpoint, .anchored, .consistency, .payload(.diff, String(repeating: "a", count: 64)), .key, .proofs,
    .payload(.provenance, String(repeating: "b", count: 64)), .recording(program: 0), .records,
  ]
  guard let key = VerifierKey(name: "l", type: 1, key: [1], Sum.self), contents.count > 2 else { return nil }
  let predicate = (try? JSON.parse(contents[0])) ?? ["session": "s"]
  var archive: [UInt8] = []
  var subjects: [Statement.Subject] = []
  for (file, content) in zip(files, contents.dropFirst()) {
    // A head that is signed, whatever it says.
    let isHead = file == .checkpoint || file == .anchored
    let note = SignedNote(
      text: String(decoding: content, as: UTF8.self) + "\n", signatures: [.init(key: key.identity, bytes: [1])])
    add(file, isHead ? note.encoded : content, to: &archive)
    subjects.append(.init(name: file.name, sha256: ""))
  }
  let statement = Statement(subjects: subjects, predicate: predicate).encoded
  guard let envelope = try? Envelope(statement, type: Envelope.statementType, by: Anyone(key: key.identity)) else {
    return nil
  }
  add(.statement, envelope.encoded, to: &archive)
  return archive + TarHeader.end
}

private func add(_ file: EvidenceFile, _ content: [UInt8], to archive: inout [UInt8]) {
  let size = Int64(content.count)
  archive += (TarHeader(name: file.name, size: size)?.encoded ?? []) + content
  archive += [UInt8](repeating: 0, count: TarHeader.padding(after: size))
}

/// Signs and verifies everything.
private struct Anyone: NoteVerifier, NoteSigner {
  var key: KeyIdentity
  func isValid(signature: [UInt8], of text: [UInt8]) -> Bool { true }
  func sign(_ text: [UInt8]) throws(Never) -> [UInt8] { [1] }
}

/// Of which a fuzzer finds collisions, so that proofs hold now and then.
private struct Sum: TreeHash {
  private var sum: UInt8 = 0
  init() {}
  mutating func update(_ bytes: Span<UInt8>) { for at in bytes.indices { sum &+= bytes[at] & 1 } }
  consuming func finish() -> TreeDigest { TreeDigest(InlineArray<32, UInt8>(repeating: sum & 1)) }
}
