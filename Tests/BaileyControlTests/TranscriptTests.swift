import BaileyCore
import Synchronization
import Testing

@testable import BaileyControl

/// A recording of which a test says how far it is.
private final class ScriptedRecording: SessionRecording {
  let news: AsyncStream<Void>
  let losses: AsyncStream<Void>
  private let tell: AsyncStream<Void>.Continuation
  private let tellLoss: AsyncStream<Void>.Continuation
  private let mark = Mutex(TranscriptMark(program: 0, state: .open, bytes: 0, sha256: "0"))
  private let failsToClose: Bool
  let keeps = Mutex(0)

  init(failsToClose: Bool = false) {
    self.failsToClose = failsToClose
    (news, tell) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    (losses, tellLoss) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  func write(_ bytes: Int64, _ state: TranscriptMark.State = .open) {
    mark.withLock { $0 = TranscriptMark(program: 0, state: state, bytes: bytes, sha256: "\(bytes)") }
    tell.yield()
    if state != .open { tellLoss.yield() }
  }

  func output(_ bytes: [UInt8], from source: Int) {}
  func input(_ bytes: [UInt8]) {}
  func resize(_ size: TerminalSize) {}
  func ended() {
    tell.finish()
    tellLoss.finish()
  }
  func drained() async { ended() }
  func sync() async throws(Fault) -> TranscriptMark { mark.withLock { $0 } }
  func close() async throws(Fault) -> TranscriptMark {
    if failsToClose { throw Fault("thread-missing", why: "no thread") }
    return mark.withLock { mark in
      if mark.state == .open { mark.state = .ended }
      return mark
    }
  }
  func keep() async { keeps.withLock { $0 += 1 } }
  func discard() async {}
}

/// Keeps the marks of a recording; refuses the first so many.
private final class Marks: Recorder {
  private let all = Mutex<[(mark: TranscriptMark?, durability: Durability)]>([])
  private let refusals: Mutex<Int>

  init(refusing count: Int = 0) { refusals = Mutex(count) }

  var marks: [TranscriptMark] { all.withLock { $0.compactMap(\.mark) } }
  var bytes: [Int64] { marks.map(\.bytes) }
  /// In which a final mark came.
  var finals: [Durability] { all.withLock { $0.filter { $0.mark?.isFinal == true }.map(\.durability) } }

  func append(_ record: Record, _ durability: Durability) async throws(Fault) -> UInt64 {
    let isRefused = refusals.withLock { count in
      count -= 1
      return count >= 0
    }
    if isRefused { throw Fault("log-write-failed", why: "no space") }
    all.withLock { $0.append((TranscriptMark(body: record.body), durability)) }
    return 0
  }
}

@Suite("A recording in the log", .timeLimit(.minutes(1)))
struct TranscriptTests {
  private func transcript(
    _ recording: ScriptedRecording, _ log: Marks, interval: Duration = .milliseconds(1),
    onLoss: @escaping @Sendable () -> Void = {}
  ) -> Transcript {
    Transcript(recording, session: .random(), recorder: log, now: { 1 }, interval: interval, onLoss: onLoss)
  }

  private func wait(until isTrue: () -> Bool) async {
    while !isTrue(), !Task.isCancelled { try? await Task.sleep(for: .milliseconds(1)) }
  }

  @Test("What came shortly before the terminal fell silent is on record without more of it")
  func silence() async {
    let (recording, log) = (ScriptedRecording(), Marks())
    let transcript = transcript(recording, log)
    await transcript.start()
    recording.write(10)
    await wait { log.bytes == [10] }
    recording.write(20)
    await wait { log.bytes.last == 20 }
    #expect(log.marks.allSatisfy { !$0.isFinal })
    await transcript.finish(.seconds(2))
    #expect(log.marks.last?.state == .ended && recording.keeps.withLock { $0 } == 1)
  }

  @Test(
    "A recording that can go on no more is on record at once, synced, and then told; it is so once",
    arguments: [TranscriptMark.State.full, .failed])
  func loss(state: TranscriptMark.State) async {
    let (recording, log, told) = (ScriptedRecording(), Marks(), Flags())
    // A pause that nobody could wait for.
    let transcript = transcript(recording, log, interval: .seconds(3600)) { told.add(log.marks.last?.state) }
    await transcript.start()
    recording.write(10)
    await wait { log.bytes == [10] }
    recording.write(20, state)
    await wait { !told.all.isEmpty }
    #expect(told.all == [state] && log.bytes == [10, 20])
    await transcript.finish(.seconds(2))
    #expect(told.all == [state] && log.bytes == [10, 20] && log.finals == [.synced])
    #expect(recording.keeps.withLock { $0 } == 1)
  }

  @Test("A mark that the log refuses is no loss of the recording, and is tried again")
  func refusal() async {
    let (recording, log, told) = (ScriptedRecording(), Marks(refusing: 3), Flags())
    let transcript = transcript(recording, log) { told.add(nil) }
    await transcript.start()
    recording.write(10)
    await wait { log.bytes == [10] }
    await transcript.finish(.seconds(2))
    #expect(told.all.isEmpty && log.marks.last?.state == .ended)
  }

  @Test("A recording whose last mark the log refuses is not put away, so that the next start finds it")
  func unrecorded() async {
    let (recording, log) = (ScriptedRecording(), Marks(refusing: .max))
    recording.write(10)
    await transcript(recording, log).finish(.seconds(2))
    #expect(log.marks.isEmpty && recording.keeps.withLock { $0 } == 0)
  }

  @Test("A loss in the last moment is told, too")
  func lastMoment() async {
    let (recording, log, told) = (ScriptedRecording(), Marks(), Flags())
    recording.write(10, .failed)
    await transcript(recording, log) { told.add(log.marks.last?.state) }.finish(.seconds(2))
    #expect(told.all == [.failed])
  }

  @Test("One that cannot be closed is on record as failed")
  func unclosed() async {
    let (recording, log, told) = (ScriptedRecording(failsToClose: true), Marks(), Flags())
    let transcript = transcript(recording, log) { told.add(log.marks.last?.state) }
    await transcript.start()
    recording.write(10)
    await wait { log.bytes == [10] }
    await transcript.finish(.seconds(2))
    #expect(log.marks.last?.state == .failed && log.bytes == [10, 10] && told.all == [.failed])
  }
}

/// What was told, in order.
private final class Flags: Sendable {
  private let states = Mutex<[TranscriptMark.State?]>([])
  var all: [TranscriptMark.State?] { states.withLock { $0 } }
  func add(_ state: TranscriptMark.State?) { states.withLock { $0.append(state) } }
}
