import Testing

@testable import BaileyInspect

@Suite("Redaction of known values")
struct KnownRedactionTests {
  private func redactor(_ value: [UInt8], _ change: (inout Redaction) -> Void = { _ in }) throws -> Redactor {
    var (policy, options) = (Redaction(.label), InspectionOptions())
    change(&policy)
    options.known = KnownValues([KnownValue(name: "TOKEN", value: value)])
    return Redactor(try Shared.rules.get(), policy: policy, options: options)
  }

  private static let label = Array("[redacted:known-value]".utf8)

  /// What stands between these is the label, and at most so much of the form itself: the separator before its first letter and behind its last.
  private func check(_ name: String, _ form: [UInt8], _ out: [UInt8], _ redactor: Redactor, room: Int = 4) throws {
    let (head, tail) = (Array("{\"a\": \"".utf8), Array("\"}\n".utf8))
    #expect(
      out.starts(with: head) && out.suffix(tail.count) == tail[...], "\(name): \(String(decoding: out, as: UTF8.self))")
    let middle = out.dropFirst(head.count).dropLast(tail.count)
    #expect(middle.count <= Self.label.count + room, "\(name): \(String(decoding: out, as: UTF8.self))")
    #expect(Array(middle).ranges(of: Self.label).count == 1, "\(name): \(String(decoding: out, as: UTF8.self))")
    #expect(try Shared.find(out, redactor.options).allSatisfy { $0.tier == .hint }, "\(name)")
  }

  @Test("Of a known value no part is left in any form", arguments: [8, 9, 11, 16, 31, 64, 100, 300])
  func forms(count: Int) throws {
    let value = KnownValueTests.value(count)
    let redactor = try redactor(value)
    for (name, form) in KnownValueTests.forms(value) {
      let text = Array("{\"a\": \"".utf8) + form + Array("\"}\n".utf8)
      try check(name, form, try redactor.redact(text).bytes, redactor)
    }
  }

  @Test("Of each form that is written down no part is left", arguments: [8, 13, 40, 200])
  func written(count: Int) throws {
    let value = Array("p+q r/'\"<&\\".utf8) + KnownValueTests.value(count)
    let redactor = try redactor(value)
    for form in KnownForms.of(value) {
      let text = Array("{\"a\": \"".utf8) + form.bytes + Array("\"}\n".utf8)
      try check(
        "\(form.disguise) \(String(decoding: form.bytes, as: UTF8.self))", form.bytes, try redactor.redact(text).bytes,
        redactor)
    }
  }

  @Test(
    "A value of several lines goes whole, with other line ends and as a string",
    arguments: ["\n", "\r\n", "\n    ", #"\n"#, "", "\\n\" +\n  \"", "\n> "])
  func lines(end: String) throws {
    let redactor = try redactor(Array(KnownValueTests.key.utf8))
    let text = "key: " + KnownValueTests.key.split(separator: "\n").joined(separator: end) + "\nrest\n"
    #expect(try Redact.text(text, redactor) == "key: [redacted:known-value]\nrest\n")
  }

  @Test("A long value goes whole, plain and escaped, however the stream is cut", arguments: [2000, 20_000, 60_000])
  func long(count: Int) throws {
    var value: [UInt8] = []
    for line in 0..<count / 50 { value += KnownValueTests.value(49 + line % 2) + [0x22, 10] }
    value += [0x5A]
    let redactor = try redactor(value)
    for form in [value, TextEscape.json.escaped(value), TextEscape.percent.escaped(value)] {
      for place in [0, 30_000, 50_000] {
        let filler = [UInt8](repeating: 0x20, count: place)
        let out = try Redact.stream(filler + form + Array(" end".utf8), redactor) { _ in 777 }
        #expect(
          out == filler + Self.label + Array(" end".utf8),
          "\(out.count - place) \(String(decoding: out.suffix(200), as: UTF8.self))")
      }
    }
  }

  @Test("What is kept hides nothing that a rule finds")
  func kept() throws {
    let secret = "AKIAPYCDYBK377OXTZQ6"
    let redactor = try redactor(Array(secret.utf8)) { $0.rules["known-value"] = .keep }
    #expect(try Redact.text("key \(secret) end", redactor) == "key [redacted:aws-access-key] end")
  }
}
