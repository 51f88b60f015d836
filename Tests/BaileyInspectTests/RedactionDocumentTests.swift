import Testing

@testable import BaileyInspect

@Suite("Tokens of JSON")
struct JSONTokenizerTests {
  private func tokens(_ text: [UInt8]) throws -> [JSONToken] {
    var (tokenizer, tokens) = (JSONTokenizer(), [JSONToken]())
    for byte in text { try tokenizer.read(byte, into: &tokens) }
    try tokenizer.finish(into: &tokens)
    return tokens
  }

  private func tokens(_ text: String) throws -> [JSONToken] { try tokens(Array(text.utf8)) }

  @Test("Tokens stand where they are")
  func places() throws {
    let expected: [JSONToken] = [
      .beginObject, .string(2..<3, isKey: true), .beginArray, .number(6..<13), .literal, .string(20..<24, isKey: false),
      .endArray, .endObject,
    ]
    #expect(try tokens(#"{"a":[-1.5e+7,true,"\"\\"]}"#) == expected)
    #expect(try tokens(" 12 ") == [.number(1..<3)])
    #expect(try tokens("0") == [.number(0..<1)])
  }

  @Test(
    "What the RFC does not have is refused",
    arguments: [
      "", " ", "{", "[", "[1", "[1,", "[1,]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{'a':1}", "[1 2]", "01",
      "-", "1.",
      ".5", "1e", "1e+", "+1", "tru", "truee", "nul", "NaN", "\"", "\"\\", "\"\\x\"", "\"\\u12g4\"", "\"\\u12\"",
      "\"\n\"",
      "\"\t\"", "[]]", "{}{}", "1 2", "[}", "{]", "//a\n1", "\u{FEFF}1", "[1,,2]", "{\"a\":1 \"b\":2}", "{1:2}",
      "\u{A0}1",
    ])
  func refusals(text: String) {
    #expect(throws: JSONIssue.self) { try tokens(text) }
  }

  @Test(
    "Bytes that are no UTF-8 are refused in strings",
    arguments: [
      [0x80], [0xC0, 0x80], [0xC3], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF0, 0x80, 0x80, 0x80],
      [0xF4, 0x90, 0x80, 0x80],
      [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82], [0xFF],
    ] as [[UInt8]])
  func invalid(bytes: [UInt8]) {
    #expect(throws: JSONIssue.self) { try tokens([0x22] + bytes + [0x22]) }
  }

  @Test("Nesting has a limit")
  func depth() throws {
    let fits = String(repeating: "[", count: 128) + String(repeating: "]", count: 128)
    #expect(try tokens(fits).count == 256)
    #expect(throws: JSONIssue.tooDeep(offset: 128)) { try tokens("[" + fits + "]") }
    #expect(throws: JSONIssue.tooDeep(offset: 128)) { try tokens(String(repeating: "[", count: 1_000_000)) }
  }

  @Test("Strings are read without escapes, each byte with its place")
  func strings() throws {
    let text = Array(#"a\n\u0041\ud83d\ude00\ud800x"#.utf8)
    let span = text.span
    let view = JSONString.view(span, 0..<text.count)
    #expect(view.text == Array("a\nA😀\u{FFFD}x".utf8))
    #expect(view.source(of: 2..<3) == 3..<9)
    #expect(view.source(of: 4..<5) == 9..<21)
    #expect(view.source(of: 0..<view.text.count) == 0..<text.count)
  }
}

@Suite("Redaction of documents")
struct RedactionDocumentTests {
  private let secret = "AKIAPYCDYBK377OXTZQ6"
  private let label = "[redacted:aws-access-key]"

  private func redact(
    _ text: String, as form: DocumentForm, _ change: (inout Redaction) -> Void = { _ in }
  ) throws -> String {
    let document = try Redact.redactor(.label, change).redact(Array(text.utf8), as: form)
    #expect(document.isStructured)
    #expect(try Redact.left(document.bytes).isEmpty)
    return String(decoding: document.bytes, as: UTF8.self)
  }

