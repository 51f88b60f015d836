import BaileyCore
import BaileyLinux
import BaileyTestSupport
import BaileyWire
import Testing

@Suite("Connections")
struct ConnectionTests {
  @Test("A request arrives with its descriptors in order")
  func descriptors() throws {
    let (client, server) = try Connection.pair()
    let pipe = try Descriptor.pipe()
    let run = RunRequest(
      command: ["cat"], workingDirectory: "/", environment: [:], terminal: nil,
      streams: StreamPlan(input: .passed, output: .passed, error: .null))
    try client.send(.run(run), descriptors: [pipe.first.raw, pipe.second.raw])
    guard case .message(let json, let passed)? = try server.receive() else {
      Issue.record("no message")
      return
    }
    #expect(try Request(json: json) == .run(run))
    let streams = try run.streams.streams(passed.take())
    let output = Descriptor(owning: try #require(streams.output))
    let input = Descriptor(owning: try #require(streams.input))
    try output.writeAll("hello")
    #expect(try input.read(upTo: 10) == Array("hello".utf8))
    #expect(passed.take().isEmpty)
  }

  @Test("More descriptors than three, or any to a client, end the connection")
  func tooMany() throws {
    let (client, server) = try Connection.pair()
    let null = try Descriptor.open("/dev/null")
    try client.send(.version, descriptors: [null.raw, null.raw, null.raw, null.raw])
    #expect(throws: WireError.tooManyDescriptors) { try server.receive() }
    try server.send(Reply.done.json, descriptors: [null.raw])
    #expect(throws: WireError.unexpectedDescriptors) { try client.receive() }
  }

  @Test("The peer's orderly end is nil, an end in the middle an error")
  func ends() throws {
    let (client, server) = try Connection.pair()
    client.close()
    #expect(try server.receive() == nil)
    let pair = try Descriptor.socketPair().take()
    let raw = Descriptor(owning: pair.0)
    let other = Connection(owning: pair.1, limits: .server)
    try raw.writeAll([9, 0, 0])
    try raw.shutdownWrite()
    #expect(throws: WireError.truncated) { try other.receive() }
  }

  @Test("A message larger than a frame passes between the two sides")
  func large() async throws {
    let (client, server) = try Connection.pair()
    let text = String(repeating: "y", count: WireLimit.frame + 5)
    let sender = try Background { (try? server.send(.version(text))) != nil }
    guard case .message(let json, _)? = try client.receive() else {
      Issue.record("no message")
      return
    }
    #expect(await sender.value)
    #expect(json["version"]?.string?.utf8.count == text.utf8.count)
  }

  @Test("A door lets its own user in, makes a private socket and removes it")
  func door() throws {
    let scratch = try Scratch()
    let places = Places(
      state: scratch.path + "/state", runtime: scratch.path + "/run", configuration: scratch.path + "/config")
    #expect(try Connection.connect(to: places) == nil)
    do {
      let door = try Door(at: places)
      let client = try #require(try Connection.connect(to: places))
      let server = try door.accept()
      try client.send(.version)
      guard case .message(let json, _)? = try server.receive() else {
        Issue.record("no message")
        return
      }
      #expect(try Request(json: json) == .version)
      #expect(try Descriptor.status(of: places.socket).mode == 0o600)
      #expect(try Descriptor.status(of: places.runtime).mode == 0o700)
    }
    #expect(!scratch.exists("run/baileyd.sock"))
  }

  @Test("A runtime directory that others can enter is refused")
  func openDirectory() throws {
    let scratch = try Scratch()
    try scratch.directory("run", mode: 0o755)
    let places = Places(
      state: scratch.path + "/state", runtime: scratch.path + "/run", configuration: scratch.path + "/config")
    let fault = #expect(throws: Fault.self) { try places.prepare() }
    #expect(fault?.code == "directory-not-private")
  }

  @Test("A link in the place of the runtime directory is refused")
  func linkedDirectory() throws {
    let scratch = try Scratch()
    try scratch.directory("elsewhere", mode: 0o700)
    try Descriptor.workingDirectory.symlink(target: scratch.path + "/elsewhere", at: scratch.path + "/run")
    let places = Places(
      state: scratch.path + "/state", runtime: scratch.path + "/run", configuration: scratch.path + "/config")
    let fault = #expect(throws: Fault.self) { try places.prepare() }
    #expect(fault?.code == "directory-not-private")
  }

  @Test("Places follow the XDG variables, and relative ones are ignored")
  func places() {
    let home = Places(environment: ["XDG_RUNTIME_DIR": "run"], home: "/h")
    #expect(home.state == "/h/.local/state/bailey")
    #expect(home.runtime == "/h/.local/state/bailey/run")
    #expect(home.configuration == "/h/.config/bailey")
    let set = Places(environment: ["XDG_RUNTIME_DIR": "/run/user/1", "XDG_STATE_HOME": "/s"], home: "/h")
    #expect(set.socket == "/run/user/1/bailey/baileyd.sock" && set.controllerLog == "/s/bailey/baileyd.log")
  }
}
