import BaileyCore
import BaileyForward
import BaileyTestSupport
import Testing

@Suite("A file as a sink")
struct FileSinkTests {
  @Test("A line that a crash cut is taken off, and its record comes again")
  func torn() async throws {
    let fixture = try Fixture(records: 5)
    let sink = ExportSink.file(fixture.scratch.path + "/out.jsonl")
    #expect(try await fixture.run(fixture.forwarder([sink])) { fixture.cursor("disk") == 5 })
    try fixture.scratch.write(try fixture.scratch.read("out.jsonl") + #"{"index":5,"rec"#, to: "out.jsonl")
    fixture.log.grow(3)
    #expect(try await fixture.run(fixture.forwarder([sink])) { fixture.cursor("disk") == 8 })
    #expect(try fixture.indices("out.jsonl") == Array(0..<8))
  }

  @Test("A file that has grown is put aside, and so many are kept")
  func rotation() async throws {
    let fixture = try Fixture(records: 3000)
    var target = ExportSink.FileTarget(path: fixture.scratch.path + "/out.jsonl")
    (target.maximumBytes, target.kept) = (100_000, 2)
    let sink = ExportSink(name: "disk", target: .file(target))
    #expect(try await fixture.run(fixture.forwarder([sink])) { fixture.cursor("disk") == 3000 })
    let files = ["out.jsonl.2", "out.jsonl.1", "out.jsonl"]
    let kept = try files.flatMap { try fixture.indices($0) }
    #expect(kept == Array((3000 - UInt64(kept.count))..<3000))
    for name in files { #expect(try fixture.scratch.read(name).utf8.count <= 100_000) }
    #expect(!fixture.scratch.exists("out.jsonl.3"))
  }

  @Test("A link in the place of the file is not followed, and the sink says so")
  func link() async throws {
    let fixture = try Fixture(records: 5)
    try fixture.scratch.write("mine", to: "victim")
    try fixture.scratch.link("out.jsonl", to: "victim")
    let forwarder = fixture.forwarder([.file(fixture.scratch.path + "/out.jsonl")])
    let told = try await fixture.run(forwarder) {
      await forwarder.examine().contains { $0.consequence.contains("[export-file]") }
    }
    #expect(told)
    #expect(try fixture.scratch.read("victim") == "mine")
    #expect(fixture.cursor("disk") == 0)
  }
}
