import BaileyCast
import BaileyCore
import BaileyLinux
import Synchronization

/// A recording on its way to the disk.
///
/// Each piece is masked, made a line, written and hashed on the thread that carries it: nothing gathers in memory, and the disk's speed is
/// the terminal's. A line is written whole or taken back; after a failed write nothing more is written. Whatever else waits for the disk,
/// or for that thread, does so on a thread of its own: tasks go on.
final class Recording: SessionRecording {
  let news: AsyncStream<Void>
  let losses: AsyncStream<Void>
  private let tell: AsyncStream<Void>.Continuation
  private let tellLoss: AsyncStream<Void>.Continuation
  private let place: RecordingPlace
  private let payloads: Payloads
  private let file: Descriptor
  private let limit: Int64
  private let takesInput: Bool
  private let began = Clock.monotonic
  /// Held while it is written: never to be taken by a task.
  private let state: Mutex<State>
  private let end = Mutex(End())
  /// Called when it lies here no more.
  private let forget: @Sendable () -> Void

  private struct State {
    var encoder: CastEncoder
    var hash: any ContentHasher
    var bytes: Int64 = 0
    var ending = TranscriptMark.State.open
    /// Its name is on disk.
    var isNamed = false
  }

  private struct End {
    var isOver = false
    var waiters: [CheckedContinuation<Void, Never>] = []
  }

  /// Bytes of the limit that are kept for the line that says it was reached.
  private static let reserve: Int64 = 256

  /// Makes the file; leaves none behind where that fails.
  init(
    _ place: RecordingPlace, payloads: Payloads, header: Cast.Header, masker: any SecretMasking, rules: RecordingRules,
    hash: any ContentHasher, forget: @escaping @Sendable () -> Void
  ) throws(Errno) {
    self.place = place
    self.payloads = payloads
    self.forget = forget
    limit = rules.limit ?? RecordingRules.defaultLimit
    takesInput = rules.input
    (news, tell) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    (losses, tellLoss) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    file = try Descriptor.open(place.path, [.readWrite, .create, .exclusive, .noFollow])
    state = Mutex(State(encoder: CastEncoder(masker: masker), hash: hash))
    do throws(Errno) { try state.withLock { state throws(Errno) in try append(header.line, &state) } } catch {
      try? Descriptor.workingDirectory.unlink(place.path)
      throw error
    }
  }

  func output(_ bytes: [UInt8], from source: Int) { write { $0.output(bytes, from: source, at: $1) } }

  func input(_ bytes: [UInt8]) { if takesInput { write { $0.input(bytes, at: $1) } } }

  func resize(_ size: TerminalSize) { write { $0.resize(size, at: $1) } }

  func ended() {
    let waiters = end.withLock { end in
      end.isOver = true
      defer { end.waiters = [] }
      return end.waiters
    }
    tell.finish()
    tellLoss.finish()
    for waiter in waiters { waiter.resume() }
  }

  func drained() async {
    await withCheckedContinuation { continuation in
      let isOver = end.withLock { end in
        if !end.isOver { end.waiters.append(continuation) }
        return end.isOver
      }
      if isOver { continuation.resume() }
    }
  }

  func sync() async throws(Fault) -> TranscriptMark { try await onOwnThread("record-sync") { self.synced() } }

  func close() async throws(Fault) -> TranscriptMark {
    await apart("record-close") {
      self.write { $0.finish(at: $1) }
      self.state.withLock { state in
        if state.ending == .open { state.ending = .ended }
        // What a failed write left, if it could not be taken back then.
        if state.ending == .failed { try? self.file.truncate(to: state.bytes) }
      }
      return self.synced()
    }
  }

  func keep() async {
    await apart("record-keep") { self.place.keep(self.mark, in: self.payloads) }
    forget()
  }

  func discard() async {
    ended()
    await apart("record-discard") { try? Descriptor.workingDirectory.unlink(self.place.path) }
    forget()
  }

  /// Where no thread is left, it is done here: a task that waits is less than an end without a record.
  private func apart<Value: Sendable>(_ name: String, _ body: @escaping @Sendable () -> Value) async -> Value {
    do throws(Fault) { return try await onOwnThread(name) { body() } } catch { return body() }
  }

  /// The hash first: what it covers is then on disk.
  private func synced() -> TranscriptMark {
    let (mark, isNamed) = (mark, state.withLock(\.isNamed))
    do throws(Errno) {
      try file.fdatasync()
      if !isNamed { try place.syncDirectory() }
    } catch {
      state.withLock { if $0.ending != .full { $0.ending = .failed } }
      return self.mark
    }
    if !isNamed { state.withLock { $0.isNamed = true } }
    return mark
  }

  private var mark: TranscriptMark {
    state.withLock { state in
      TranscriptMark(
        program: place.program, state: state.ending, bytes: state.bytes, sha256: hexadecimal(state.hash.finish()))
    }
  }

  private func write(_ line: (inout CastEncoder, Int64) -> [UInt8]) {
    let ending = state.withLock { state -> TranscriptMark.State? in
      guard state.ending == .open else { return nil }
      let time = (Clock.monotonic - began) / 1000
      let bytes = line(&state.encoder, time)
      if bytes.isEmpty { return nil }
      do throws(Errno) {
        if state.bytes + Int64(bytes.count) <= limit - Self.reserve {
          try append(bytes, &state)
        } else {
          try append(
            state.encoder.marker("bailey: the recording reached its limit of \(limit) bytes", at: time), &state)
          state.ending = .full
        }
      } catch {
        state.ending = .failed
      }
      return state.ending
    }
    guard let ending else { return }
    tell.yield()
    if ending != .open { tellLoss.yield() }
  }

  /// A line that does not fit leaves nothing behind.
  private func append(_ line: [UInt8], _ state: inout State) throws(Errno) {
    do throws(Errno) { try file.writeAll(line, at: state.bytes) } catch {
      try? file.truncate(to: state.bytes)
      throw error
    }
    state.hash.update(line)
    state.bytes += Int64(line.count)
  }
}
