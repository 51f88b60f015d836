import BaileyCore
import BaileyLinux
import BaileyTestSupport
import BaileyWire
import Testing

@testable import BaileyCommands

/// A fake controller on the other end of a connection, a real pseudo-terminal as the person's, and signals through a pipe.
private final class Stage: Sendable {
  let server: Connection
  let client: Connection
  let screen: Descriptor
  let terminal: Descriptor
  private let signalWriter: Descriptor
  private let signalReader: Int32
  let session = SessionID.random()

  init() throws {
    (client, server) = try Connection.pair()
    let (master, slave) = try Descriptor.pseudoTerminal().take()
    screen = Descriptor(owning: master)
    terminal = Descriptor(owning: slave)
    try screen.setWindowSize(rows: 30, columns: 100)
    let (read, write) = try Descriptor.pipe(nonBlocking: true).take()
    signalReader = read
    signalWriter = Descriptor(owning: write)
  }

  /// As signalfd(2) reports it: 128 bytes that begin with the number.
  func raise(_ number: UInt8) throws { try signalWriter.writeAll([number] + [UInt8](repeating: 0, count: 127)) }

  /// Runs the relay as `bailey run` does, on a thread of its own.
  func relay(_ use: TerminalUse?, pumps: [PumpEnds] = [], suspend: @escaping @Sendable () -> Void = {}) throws
    -> Background<Int32>
  {
    let (signals, copies) = (signalReader, try (terminal.duplicate().take(), terminal.duplicate().take()))
    return try Background { [client] in
      do throws(Failure) {
        let person = use.flatMap { use in
          try? CallerTerminal(
            input: Descriptor(owning: copies.0), output: Descriptor(owning: copies.1), use: use,
            isInForeground: { _ in true })
        }
        let ready = pumps.compactMap { try? Pump(caller: $0.caller, pipe: $0.pipe, isInput: $0.isInput) }
        let relay = Relay(
          connection: client, terminal: person, pumps: ready, signals: Descriptor(owning: signals), suspend: suspend,
          onEvent: { _ throws(Failure) in })
        guard case .ended(let end) = try relay.run() else { return -1 }
        return end.code
      } catch {
        return error.code
      }
    }
  }

  struct PumpEnds: Sendable {
    var caller: Int32
    var pipe: Int32
    var isInput: Bool
  }

  var gathersLines: Bool { terminal.gathersLines() }

  func start() throws {
    try server.send(.started(Started(session: session, project: "/p", mode: .staged, notices: [])))
  }

  func end(_ code: Int32 = 0) throws {
    try server.send(.ended(SessionEnding(session: session, code: code, cause: .program)))
  }

  func control() throws -> Control? {
    guard case .message(let json, _)? = try server.receive() else { return nil }
    return try Control(json: json)
  }

  func keys(_ count: Int) throws -> [UInt8] {
    var all: [UInt8] = []
    while all.count < count, case .data(let bytes)? = try server.receive() { all += bytes }
    return all
  }
}

@Suite("The relay of a person's terminal", .serialized)
struct RelayTests {
  private let size = TerminalSize(rows: 30, columns: 100)

  @Test("The terminal is raw while the program runs, and as it was afterwards")
  func raw() async throws {
    let stage = try Stage()
    #expect(stage.gathersLines)
    let relay = try stage.relay(.raw)
    try stage.start()
    #expect(try stage.control() == .resize(size))
    #expect(!stage.gathersLines)
    try stage.screen.writeAll([0x03, 0x1A, 0x61])
    #expect(try stage.keys(3) == [0x03, 0x1A, 0x61])
    try stage.server.send(data: Array("\u{1B}[1mhello\r\n".utf8))
    #expect(try stage.screen.read(upTo: 100) == Array("\u{1B}[1mhello\r\n".utf8))
    try stage.end(7)
    #expect(await relay.value == 7)
    #expect(stage.gathersLines)
  }

  @Test("The terminal is put right when the controller dies, and the exit code says that Bailey failed")
  func death() async throws {
    let stage = try Stage()
    let relay = try stage.relay(.raw)
    try stage.start()
    _ = try stage.control()
    #expect(!stage.gathersLines)
    stage.server.close()
    #expect(await relay.value == 125)
    #expect(stage.gathersLines)
  }

  @Test("A message that is malformed ends the run and puts the terminal right")
  func malformed() async throws {
    let stage = try Stage()
    let relay = try stage.relay(.raw)
    try stage.start()
    _ = try stage.control()
    try stage.server.send(["v": 1, "event": "started", "surprise": true])
    #expect(await relay.value == 125)
    #expect(stage.gathersLines)
  }

