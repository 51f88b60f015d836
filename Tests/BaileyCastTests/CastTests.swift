import BaileyCore
import Testing

@testable import BaileyCast

@Suite("Recordings as text")
struct CastTests {
  private func read(_ bytes: [UInt8], by size: Int) throws(CastError) -> ([Cast.Event], CastReader) {
    var reader = CastReader()
    var events: [Cast.Event] = []
    for start in stride(from: 0, to: bytes.count, by: size) {
      events += try reader.take(Array(bytes[start..<min(start + size, bytes.count)]))
    }
    return (events, reader)
  }

  private let header = Cast.Header(
    size: TerminalSize(rows: 24, columns: 80), began: 1_700_000_000_123_456_789, title: "t")

  @Test("What is written is read again, however it is split", arguments: [1, 7, 1000])
  func roundTrip(size: Int) throws {
    var encoder = CastEncoder(masker: StreamMasker(secrets: []))
    var bytes = header.line + encoder.output(Array("a\u{1B}[1m\"\\ü".utf8.dropLast()), at: 1_234_567)
    bytes += encoder.output([0xBC, 0x0D, 0x0A], at: 2_000_000)
    bytes += encoder.resize(TerminalSize(rows: 30, columns: 100), at: 1)
    bytes += encoder.input([0xFF, 3], at: 3_000_000) + encoder.finish(at: 4_000_000)
    let (events, reader) = try read(bytes, by: size)
    #expect(reader.header == header)
    #expect(!reader.isTorn)
    #expect(
      events == [
        .init(time: 1_234_567, kind: .output, text: "a\u{1B}[1m\"\\"),
        .init(time: 2_000_000, kind: .output, text: "ü\r\n"),
        .init(time: 2_000_000, kind: .resize, text: "100x30"),
        .init(time: 3_000_000, kind: .input, text: "\u{FFFD}\u{3}"),
      ])
  }

  @Test("A secret that comes in two reads is in no line")
  func masked() throws {
    var encoder = CastEncoder(masker: StreamMasker(secrets: ["s3cret-value"]))
    let bytes = encoder.output(Array("a s3cret".utf8), at: 1) + encoder.output(Array("-value z".utf8), at: 2)
    #expect(
      String(decoding: bytes, as: UTF8.self) == "[0.000001,\"o\",\"a \"]\n[0.000002,\"o\",\"[masked] z\"]\n")
  }

  @Test("Two streams of a program are masked and made text each by itself")
  func streams() throws {
    var encoder = CastEncoder(masker: StreamMasker(secrets: ["s3cret-value"]))
    var bytes = encoder.output(Array("s3cret".utf8), from: 0, at: 1)
    bytes += encoder.output([0xC3], from: 1, at: 2)
    bytes += encoder.output(Array("-value.".utf8), from: 0, at: 3)
    bytes += encoder.output([0xBC], from: 1, at: 4)
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text == "[0.000003,\"o\",\"[masked].\"]\n[0.000004,\"o\",\"ü\"]\n")
  }

  @Test("A last line without an end is torn")
  func torn() throws {
    let (events, reader) = try read(header.line + Array("[1.000000,\"o\",\"x".utf8), by: 5)
    #expect(events.isEmpty && reader.isTorn)
  }

  @Test(
    "What Bailey did not write is refused",
    arguments: [
      "[]", "[1,\"o\",\"x\"]", "[1.0,\"o\",\"x\"]", "[1.000000,\"z\",\"x\"]", "[1.000000,\"o\",1]",
      "[-1.000000,\"o\",\"\"]",
      "[1.000000,\"o\",\"\",1]", "[123456789012.000000,\"o\",\"\"]", "", "[1.000000,\"o\",\"\\ud800\"]",
    ])
  func refused(line: String) {
    #expect(throws: CastError.event(line: 2)) { try self.read(header.line + Array((line + "\n").utf8), by: 100) }
  }

  @Test("A header of another kind and a line without end are refused")
  func hostile() {
    #expect(throws: CastError.header) { try self.read(Array("{\"version\":3}\n".utf8), by: 100) }
    #expect(throws: CastError.lineTooLong(line: 1)) {
      try self.read([UInt8](repeating: 0x20, count: CastReader.longestLine + 1), by: 1 << 16)
    }
  }
}

@Suite("What a recording may do to a terminal")
struct TerminalFilterTests {
  @Test(
    "What only draws passes",
    arguments: [
      "text ü 漢\r\n\t\u{8}", "\u{1B}[1;31mred\u{1B}[0m", "\u{1B}[2J\u{1B}[H\u{1B}[10;5H\u{1B}[K",
      "\u{1B}[?25l\u{1B}[?1049h",
      "\u{1B}7\u{1B}8\u{1B}M", "\u{1B}(0lqk\u{1B}(B", "\u{1B}[38:2::1:2:3m", "\u{1B}[3;20r", "\u{1B}[2 q",
    ])
  func drawing(text: String) {
    var filter = TerminalFilter()
    #expect(filter.pass(text) == text)
  }

  @Test(
    "What acts on the terminal, or makes it answer, does not, however it is split",
    arguments: [
      "\u{1B}]52;c;ZXZpbA==\u{7}", "\u{1B}]0;title\u{1B}\\", "\u{1B}]8;;http://x\u{7}", "\u{1B}P+q544e\u{1B}\\",
      "\u{1B}_Gi=1\u{1B}\\", "\u{1B}^x\u{1B}\\", "\u{1B}Xx\u{1B}\\", "\u{1B}[c", "\u{1B}[>c", "\u{1B}[6n", "\u{1B}[?6n",
      "\u{1B}[21t",
      "\u{1B}[?1000h", "\u{1B}[?2004h", "\u{1B}[?25;1003h", "\u{1B}[?1$p", "\u{1B}[>0q", "\u{1B}c", "\u{1B}Z",
      "\u{1B}[5i", "\u{9B}6n",
      "\u{9D}52;c;x", "\u{7}", "\u{5}", "\u{202E}", "\u{9D}52;c;x\u{9C}", "\u{1B}[3J", "\u{1B}[0;03J", "\u{1B}[3g",
      "\u{1B}[g", "\u{1B}[>4;1m", "\u{1B}#8", "\u{1B}[!p", "\u{1B}[0x",
    ])
  func acting(sequence: String) {
    var filter = TerminalFilter()
    let result = sequence.unicodeScalars.map { filter.pass(String($0)) }.joined() + filter.pass("x")
    #expect(!result.unicodeScalars.contains { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) })
  }

  @Test("Characters that reorder text are left out", arguments: ["\u{200E}", "\u{200F}", "\u{61C}", "\u{2067}"])
  func reordering(character: String) {
    var filter = TerminalFilter()
    #expect(filter.pass("a\(character)b") == "ab")
  }

  @Test(
    "A string without an end hides nothing that a terminal shows",
    arguments: [
      "\u{1B}]0;t\u{1B}[31mred", "\u{1B}]0;t\u{18}red", "\u{1B}P1\u{1A}red", "\u{1B}]0;t\u{9C}red",
      "\u{1B}_x\u{1B}\\red",
    ])
  func unterminated(text: String) {
    var filter = TerminalFilter(isPlain: true)
    #expect(filter.pass(text) == "red")
  }

  @Test("Plain text has neither sequences nor carriage returns")
  func plain() {
    var filter = TerminalFilter(isPlain: true)
    #expect(filter.pass("\u{1B}[1mbold\u{1B}[0m\r\n\u{1B}]0;t\u{7}x\u{1B}(B") == "bold\nx")
  }
}
