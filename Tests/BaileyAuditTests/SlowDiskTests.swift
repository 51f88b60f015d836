import BaileyLinux
import BaileyMerkle
import Synchronization
import Testing

@testable import BaileyAudit
@testable import BaileyCore

@Suite("A slow disk")
struct SlowDiskTests {
  @Test(
    "While a sync takes long, synced appends wait, the wait is told, and no effect goes through; afterwards all are there"
  )
  func slowSync() async throws {
    let scratch = try Scratch()
    let gate = SlowDisk()
    let log = try AuditLog(scratch.layout) { gate.pass() }
    let answered = Counter()
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<8 {
        group.addTask {
          _ = try? await log.append(sample("\(number)"), .synced)
          answered.count.wrappingAdd(1, ordering: .relaxed)
        }
      }
      while log.waiting < 300_000_000 { try? await Task.sleep(for: .milliseconds(20)) }
      #expect(answered.count.load(ordering: .relaxed) == 0)
      // Whoever asks what is wrong does not wait with them.
      #expect(await log.examine().map(\.name) == ["log", "witness"] && log.count > 0 && log.head.checkpoint.size == 0)
      gate.open()
    }
    #expect(answered.count.load(ordering: .relaxed) == 8)
    try await log.append(sample("8"), .synced)
    while log.waiting > 0 { try? await Task.sleep(for: .milliseconds(1)) }
    await log.close()
    #expect(try scratch.tags.count == 9 && LogReader(scratch.layout).verify().isWhole)
  }
}

/// A sync that does not return until it is let.
private final class SlowDisk: Sendable {
  private let isOpen = Atomic(false)

  func open() { isOpen.store(true, ordering: .relaxed) }

  func pass() {
    while !isOpen.load(ordering: .relaxed) { sleep(microseconds: 1000) }
  }
}

private final class Counter: Sendable {
  let count = Atomic(0)
}
