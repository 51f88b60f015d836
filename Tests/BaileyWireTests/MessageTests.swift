import BaileyCore
import BaileyWire
import Testing

@Suite("Messages of the local API")
struct MessageTests {
  @Test("Every request reads back as it was written", arguments: try Samples.requests())
  func requests(_ request: Request) throws {
    #expect(try Request(json: JSON.parse(request.json.canonical)) == request)
  }

  @Test("Every event and reply reads back as it was written", arguments: try Samples.messages())
  func messages(_ message: ServerMessage) throws {
    #expect(try ServerMessage(json: JSON.parse(message.json.canonical)) == message)
  }

  @Test("Every control reads back as it was written", arguments: Samples.controls)
  func controls(_ control: Control) throws {
    #expect(try Control(json: JSON.parse(control.json.canonical)) == control)
  }

  @Test("A member that no version knows is refused in every request", arguments: try Samples.requests())
  func unknownMember(_ request: Request) throws {
    var members = try Samples.require(request.json.object)
    members["surprise"] = true
    #expect(throws: WireError.unknownMember("surprise")) { try Request(json: .object(members)) }
  }

  @Test("Leaving out any member never traps, and never makes another request", arguments: try Samples.requests())
  func missingMember(_ request: Request) throws {
    let members = try Samples.require(request.json.object)
    for key in members.keys {
      var rest = members
      rest[key] = nil
      if let read = try? Request(json: .object(rest)) { #expect(read.name == request.name) }
    }
  }

  @Test("A member of the wrong type is refused", arguments: try Samples.requests())
  func wrongType(_ request: Request) throws {
    let members = try Samples.require(request.json.object)
    for key in members.keys {
      for wrong: JSON in [.null, .array([.null]), .int(-1), .object(["x": .null])] where members[key] != wrong {
        var changed = members
        changed[key] = wrong
        #expect(throws: WireError.self) { try Request(json: .object(changed)) }
      }
    }
  }

  @Test("Another version of the API is refused by its number")
  func version() {
    #expect(throws: WireError.unsupportedVersion(2)) { try Request(json: ["v": 2, "request": "version"]) }
    #expect(throws: WireError.missing("v")) { try Request(json: ["request": "version"]) }
    #expect(throws: WireError.badValue("request")) { try Request(json: ["v": 1, "request": "sudo"]) }
    #expect(throws: WireError.notAnObject) { try Request(json: []) }
  }

  @Test("Text with a NUL byte is refused wherever it could become a C string")
  func nul() throws {
    var run = Samples.run
    run.command = ["a\0b"]
    #expect(throws: WireError.nulByte("argv")) { try Request(json: Request.run(run).json) }
    run = Samples.run
    run.environment = ["A": "b\0c"]
    #expect(throws: WireError.nulByte("environment")) { try Request(json: Request.run(run).json) }
    run = Samples.run
    run.options.reads = ["/a\0"]
    #expect(throws: WireError.nulByte("read")) { try Request(json: Request.run(run).json) }
    let named = try Samples.require(SessionReference("0123"))
    let discard = Request.discard(named, paths: [[0x61, 0]])
    #expect(throws: WireError.nulByte("paths")) { try Request(json: discard.json) }
  }

  @Test("What is too long is refused")
  func limits() throws {
    var run = Samples.run
    run.workingDirectory = "/" + String(repeating: "a", count: 4096)
    #expect(throws: WireError.tooLong("directory")) { try Request(json: Request.run(run).json) }
    run = Samples.run
    run.command = [String](repeating: "a", count: WireLimit.arguments + 1)
    #expect(throws: WireError.tooLong("argv")) { try Request(json: Request.run(run).json) }
    run.command = []
    #expect(throws: WireError.badValue("argv")) { try Request(json: Request.run(run).json) }
  }

  @Test("Relative directories, port 0, odd digests and impossible session names are refused")
  func values() throws {
    var run = Samples.run
    run.workingDirectory = "p"
    #expect(throws: WireError.badValue("directory")) { try Request(json: Request.run(run).json) }
    run = Samples.run
    run.options.publish = [0]
    #expect(throws: WireError.badValue("publish")) { try Request(json: Request.run(run).json) }
    let odd = Request.agree(directory: "/p", digest: "AB")
    #expect(throws: WireError.badValue("sha256")) { try Request(json: odd.json) }
    for name in ["012", "0123456789abcdefg", "../x", "ABCD", "0u00"] {
      #expect(SessionReference(name) == nil, "\(name)")
    }
    #expect(throws: WireError.badValue("signal")) { try Control(json: Control.signal(99).json) }
  }

  @Test("A terminal stream without a terminal is refused")
  func terminalStream() {
    var run = Samples.run
    run.terminal = nil
    #expect(throws: WireError.badValue("streams")) { try Request(json: Request.run(run).json) }
  }

  @Test("Passed descriptors go to their streams in order, and their number must fit")
  func streams() throws {
    let plan = StreamPlan(input: .passed, output: .terminal, error: .passed)
    let streams = try plan.streams([7, 9])
    #expect(streams.input == 7 && streams.output == nil && streams.error == 9)
    #expect(throws: WireError.unexpectedDescriptors) { try plan.streams([7]) }
    #expect(throws: WireError.unexpectedDescriptors) { try plan.streams([7, 8, 9]) }
  }

  @Test("A selection with a member that is not understood is refused, not widened")
  func selection() throws {
    let named = try Samples.require(SessionReference("0123"))
    var selection = try Samples.require(ChangeSelection(paths: [[0x61]]).json.object)
    selection["path"] = selection.removeValue(forKey: "paths")
    var members = try Samples.require(Request.apply(named, ChangeSelection(), digest: Samples.digest).json.object)
    members["selection"] = .object(selection)
    #expect(throws: WireError.unknownMember("selection")) { try Request(json: .object(members)) }
  }

  @Test("A beginning of a name means one session, or is refused")
  func references() throws {
    func summary(_ text: String, _ project: String) throws -> SessionSummary {
      SessionSummary(
        id: try Samples.require(SessionID(text)), state: .ended, project: project, command: ["a"], mode: .staged,
        manifestDigest: "", user: "u", started: 0)
    }
    let all = [try summary("aaaa000000000001", "/p"), try summary("aaaa000000000002", "/q")]
    let both = try Samples.require(SessionReference("aaaa"))
    #expect(throws: Fault.self) { try both.pick(from: all, project: nil) }
    let one = try Samples.require(SessionReference("aaaa000000000002"))
    #expect(try one.pick(from: all, project: nil).project == "/q")
    #expect(try SessionReference.latest(directory: "/q/x").pick(from: all, project: "/q").project == "/q")
    #expect(throws: Fault.self) { try SessionReference.latest(directory: "/z").pick(from: all, project: "/z") }
  }
}
