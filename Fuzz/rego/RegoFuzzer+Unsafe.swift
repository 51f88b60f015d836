import BaileyRego

/// libFuzzer's door to the engine: lexer, parser, compiler, JSON reader, and the evaluator against its limits.
///
/// The first byte says what the rest is: JSON, or a module (of version 0 if it is odd) and behind a byte 255 its input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzRego(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  // SAFETY: libFuzzer gives a buffer of `count` bytes that lives during the call; it is copied at once.
  let bytes = unsafe Array(UnsafeBufferPointer(start: data, count: count))
  guard let mode = bytes.first else { return 0 }
  if mode == 0x6A { readJSON(Array(bytes.dropFirst())) } else { run(bytes.dropFirst(), version1: mode & 1 == 0) }
  return 0
}

/// What is accepted is written and read again to the same text.
private func readJSON(_ bytes: [UInt8]) {
  guard let text = try? Document(json: bytes, limit: 4 << 20).json() else { return }
  guard let again = try? Document(json: text, limit: 16 << 20) else { preconditionFailure("not read again") }
  precondition(again.json() == text, "JSON is not written back as it was")
}

/// An evaluation ends within its limits, with an answer or an error, and gives the same one again.
private func run(_ bytes: ArraySlice<UInt8>, version1: Bool) {
  let parts = bytes.split(separator: 0xFF, maxSplits: 1, omittingEmptySubsequences: false)
  let source = Source(name: "m.rego", text: Array(parts[0]), isVersion1: version1)
  guard let program = try? Program.compile([source], queries: ["x = data"]) else { return }
  var limits = Limits()
  (limits.steps, limits.memory, limits.depth) = (20_000, 4 << 20, 60)
  let machine = Machine(program, limits: limits)
  let answers = (0..<2).map { _ -> [UInt8]? in
    machine.prepare(nowNanoseconds: 1, seed: 1)
    let input = parts.count > 1 ? try? JSONReader.read(Array(parts[1]), into: machine.heap) : nil
    return try? machine.evaluate(input: input ?? .undefined).json(limit: 1 << 20)
  }
  precondition(answers[0] == answers[1], "two evaluations of the same input differ")
}
