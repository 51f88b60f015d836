import BaileyInspect

/// libFuzzer's door to redaction: any bytes as a stream cut into pieces, as a document of each form, and as a request to a model.
///
/// The first byte says how long the pieces are, and the form. What comes out whole and in pieces has to be the same, JSON has to stay
/// JSON, and nothing above a hint may be found in it. A refusal is an answer.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzRedaction(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  // SAFETY: libFuzzer gives a buffer of `count` bytes that lives during the call; it is copied at once.
  let bytes = unsafe Array(UnsafeBufferPointer(start: data, count: count))
  guard let first = bytes.first else { return 0 }
  let text = Array(bytes.dropFirst())
  let redactor = Fixture.redactor(isLengthSafe: first & 128 != 0)
  let whole = try? redactor.redact(text)
  precondition(pieces(text, Int(first & 31) + 1, redactor) == whole?.bytes)
  check(whole, text, first)
  if let whole { precondition(isClean(whole.bytes)) }
  let forms: [DocumentForm] = [
    .json, .form, .sql, .events, .multipart(boundary: "b7"), .header(name: "Cookie"), .header(name: "Authorization"),
  ]
  let form = forms[Int(first >> 4 & 7) % forms.count]
  let document = try? redactor.redact(text, as: form)
  check(document, text, first)
  if let document, document.isStructured, [.json, .form, .sql].contains(form) { precondition(isClean(document.bytes)) }
  if form == .json, let document, document.isStructured {
    // A second time it is JSON again, or it would not be structured.
    precondition((try? redactor.redact(document.bytes, as: .json))?.isStructured == true)
  }
  answer(text)
  return 0
}

private func pieces(_ text: [UInt8], _ size: Int, _ redactor: Redactor) -> [UInt8]? {
  let stream = StreamRedactor(redactor)
  var out: [UInt8] = []
  do {
    for start in stride(from: 0, to: text.count, by: size) {
      out += try stream.feed(Array(text[start..<min(start + size, text.count)]))
    }
    return try out + stream.finish()
  } catch { return nil }
}

private func check(_ document: RedactedDocument?, _ text: [UInt8], _ first: UInt8) {
  guard let document else { return }
  precondition(document.redacted.isEmpty ? document.bytes == text : true)
  if first & 128 != 0 { precondition(document.bytes.count == text.count) }
  for told in document.redacted { precondition(told.finding.span.upperBound <= text.count) }
}

/// Nothing above a hint.
private func isClean(_ bytes: [UInt8]) -> Bool {
  let found = Inspection.findings(in: bytes, rules: Fixture.rules, options: Fixture.options, scratch: Fixture.scratch)
  return found.allSatisfy { $0.tier == .hint }
}

/// Requests and answers in every form. A request of JSON stays one, and pointers are short.
private func answer(_ text: [UInt8]) {
  for interface in ModelInterface.allCases {
    let preprocessor = ModelPreprocessor(
      Fixture.redactor(isLengthSafe: false), interface: interface, remembered: 4)
    if let request = try? preprocessor.prepare(text), request.isStructured {
      precondition((try? preprocessor.prepare(request.bytes))?.isStructured == true)
      precondition(request.redacted.allSatisfy { $0.pointer?.utf8.count ?? 0 <= 1028 })
    }
    let restorer = ModelAnswerRestorer(
      Fixture.vault, interface: interface, policy: RestorePolicy(tools: .all, text: true))
    _ = restorer.restore(text)
    _ = restorer.feed(text) + restorer.finish()
  }
  _ = PlaceholderRestorer.restore(text, from: Fixture.vault, escaping: .json)
}

enum Fixture {
  static let rules: RuleSet = {
    do { return try RuleSet() } catch { fatalError("\(error)") }
  }()
  nonisolated(unsafe) static let scratch = InspectionScratch(rules)
  static let vault = PlaceholderVault(maximumCount: 1000)
  static let options: InspectionOptions = {
    var options = InspectionOptions()
    options.maximumExpansion = 1 << 20
    return options
  }()

  static func redactor(isLengthSafe: Bool) -> Redactor {
    var policy = Redaction(isLengthSafe ? .mask : .placeholder)
    policy.isLengthSafe = isLengthSafe
    return Redactor(rules, policy: policy, vault: vault, options: options)
  }
}