  @Test("In JSON only the value is replaced, also when it is escaped, and the place is told")
  func json() throws {
    let text = #"{ "a": "x \n é \#(secret) y",  "n": [1.50, true, {"k~/": "\u0041KIAPYCDYBK377OXTZQ6"}]}"#
    let expected = #"{ "a": "x \n é \#(label) y",  "n": [1.50, true, {"k~/": "\#(label)"}]}"#
    #expect(try redact(text, as: .json) == expected)
    let told = try Redact.redactor().redact(Array(text.utf8), as: .json).redacted
    #expect(told.map(\.pointer) == ["/a", "/n/2/k~0~1"])
    #expect(told.map { Array(text.utf8)[$0.finding.span].count } == [20, 25])
  }

  @Test("A key names its value, and is itself redacted")
  func keys() throws {
    #expect(try redact(#"{"password": "hV7kq2mZp9"}"#, as: .json).hasPrefix(#"{"password": "[redacted:"#))
    #expect(try redact(#"{"\#(secret)": 1}"#, as: .json) == #"{"\#(label)": 1}"#)
  }

  @Test("A number becomes a string, or a number of the same length")
  func numbers() throws {
    let text = #"{"card": 4242424242424242, "n": 7}"#
    #expect(try redact(text, as: .json) == #"{"card": "[redacted:payment-card-bare]", "n": 7}"#)
    #expect(try redact(text, as: .json) { $0.numbers = .zeros } == #"{"card": 1000000000000000, "n": 7}"#)
    #expect(try redact(text, as: .json) { $0.isLengthSafe = true } == #"{"card": 1000000000000000, "n": 7}"#)
  }

  @Test("A value in the letters of an array is replaced, and the array stays one")
  func spread() throws {
    let letters = secret.map { "\"\($0)\"" }.joined(separator: ", ")
    let out = try redact("{\"a\": [\(letters)], \"b\": 1}", as: .json)
    #expect(try LeafDocument.json(Array(out.utf8)).leaves.count == 23)
  }

  @Test(
    "What is no JSON is redacted as plain bytes",
    arguments: ["{\"a\": ", "{\"a\": \"KEY\"}}", "[\"KEY\"", "\"\\x KEY\""])
  func malformed(head: String) throws {
    let text = head.replacingFirst("KEY", with: secret) + " \(secret) "
    let document = try Redact.redactor().redact(Array(text.utf8), as: .json)
    #expect(!document.isStructured)
    #expect(!String(decoding: document.bytes, as: UTF8.self).contains(secret))
  }

  @Test("What is larger than is read is redacted as plain bytes")
  func large() throws {
    let redactor = try Redact.redactor { $0.maximumDocument = 20 }
    let document = try redactor.redact(Array("{\"a\": \"\(secret)\"}".utf8), as: .json)
    #expect(!document.isStructured && document.bytes == Array("{\"a\": \"\(label)\"}".utf8))
  }

  @Test("Every example in a string of JSON leaves valid JSON, and nothing to find", arguments: [false, true])
  func examples(isLengthSafe: Bool) throws {
    let redactor = try Redact.redactor { $0.isLengthSafe = isLengthSafe }
    var left: [String] = []
    for rule in try Shared.rules.get().rules {
      for example in rule.examples {
        let string = String(decoding: JSONString.escape(Array(example.utf8)), as: UTF8.self)
        let text = Array("{\"first\": [1, \"\(string)\"], \"last\": \"é\\u00e9\"}".utf8)
        let out = try redactor.redact(text, as: .json)
        if !out.isStructured { left.append("\(rule.id): plain") }
        if (try? LeafDocument.json(out.bytes))?.leaves.count != 5 { left.append("\(rule.id): broken") }
        if isLengthSafe, out.bytes.count != text.count { left.append("\(rule.id): length") }
        left += try Redact.left(out.bytes).map { "\(rule.id): \($0.rule)" }
      }
    }
    #expect(left.isEmpty, "\(left)")
  }

