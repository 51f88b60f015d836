import BaileyInspect

/// libFuzzer's door to the inspection: any bytes, whole and cut into pieces, and any text as a file of rules.
///
/// The first byte says how long the pieces are. Findings of the whole and of the pieces have to be the same.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzInspection(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  // SAFETY: libFuzzer gives a buffer of `count` bytes that lives during the call; it is copied at once.
  let bytes = unsafe Array(UnsafeBufferPointer(start: data, count: count))
  guard let first = bytes.first else { return 0 }
  let text = Array(bytes.dropFirst())
  if first == 0 { _ = try? RuleSet.read(text, file: "fuzz.yaml") }
  var options = InspectionOptions()
  options.maximumExpansion = 1 << 20
  let whole = Inspection.findings(in: text, rules: Fixture.rules, options: options, scratch: Fixture.scratch)
  let pieces = Inspection(Fixture.rules, options: options, scratch: Fixture.scratch)
  for start in stride(from: 0, to: text.count, by: Int(first) + 1) {
    pieces.feed(Array(text[start..<min(start + Int(first) + 1, text.count)]))
  }
  precondition(pieces.finish() == whole)
  return 0
}

enum Fixture {
  nonisolated(unsafe) static let rules: RuleSet = {
    do { return try RuleSet() } catch { fatalError("\(error)") }
  }()
  nonisolated(unsafe) static let scratch = InspectionScratch(rules)
}
