import Testing

@testable import BaileyEgress

@Suite("Streams of events")
struct EventStreamTests {
  private func read(_ pieces: [[UInt8]], isEnded: Bool = false) -> [EventStream.Part] {
    var (stream, parts): (EventStream, [EventStream.Part]) = (EventStream(), [])
    for piece in pieces { stream.feed(piece.span) { parts.append($0) } }
    if isEnded { stream.finish { parts.append($0) } }
    return parts
  }

  private func read(_ text: String) -> [String] {
    read([Array(text.utf8)]).map { $0.event + "=" + String(decoding: $0.data, as: UTF8.self) }
  }

  /// The examples of WHATWG HTML section 9.2.6, and its rules for lines.
  @Test(
    "Events are those that a browser would dispatch",
    arguments: [
      ("data: YHOO\ndata: +2\ndata: 10\n\n", ["message=YHOO\n+2\n10"]),
      (
        ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
        ["message=first event", "message=second event", "message= third event"]
      ),
      ("data\n\ndata\ndata\n\ndata:", ["message=", "message=\n"]),
      ("data:test\n\ndata: test\n\n", ["message=test", "message=test"]),
      ("event: add\ndata: 1\n\nevent: remove\n\ndata: 2\n\n", ["add=1", "message=2"]),
      ("data: a\r\n\r\ndata: b\r\rdata: c\n\r\ndata: d\n\n", ["message=a", "message=b", "message=c", "message=d"]),
      ("\u{FEFF}data: a\n\n\u{FEFF}data: b\n\n", ["message=a"]), ("Data: a\n data: b\ndata : c\n\n", []),
      ("event:x\nevent: y\ndata:1\n\n", ["y=1"]), ("event: x\nevent\ndata: 1\n\n", ["message=1"]),
      ("\n\n\r\n\rdata: é\n\n", ["message=é"]), ("data: a: b\n\n", ["message=a: b"]),
    ])
  func events(text: String, wanted: [String]) { #expect(read(text) == wanted) }

  @Test("However a stream is cut, it has the same events")
  func cuts() {
    var mutator = Mutator(seed: 3)
    let seeds = [
      "\u{FEFF}data: a\r\n\r\nevent: x\ndata: b\ndata\n\n: c\rdata:d\r\r", "id: 1\nretry: 5\ndata: [DONE]\n\n",
    ].map { Array($0.utf8) }
    var events = 0
    for _ in 0..<5000 {
      let bytes = mutator.mutate(seeds)
      let whole = read([bytes], isEnded: true)
      events += whole.count
      #expect(read(bytes.map { [$0] }, isEnded: true) == whole)
      let cut = mutator.next(bytes.count + 1)
      #expect(read([Array(bytes[..<cut]), Array(bytes[cut...])], isEnded: true) == whole)
    }
    #expect(events > 5000)
  }

  @Test("An event is told with its empty line, and what has none with the end of the stream")
  func inTime() {
    #expect(read([Array("data: a\n".utf8)]).isEmpty)
    #expect(read([Array("data: a\n\n".utf8)]).count == 1)
    #expect(
      read([Array("data: a".utf8)], isEnded: true) == [EventStream.Part(event: "message", data: [97], isEnd: true)])
    #expect(read([Array("data: a\n\n".utf8)], isEnded: true).count == 1)
  }

  @Test("A long event is told in parts, and no name or field takes memory without end")
  func long() {
    let data = (0..<200_000).map { UInt8(ascii: "a") + UInt8($0 % 7) }
    let parts = read([Array("event: big\ndata: ".utf8), data, Array("\n\n".utf8)])
    #expect(parts.flatMap(\.data) == data && parts.map(\.isEnd) == [false, false, false, true])
    #expect(parts.allSatisfy { $0.event == "big" && $0.data.count <= EventStream.limit })
    let name = [UInt8](repeating: 120, count: 100_000)
    let named = read([Array("event: ".utf8) + name + [10] + name + Array("\ndata: a\n\n".utf8)])
    #expect(named.first?.event.utf8.count == 256)
  }
}