  @Test("A long string is redacted in windows, and escapes in it stay")
  func long() throws {
    let filler = String(repeating: #"a line \n é \u00e9 of \"text\" "#, count: 4000)
    let text = #"{"a": ["\#(filler)\#(secret) \u0041KIAPYCDYBK377OXTZQ6 \#(filler)", 5]}"#
    let expected = #"{"a": ["\#(filler)\#(label) \#(label) \#(filler)", 5]}"#
    let document = try Redact.redactor().redact(Array(text.utf8), as: .json)
    #expect(document.isStructured && document.bytes == Array(expected.utf8))
  }

  @Test("A container in a field takes the field with it")
  func container() throws {
    let texts = disguiseCases.first { $0.way == "gzip" }?.texts ?? []
    let value = String(decoding: PercentText.escape(try #require(Base64Text.decode(texts[0].utf8))), as: UTF8.self)
    #expect(try redact("a=1&f=\(value)&b=2", as: .form) == "a=1&f=%5Bredacted%3Aaws-access-key%5D&b=2")
  }

  @Test("What has too many leaves is not read in its parts")
  func many() throws {
    let count = LeafDocument.maximumLeaves
    let numbers = Array(("[1" + String(repeating: ",1", count: count) + "]").utf8)
    #expect(throws: JSONIssue.tooMany(offset: 2 * count + 3)) { try LeafDocument.json(numbers) }
    #expect(
      LeafDocument.form([UInt8](repeating: 0x61, count: 1) + Array(String(repeating: "&a", count: count).utf8)) == nil)
    #expect(LeafDocument.sql(Array(String(repeating: "'',", count: count + 1).utf8)) == nil)
    #expect(LeafDocument.header("Cookie", Array(String(repeating: "a;", count: count).utf8)) == nil)
  }

  @Test("Fields of a form are read decoded and written encoded")
  func form() throws {
    let text = "a=1&key=x+%41KIAPYCDYBK377OXTZQ6%20y&\(secret)=&b=%E9&c"
    let expected = "a=1&key=x+%5Bredacted%3Aaws-access-key%5D%20y&%5Bredacted%3Aaws-access-key%5D=&b=%E9&c"
    #expect(try redact(text, as: .form) == expected)
    let length = try redact(text, as: .form) { $0.isLengthSafe = true }
    #expect(length.utf8.count == text.utf8.count)
  }

  @Test("Of a header the scheme and the names of cookies stay")
  func header() throws {
    let token = "7727d2fa5e8f7d37de25ef385ff8766d265ee2e7"
    #expect(
      try redact("Bearer \(token)", as: .header(name: "Authorization")) == "Bearer [redacted:bearer-authorization]")
    #expect(
      try redact("a=1; key=\(secret); theme=dark", as: .header(name: "Cookie")) == "a=1; key=\(label); theme=dark")
  }

  @Test("Literals of SQL keep their quotes, and comments are redacted, too")
  func sql() throws {
    let text = "insert into t values ('it''s \(secret)''', \"c'\", 5) -- don't \(secret)\n; /* ' */ select ''"
    let expected = "insert into t values ('it''s \(label)''', \"c'\", 5) -- don't \(label)\n; /* ' */ select ''"
    #expect(try redact(text, as: .sql) == expected)
    let open = try Redact.redactor().redact(Array("select 'a \(secret)".utf8), as: .sql)
    #expect(!open.isStructured && open.bytes == Array("select 'a \(label)".utf8))
  }

  @Test("Parts are redacted as their type says, and boundaries stay")
  func multipart() throws {
    let text =
      "--b7\r\nContent-Disposition: form-data; name=\"j\"\r\nContent-Type: application/json\r\n\r\n{\"k\": \"\\u0041KIAPYCDYBK377OXTZQ6\"}\r\n--b7\r\nContent-Disposition: form-data; name=\"\(secret)\"\r\n\r\nplain \(secret)\r\n--b7--\r\n"
    let expected = text.replacingFirst("\\u0041KIAPYCDYBK377OXTZQ6", with: label).replacingFirst(secret, with: label)
      .replacingFirst(secret, with: label)
    #expect(try redact(text, as: .multipart(boundary: "b7")) == expected)
    let other = try Redact.redactor().redact(Array(text.utf8), as: .multipart(boundary: "c9"))
    #expect(!other.isStructured && !String(decoding: other.bytes, as: UTF8.self).contains(secret))
  }

  @Test("Data of events is redacted as JSON, other lines as text")
  func events() throws {
    let text =
      "event: a\r\ndata: {\"k\": \"\\u0041KIAPYCDYBK377OXTZQ6\"}\r\n\r\n: \(secret)\ndata: [DONE]\ndata: {broken \(secret)\n\n"
    let document = try Redact.redactor().redact(Array(text.utf8), as: .events)
    let expected = "event: a\r\ndata: {\"k\": \"\(label)\"}\r\n\r\n: \(label)\ndata: [DONE]\ndata: {broken \(label)\n\n"
    #expect(String(decoding: document.bytes, as: UTF8.self) == expected)
    #expect(!document.isStructured)
  }
}
