import BaileyMerkle

/// libFuzzer's door to the parsers of signed notes, checkpoints, keys, log proofs, tile paths and entry bundles.
///
/// None may trap, and what one accepts it must write back byte for byte: one text for each value.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzNote(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  // SAFETY: libFuzzer gives a buffer of `count` bytes that lives during the call; it is copied at once.
  let bytes = unsafe Array(UnsafeBufferPointer(start: data, count: count))
  if let note = try? SignedNote(parsing: bytes) {
    precondition(note.encoded == bytes, "a note that was accepted is not written back as it was")
    if let checkpoint = try? Checkpoint(parsing: note.text) {
      precondition(checkpoint.text.utf8.elementsEqual(note.text.utf8), "a checkpoint is not written back as it was")
    }
  }
  if let proof = try? LogProof(parsing: bytes) {
    precondition(proof.encoded == bytes, "a log proof is not written back as it was")
  }
  if let text = String(validating: bytes, as: UTF8.self), let tile = Tile(path: text) {
    precondition(tile.path.utf8.elementsEqual(bytes), "a tile path is not written back as it was")
  }
  if let value = Base64.decode(bytes) {
    precondition(Base64.encode(value).utf8.elementsEqual(bytes), "base 64 is not written back as it was")
  }
  for width in [1, 3, 256] { _ = EntryBundle.ranges(in: bytes.span, width: width) }
  return 0
}
