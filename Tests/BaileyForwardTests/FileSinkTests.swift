import BaileyCore
import BaileyForward
import BaileyLinux
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
    try await Self.expectRefusal(fixture, "out.jsonl", "")
    #expect(try fixture.scratch.read("victim") == "mine")
  }

  @Test("A file or a directory that others could have written is refused, and so is one with another name")
  func foreign() async throws {
    let fixture = try Fixture(records: 5)
    let why = "is not this user's alone to write"
    try fixture.scratch.write("{}\n", to: "open")
    try Self.change("622", fixture, "open")
    try await Self.expectRefusal(fixture, "open", why)
    try fixture.scratch.write("{}\n", to: "victim")
    #expect(try Tool("/bin/ln").run([fixture.scratch.path + "/victim", fixture.scratch.path + "/name"]).status == 0)
    try await Self.expectRefusal(fixture, "name", why)
    try fixture.scratch.directory("all")
    try Self.change("777", fixture, "all")
    try await Self.expectRefusal(fixture, "all/out", why)
    for name in ["open", "victim"] { #expect(try fixture.scratch.read(name) == "{}\n") }
  }

  @Test("A file of somebody else is refused", .enabled(if: CurrentProcess.user == 0))
  func owner() async throws {
    let fixture = try Fixture(records: 5)
    try fixture.scratch.write("{}\n", to: "theirs")
    #expect(try Tool("/bin/chown").run(["65534", fixture.scratch.path + "/theirs"]).status == 0)
    try await Self.expectRefusal(fixture, "theirs", "is not this user's alone to write")
    #expect(try fixture.scratch.read("theirs") == "{}\n")
  }

  private static func change(_ mode: String, _ fixture: Fixture, _ name: String) throws {
    #expect(try Tool("/bin/chmod").run([mode, fixture.scratch.path + "/" + name]).status == 0)
  }

  private static func expectRefusal(_ fixture: Fixture, _ name: String, _ why: String) async throws {
    let forwarder = fixture.forwarder([.file(fixture.scratch.path + "/" + name)])
    let told = try await fixture.run(forwarder) {
      await forwarder.examine().contains { $0.consequence.contains("[export-file]") && $0.consequence.contains(why) }
    }
    #expect(told)
    #expect(fixture.cursor("disk") == 0)
  }
}
