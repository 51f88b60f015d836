import BaileyCore
import BaileyLinux
import BaileyWire
import Synchronization

/// Carries a session's pseudo-terminal to the command lines that are attached to it.
///
/// One thread reads the master, and only while every client has room: one that takes no bytes holds the session's output, as a stopped
/// terminal does, until its connection drops it. Without clients output goes on into a scroll-back of 64 KiB, which the next client
/// sees first.
final class TerminalRelay: Sendable {
  private let master: Descriptor
  private let wake: Descriptor
  private let recording: (any SessionRecording)?
  private let state = Mutex(State())

  private struct State {
    var clients: [ServerConnection] = []
    var input: [UInt8] = []
    /// What is to be recorded of it; on the relay's thread, since a recording waits for the disk.
    var events: [Event] = []
    var scrollBack: [UInt8] = []
    var isOver = false
    var waiters: [CheckedContinuation<Void, Never>] = []
  }

  private enum Event {
    case keys([UInt8])
    case size(TerminalSize)
  }

  private static let scrollBackSize = 64 << 10
  /// Keys that the program does not read; beyond it they are dropped, as a terminal does.
  private static let inputLimit = 1 << 20

  /// Takes over the master side.
  ///
  /// - Parameter echoes: `false` where the client's own terminal echoes what is typed.
  init(owning descriptor: Int32, echoes: Bool, recording: (any SessionRecording)? = nil) throws(Errno) {
    self.recording = recording
    master = Descriptor(owning: descriptor)
    wake = try .eventCounter()
    try master.setNonBlocking(true)
    if !echoes { try master.setEcho(false) }
    try startThread("terminal") { self.run() }
  }

  func attach(_ client: ServerConnection) {
    client.whenRoom { [weak self] in self?.wake.notify() }
    state.withLock { state in
      state.clients.append(client)
      if !state.scrollBack.isEmpty { try? client.send(data: state.scrollBack) }
    }
  }

  func detach(_ client: ServerConnection) {
    state.withLock { $0.clients.removeAll { $0 === client } }
    wake.notify()
  }

  func type(_ bytes: [UInt8]) {
    state.withLock { state in
      guard state.input.count + bytes.count <= Self.inputLimit else { return }
      state.input += bytes
      if recording != nil, !state.isOver, !bytes.isEmpty { state.events.append(.keys(bytes)) }
    }
    wake.notify()
  }

  func resize(rows: UInt16, columns: UInt16) {
    try? master.setWindowSize(rows: rows, columns: columns)
    if recording == nil { return }
    state.withLock { state in
      // Of sizes that nobody saw anything in, the last is enough.
      if case .size = state.events.last { state.events.removeLast() }
      if !state.isOver { state.events.append(.size(TerminalSize(rows: rows, columns: columns))) }
    }
    wake.notify()
  }

  /// Returns when the last byte of output has been handed on.
  func drained() async {
    await withCheckedContinuation { continuation in
      let isOver = state.withLock { state in
        if !state.isOver { state.waiters.append(continuation) }
        return state.isOver
      }
      if isOver { continuation.resume() }
    }
  }

  private func run() {
    while step() {}
    let waiters = state.withLock { state in
      state.isOver = true
      defer { state.waiters = [] }
      return state.waiters
    }
    record()
    recording?.ended()
    for waiter in waiters { waiter.resume() }
  }

  private func record() {
    let events = state.withLock { state in
      defer { state.events = [] }
      return state.events
    }
    for event in events {
      switch event {
      case .keys(let bytes): recording?.input(bytes)
      case .size(let size): recording?.resize(size)
      }
    }
  }

  private func step() -> Bool {
    record()
    let (hasInput, hasRoom) = state.withLock { (!$0.input.isEmpty, $0.clients.allSatisfy(\.hasRoom)) }
    var wanted: Readiness = hasRoom ? .input : []
    if hasInput { wanted.insert(.output) }
    // Asked for nothing, poll would still tell of a hang-up, again and again.
    let number = wanted.isEmpty ? -1 : master.raw
    guard let ready = try? poll([(number, wanted), (wake.raw, .input)]) else { return false }
    if ready[1].contains(.input) { wake.drain() }
    if ready[0].contains(.output) { flushInput() }
    if ready[0].isDisjoint(with: [.input, .hangUp, .error]) { return true }
    // A hang-up may be told before what was written last; to read says which.
    if hasRoom { return forward() }
    // The program has gone: what it wrote last waits for room, what was typed has no reader.
    state.withLock { $0.input = [] }
    return true
  }

  private func flushInput() {
    state.withLock { state in
      guard let written = try? master.write(state.input) else { return }
      state.input.removeFirst(written)
    }
  }

  /// EIO is how a master says that no slave is open any more.
  private func forward() -> Bool {
    do throws(Errno) {
      let bytes = try master.read(upTo: 64 << 10)
      if bytes.isEmpty { return false }
      // What a person sees has been recorded.
      recording?.output(bytes)
      broadcast(bytes)
      return true
    } catch {
      return error == .tryAgain || error == .interrupted
    }
  }

  private func broadcast(_ bytes: [UInt8]) {
    state.withLock { state in
      state.scrollBack += bytes
      if state.scrollBack.count > Self.scrollBackSize {
        state.scrollBack.removeFirst(state.scrollBack.count - Self.scrollBackSize)
      }
      state.clients.removeAll { (try? $0.send(data: bytes)) == nil }
    }
  }
}
