import BaileyCore
import Synchronization
import Testing

@testable import BaileyDoors

@Suite("Several questions of AuthZEN at once")
struct AuthZENBatchTests {
  @Test("What comes after the time of the whole request is a no of its own, and nobody is asked about it")
  func time() throws {
    let question: JSON = [
      "subject": ["type": "user", "id": "me"], "action": ["name": "exec"], "resource": ["type": "path", "id": "/x"],
    ]
    let batch = try AuthZENBatch(["evaluations": .array(Array(repeating: question, count: 4))])
    let clock = Mutex<Int64>(0)
    let asked = Mutex(0)
    let answers = batch.answers(
      now: { clock.withLock { $0 } },
      decide: { _ in
        asked.withLock { $0 += 1 }
        clock.withLock { $0 += AuthZENBatch.nanoseconds / 2 }
        return Decision(combining: [Reason(.allow, "rule", "a rule")])
      })
    #expect(answers.map { $0["decision"] } == [true, true, false, false] && asked.withLock { $0 } == 2)
    #expect(answers[3]["context"]?["error"]?["status"] == 503)
  }
}
