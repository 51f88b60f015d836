import BaileyInspect

/// libFuzzer's door to the inspection: any bytes, whole and cut into pieces, as a declared encoding, and any text as a file of rules.
///
/// The first byte says how long the pieces are and what is declared. Findings of the whole and of the pieces have to be the same.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzInspection(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  // SAFETY: libFuzzer gives a buffer of `count` bytes that lives during the call; it is copied at once.
  let bytes = unsafe Array(UnsafeBufferPointer(start: data, count: count))
  guard let first = bytes.first else { return 0 }
  let text = Array(bytes.dropFirst())
  if first == 0 { _ = try? RuleSet.read(text, file: "fuzz.yaml") }
  if first == 1 { inflate(text) }
  var options = InspectionOptions()
  options.maximumExpansion = 1 << 18
  options.maximumRatio = 4
  options.encodings = Fixture.encodings[Int(first) % Fixture.encodings.count]
  let whole = Inspection.findings(in: text, rules: Fixture.rules, options: options, scratch: Fixture.scratch)
  let pieces = Inspection(Fixture.rules, options: options, scratch: Fixture.scratch)
  var (at, size) = (0, Int(first) + 1)
  while at < text.count {
    pieces.feed(Array(text[at..<min(at + size, text.count)]))
    at += size
    size = size &* 73 % 997 + 1
  }
  precondition(pieces.finish() == whole)
  return 0
}

private func inflate(_ text: [UInt8]) {
  let inflater = MessageInflater(takesOver: true, most: 1 << 16)
  var made = 0
  for start in stride(from: 0, to: text.count, by: 50) {
    do {
      try inflater.inflate(Array(text[start..<min(start + 50, text.count)]).span) { made += $0.count }
      try inflater.endMessage { made += $0.count }
    } catch { return }
  }
}

enum Fixture {
  static let rules: RuleSet = {
    do { return try RuleSet() } catch { fatalError("\(error)") }
  }()
  nonisolated(unsafe) static let scratch = InspectionScratch(rules)
  static let encodings: [[ContentEncoding]] = [
    [], [], [], [.gzip], [.deflate], [.brotli], [.zstd], [.deflate, .gzip], [.unknown, .brotli],
  ]
}