  @Test("Ctrl-Z inside: the terminal is lent back while the job is stopped, then raw again and told to go on")
  func stop() async throws {
    let stage = try Stage()
    let terminal = try stage.terminal.duplicate().take()
    let relay = try stage.relay(.raw) {
      // What the shell finds while the job is stopped.
      let gathersLines = Descriptor.lending(terminal) { $0.gathersLines() }
      #expect(gathersLines)
    }
    try stage.start()
    _ = try stage.control()
    try stage.server.send(.stopped(signal: 20))
    #expect(try stage.control() == .resize(size))
    #expect(try stage.control() == .resume)
    #expect(!stage.gathersLines)
    try stage.end()
    #expect(await relay.value == 0)
    _ = Descriptor(owning: terminal)
  }

  @Test("A new window size and signals are passed on")
  func signals() async throws {
    let stage = try Stage()
    let relay = try stage.relay(.raw)
    try stage.start()
    _ = try stage.control()
    try stage.screen.setWindowSize(rows: 5, columns: 7)
    try stage.raise(28)
    #expect(try stage.control() == .resize(TerminalSize(rows: 5, columns: 7)))
    try stage.raise(15)
    #expect(try stage.control() == .signal(15))
    try stage.end(143)
    #expect(await relay.value == 143)
  }

  @Test("A signal before anything runs ends the command, and the third within a second does so in any case")
  func impatience() async throws {
    var stage = try Stage()
    try stage.raise(2)
    #expect(try await stage.relay(nil).value == 130)
    stage = try Stage()
    let relay = try stage.relay(nil)
    try stage.start()
    for _ in 0..<3 { try stage.raise(2) }
    #expect(await relay.value == 130)
  }

  @Test("Three times Ctrl-] asks to detach; the first two pass at once")
  func detach() async throws {
    let stage = try Stage()
    let relay = try stage.relay(.raw)
    try stage.start()
    _ = try stage.control()
    try stage.screen.writeAll([0x1D])
    #expect(try stage.keys(1) == [0x1D])
    try stage.screen.writeAll([0x1D])
    #expect(try stage.keys(1) == [0x1D])
    try stage.screen.writeAll([0x1D])
    #expect(try stage.control() == .detach)
    try stage.end()
    #expect(await relay.value == 0)
  }

  @Test("In a pipeline the terminal keeps gathering lines, and its end of input goes inside as Ctrl-D")
  func lines() async throws {
    let stage = try Stage()
    let relay = try stage.relay(.lines)
    try stage.start()
    _ = try stage.control()
    #expect(stage.gathersLines)
    try stage.screen.writeAll("ab\n")
    #expect(try stage.keys(3) == Array("ab\n".utf8))
    try stage.screen.writeAll([0x04])
    #expect(try stage.keys(1) == [0x04])
    try stage.end()
    #expect(await relay.value == 0)
  }

  @Test("Files and sockets are pumped through pipes, to the last byte and its end")
  func pumps() async throws {
    let stage = try Stage()
    let scratch = try Scratch()
    let content = (0..<50_000).map { "line \($0)\n" }.joined()
    try scratch.write(content, to: "in")
    let source = try Descriptor.open(scratch.path + "/in")
    let target = try Descriptor.open(scratch.path + "/out", [.writeOnly, .create])
    let (inRead, inWrite) = try Descriptor.pipe().take()
    let (outRead, outWrite) = try Descriptor.pipe().take()
    let relay = try stage.relay(
      nil,
      pumps: [
        .init(caller: source.raw, pipe: inWrite, isInput: true),
        .init(caller: target.raw, pipe: outRead, isInput: false),
      ])
    try stage.start()
    try copy(from: inRead, to: outWrite)
    // The end is announced while output may still be in the pipe.
    try stage.end(3)
    #expect(await relay.value == 3)
    #expect(try scratch.read("out") == content)
  }

  /// What a program inside does: reads to the end, writes, closes.
  private func copy(from input: Int32, to output: Int32) throws {
    let (input, output) = (PassedDescriptors([input]), PassedDescriptors([output]))
    let source = Descriptor(owning: try #require(input.take().first))
    let target = Descriptor(owning: try #require(output.take().first))
    while case let bytes = try source.read(upTo: 8192), !bytes.isEmpty { try target.writeAll(bytes) }
  }

  @Test(
    "Keys are found to detach only when they follow each other",
    arguments: [
      ([UInt8]([0x1D, 0x61, 0x1D, 0x1D]), false), ([0x1D, 0x1D, 0x1D], true), ([0x61, 0x1D, 0x1D, 0x1D, 0x62], true),
    ])
  func detachKeys(_ keys: [UInt8], _ detaches: Bool) {
    var finder = DetachKeys()
    let result = finder.take(keys)
    #expect(result.detaches == detaches)
    if !detaches { #expect(result.keys == keys) }
  }
}
