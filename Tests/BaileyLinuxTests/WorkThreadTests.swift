import BaileyLinux
import BaileyTestSupport
import Synchronization
import Testing

@Suite("A thread for work that may take long")
struct WorkThreadTests {
  private final class Notes: Sendable {
    let done = Mutex<[Int]>([])
    func note(_ number: Int) { done.withLock { $0.append(number) } }
  }

  @Test("Work is done in order; beyond what may wait it is refused and never done")
  func limit() async throws {
    let (thread, barrier, notes) = (try WorkThread("test", limit: 3), Barrier(), Notes())
    #expect(thread.enqueue { barrier.pass() })
    await barrier.arrival()
    let taken = (0..<5).map { number in thread.enqueue { notes.note(number) } }
    #expect(taken == [true, true, true, false, false])
    barrier.open()
    while notes.done.withLock({ $0.count }) < 3 { await Task.yield() }
    #expect(thread.enqueue { notes.note(9) })
    while notes.done.withLock({ $0.count }) < 4 { await Task.yield() }
    #expect(notes.done.withLock { $0 } == [0, 1, 2, 9])
  }

  @Test("It ends when nothing has come for a while, and starts again")
  func rest() async throws {
    let (thread, notes) = (try WorkThread("judge-rest", rest: 1), Notes())
    for round in 1...3 {
      #expect(thread.enqueue { notes.note(round) })
      while notes.done.withLock({ $0.count }) < round || thread.isStarted { await Task.yield() }
    }
    #expect(notes.done.withLock { $0 } == [1, 2, 3])
  }

  @Test("What was taken is done though nobody holds the thread any more")
  func dropped() async throws {
    let (barrier, notes) = (Barrier(), Notes())
    do {
      let thread = try WorkThread("test")
      #expect(thread.enqueue { barrier.pass() } && thread.enqueue { notes.note(1) })
    }
    barrier.open()
    while notes.done.withLock({ $0.isEmpty }) { await Task.yield() }
    #expect(notes.done.withLock { $0 } == [1])
  }

  @Test("From many threads at once, all is done, each once")
  func many() async throws {
    let (thread, notes) = (try WorkThread("test", limit: 10_000, rest: 0), Notes())
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<8 {
        group.addTask {
          for at in 0..<500 { while !thread.enqueue({ notes.note(number * 500 + at) }) { await Task.yield() } }
        }
      }
    }
    while notes.done.withLock({ $0.count }) < 4_000 { await Task.yield() }
    #expect(notes.done.withLock { $0.sorted() } == Array(0..<4_000))
  }
}
