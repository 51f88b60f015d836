import BaileyCore
import Synchronization
import Testing

@testable import BaileyControl

@Suite("What the kernel saw becomes records")
struct ObserverTests {
  private final class Kept: Recorder {
    let records = Mutex<[Record]>([])

    func append(_ record: Record, _ durability: Durability) async throws(Fault) -> UInt64 {
      records.withLock { records in
        records.append(record)
        return UInt64(records.count - 1)
      }
    }

    /// Observed events, and those that gap records count.
    var sums: (seen: Int, lost: Int) {
      records.withLock { records in
        let gaps = records.filter { $0.kind == .gap }.compactMap { $0.body["lost"]?.int }
        return (records.count { $0.kind == .observed }, gaps.reduce(0) { $0 + Int($1) })
      }
    }
  }

  private let kept = Kept()
  private let subject = Subject(session: .random(), agent: "a", user: "u")

  private func observer() -> Observer { Observer(subject: subject, recorder: kept, now: { 7 }) }

  @Test("Every event of a burst at the end is a record or counted in a gap", arguments: [1, 8192, 100_000])
  func burst(count: Int) async {
    let observer = observer()
    for number in 0..<count {
      observer.observed(ObservedEvent(operation: .unlink, process: 1, path: "/\(number)"))
    }
    await observer.finish()
    let sums = kept.sums
    #expect(sums.seen + sums.lost == count)
    #expect(sums.seen >= min(count, Observer.limit))
    #expect(count <= Observer.limit || sums.lost > 0)
  }

  @Test("Events keep their order and the time at which they were seen")
  func order() async {
    let observer = observer()
    for number in 0..<50 { observer.observed(ObservedEvent(operation: .mkdir, process: 1, path: "/\(number)")) }
    await observer.finish()
    let records = kept.records.withLock { $0 }
    #expect(records.map { $0.body["action"]?["resource"]?["path"]?.string } == (0..<50).map { "/\($0)" })
    #expect(records.allSatisfy { $0.time == 7 })
  }
}
