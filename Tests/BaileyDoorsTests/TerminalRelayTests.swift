import BaileyCore
import BaileyLinux
import BaileyTestSupport
import BaileyWire
import Synchronization
import Testing

@testable import BaileyDoors

/// A terminal whose program writes without end, as fast as it can, once it is started.
private final class Flood: Sendable {
  let relay: TerminalRelay
  private let written = Mutex(0)
  private let slave: Int32
  static let size = 8 << 20

  init() throws {
    let pair = try Descriptor.pseudoTerminal().take()
    let slave = Descriptor(owning: pair.1)
    _ = try slave.makeRaw()
    self.slave = slave.take()
    relay = try TerminalRelay(owning: pair.0, echoes: true)
  }

  /// After those have attached who are to see all of it.
  func start() throws {
    try startThread("flood") { self.write(Descriptor(owning: self.slave)) }
  }

  private func write(_ slave: consuming Descriptor) {
    let piece = [UInt8](repeating: 120, count: 4096)
    while total < Self.size, (try? slave.writeAll(piece)) != nil { written.withLock { $0 += piece.count } }
  }

  var total: Int { written.withLock { $0 } }
}

/// A client of a relay, and the controller's side of it.
private struct Watcher {
  let client: Connection
  let server: ServerConnection
  let inbox: ServerConnection.Inbox

  init(patience: Int64) throws {
    let pair = try Descriptor.socketPair().take()
    var limits = ServerConnection.Limits()
    limits.patience = patience
    server = try ServerConnection(Connection(owning: pair.1, limits: .server), limits: limits)
    client = Connection(owning: pair.0, limits: .client)
    inbox = try server.start()
  }
}

/// A recording on a disk that stands still until it is told to go on.
private final class StuckRecording: SessionRecording {
  let news = AsyncStream<Void> { $0.finish() }
  let losses = AsyncStream<Void> { $0.finish() }
  let events = Mutex<[String]>([])
  private let isStuck = Mutex(true)

  func goOn() { isStuck.withLock { $0 = false } }

  func output(_ bytes: [UInt8], from source: Int) {
    events.withLock { $0.append("output") }
    while isStuck.withLock({ $0 }) { _ = try? poll([], milliseconds: 5) }
  }
  func input(_ bytes: [UInt8]) { events.withLock { $0.append("keys \(bytes.count)") } }
  func resize(_ size: TerminalSize) { events.withLock { $0.append("size \(size.rows)x\(size.columns)") } }
  func ended() { events.withLock { $0.append("end") } }
  func drained() async {}
  func sync() async throws(Fault) -> TranscriptMark { throw Fault("x", why: "x") }
  func close() async throws(Fault) -> TranscriptMark { throw Fault("x", why: "x") }
  func keep() async {}
  func discard() async {}
}

@Suite("A session's terminal")
struct TerminalRelayTests {
  @Test("Keys and sizes wait for no disk: the terminal's own thread records them, the kept keys only, before its end")
  func stuckDisk() async throws {
    let recording = StuckRecording()
    let pair = try Descriptor.pseudoTerminal().take()
    var slave: Descriptor? = Descriptor(owning: pair.1)
    _ = try slave?.makeRaw()
    let relay = try TerminalRelay(owning: pair.0, echoes: true, recording: recording)
    try slave?.writeAll(Array("x".utf8))
    while recording.events.withLock({ $0 }) != ["output"] { try await Task.sleep(for: .milliseconds(5)) }
    relay.type([UInt8](repeating: 97, count: 100))
    relay.type([UInt8](repeating: 97, count: 1 << 20))
    for rows in 1...3 { relay.resize(rows: UInt16(rows), columns: 80) }
    #expect(recording.events.withLock { $0 } == ["output"])
    recording.goOn()
    slave = nil
    await relay.drained()
    while recording.events.withLock({ $0.last }) != "end" { try await Task.sleep(for: .milliseconds(5)) }
    #expect(recording.events.withLock { $0 } == ["output", "keys 100", "size 3x80", "end"])
  }

  @Test("A client that takes nothing holds the program, and not the controller's memory, until it is gone")
  func stalled() async throws {
    let flood = try Flood()
    let watcher = try Watcher(patience: .max >> 32)
    flood.relay.attach(watcher.server)
    try flood.start()
    var seen = -1
    while flood.total != seen {
      seen = flood.total
      try await Task.sleep(for: .milliseconds(300))
    }
    // It stands still: what the socket, its queue and the terminal hold is far from all that it wants to write.
    #expect(seen < 2 << 20)
    watcher.client.close()
    await flood.relay.drained()
    #expect(flood.total == Flood.size)
  }

  @Test("A client that reads gets every byte, beside one that does not")
  func reading() async throws {
    let flood = try Flood()
    let (stalled, reading) = (try Watcher(patience: 300), try Watcher(patience: .max >> 32))
    flood.relay.attach(stalled.server)
    flood.relay.attach(reading.server)
    try flood.start()
    let count = try Background { [client = reading.client] in
      var count = 0
      while case .data(let bytes)? = try? client.receive() { count += bytes.count }
      return count
    }
    await flood.relay.drained()
    await reading.server.finish()
    #expect(await count.value == Flood.size)
    withExtendedLifetime(stalled.client) {}
  }

  @Test("Keys reach a program whose output nobody takes")
  func keys() async throws {
    let pair = try Descriptor.pseudoTerminal().take()
    let slave = Descriptor(owning: pair.1)
    _ = try slave.makeRaw()
    let relay = try TerminalRelay(owning: pair.0, echoes: true)
    let watcher = try Watcher(patience: .max >> 32)
    while watcher.server.hasRoom { try watcher.server.send(data: [UInt8](repeating: 1, count: 64 << 10)) }
    relay.attach(watcher.server)
    relay.type(Array("hello".utf8))
    #expect(try slave.read(upTo: 5) == Array("hello".utf8))
    withExtendedLifetime(watcher.client) {}
  }

  @Test("Who comes later sees the last of what was written first")
  func scrollBack() async throws {
    let flood = try Flood()
    try flood.start()
    await flood.relay.drained()
    let watcher = try Watcher(patience: .max >> 32)
    flood.relay.attach(watcher.server)
    guard case .data(let bytes)? = try watcher.client.receive() else {
      Issue.record("no scroll-back")
      return
    }
    #expect(bytes == [UInt8](repeating: 120, count: 64 << 10))
  }
}
