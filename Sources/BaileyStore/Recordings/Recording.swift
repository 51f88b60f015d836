import BaileyCast
import BaileyCore
import BaileyLinux
import Synchronization

/// A recording on its way to the disk.
///
/// Each piece is masked, made a line, written and hashed on the thread that carries it: nothing gathers in memory, and the disk's speed is
/// the terminal's. A line is written whole or taken back; after a failed write nothing more is written.
final class Recording: SessionRecording {
  let news: AsyncStream<Void>
  private let tell: AsyncStream<Void>.Continuation
  private let place: RecordingPlace
  private let payloads: Payloads
  private let file: Descriptor
  private let limit: Int64
  private let takesInput: Bool
  private let began = Clock.monotonic
  private let state: Mutex<State>

  private struct State {
    var encoder: CastEncoder
    var hash: any ContentHasher
    var bytes: Int64 = 0
    var ending = TranscriptMark.State.open
    var isOver = false
    var waiters: [CheckedContinuation<Void, Never>] = []
  }

  /// Bytes of the limit that are kept for the line that says it was reached.
  private static let reserve: Int64 = 256

  init(
    _ place: RecordingPlace, payloads: Payloads, header: Cast.Header, masker: any SecretMasking, rules: RecordingRules,
    hash: any ContentHasher
  ) throws(Errno) {
    self.place = place
    self.payloads = payloads
    limit = rules.limit ?? RecordingRules.defaultLimit
    takesInput = rules.input
    (news, tell) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    file = try Descriptor.open(place.path, [.readWrite, .create, .exclusive, .noFollow])
    state = Mutex(State(encoder: CastEncoder(masker: masker), hash: hash))
    try state.withLock { state throws(Errno) in try append(header.line, &state) }
  }

  func output(_ bytes: [UInt8]) { write { $0.output(bytes, at: $1) } }

  func input(_ bytes: [UInt8]) { if takesInput { write { $0.input(bytes, at: $1) } } }

  func resize(_ size: TerminalSize) { write { $0.resize(size, at: $1) } }

  func ended() {
    let waiters = state.withLock { state in
      state.isOver = true
      defer { state.waiters = [] }
      return state.waiters
    }
    tell.finish()
    for waiter in waiters { waiter.resume() }
  }

  func drained() async {
    await withCheckedContinuation { continuation in
      let isOver = state.withLock { state in
        if !state.isOver { state.waiters.append(continuation) }
        return state.isOver
      }
      if isOver { continuation.resume() }
    }
  }

  func sync() async throws(Fault) -> TranscriptMark {
    // The hash first: what it covers is then on disk.
    let mark = mark
    do {
      try await onOwnThread("record-sync") { () throws(Fault) in
        do throws(Errno) { try self.file.fdatasync() } catch {
          throw Fault("recording-failed", subject: self.place.path, why: error.message)
        }
      }
    } catch {
      state.withLock { if $0.ending == .open { $0.ending = .failed } }
      throw error
    }
    return mark
  }

  func close() async throws(Fault) -> TranscriptMark {
    write { $0.finish(at: $1) }
    state.withLock { if $0.ending == .open { $0.ending = .ended } }
    return try await sync()
  }

  func keep() async { place.keep(mark, in: payloads) }

  func discard() {
    ended()
    try? Descriptor.workingDirectory.unlink(place.path)
  }

  private var mark: TranscriptMark {
    state.withLock { state in
      TranscriptMark(
        program: place.program, state: state.ending, bytes: state.bytes, sha256: hexadecimal(state.hash.finish()))
    }
  }

  private func write(_ line: (inout CastEncoder, Int64) -> [UInt8]) {
    state.withLock { state in
      guard state.ending == .open else { return }
      let time = (Clock.monotonic - began) / 1000
      let bytes = line(&state.encoder, time)
      if bytes.isEmpty { return }
      do throws(Errno) {
        if state.bytes + Int64(bytes.count) <= limit - Self.reserve { return try append(bytes, &state) }
        try append(state.encoder.marker("bailey: the recording reached its limit of \(limit) bytes", at: time), &state)
        state.ending = .full
      } catch {
        state.ending = .failed
      }
    }
    tell.yield()
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
