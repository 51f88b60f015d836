import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Glibc
import Synchronization
import Testing

@testable import BaileySandbox

/// Keeps the events; hashes are the sum of the bytes.
private final class Reader: SandboxObserver {
  let events = Mutex<[ObservedEvent]>([])
  let ledger = Mutex<ReadLedger?>(nil)

  func observed(_ event: ObservedEvent) { events.withLock { $0.append(event) } }
  func finished(_ reads: ReadLedger) { ledger.withLock { $0 = reads } }
  var paths: [String] { events.withLock { $0.map(\.path) } }
}

private struct SumHasher: ContentHasher {
  var sum: UInt8 = 0
  mutating func update(_ bytes: [UInt8]) { for byte in bytes { sum &+= byte } }
  func finish() -> [UInt8] { [sum] }
}

@Suite("What is opened for reading")
struct ReadWatchTests {
  private let scratch: Scratch
  private let reader = Reader()
  private let watch: ReadWatch

  init() throws {
    scratch = try Scratch()
    watch = try ReadWatch(project: scratch.path, agent: nil, observer: reader) { SumHasher() }
  }

  private func look(_ path: String) {
    watch.look(at: Array(path.utf8), CurrentProcess.number) { true }
  }

  private func end() async -> ReadLedger {
    await withCheckedContinuation { done in watch.end { done.resume() } }
    return reader.ledger.withLock { $0 } ?? ReadLedger()
  }

  @Test("A path is recorded once, under the name that was asked for, with its content's hash and where links led")
  func once() async throws {
    try scratch.write("ab", to: "a\nb")
    try scratch.link("link", to: "a\nb")
    for _ in 0..<3 { look(scratch.path + "/a\nb") }
    look(scratch.path + "/link")
    look(scratch.path + "/nothing")
    let ledger = await end()
    #expect(reader.paths == [scratch.path + "/a\nb", scratch.path + "/link"])
    #expect(reader.events.withLock { $0.map(\.target) } == [nil, scratch.path + "/a\nb"])
    #expect(ledger.inputs == [.init(path: Array("a\nb".utf8), content: .sha256("c3", size: 2))])
    #expect((ledger.opens, ledger.recorded, ledger.repeated, ledger.missing) == (5, 2, 2, 1))
  }

  @Test("Nothing is recorded for a caller that does not wait any more")
  func gone() async throws {
    try scratch.write("x", to: "x")
    watch.look(at: Array((scratch.path + "/x").utf8), CurrentProcess.number) { false }
    let ledger = await end()
    #expect(reader.paths.isEmpty && ledger.inputs.isEmpty && ledger.opens == 0)
  }

  @Test("Paths beyond the bound are counted and not remembered")
  func bound() async throws {
    try scratch.write("x", to: "x")
    let long = scratch.path + String(repeating: "/.", count: 1_000)
    // Each a spelling of its own, about 2 KiB long: the bound of bytes comes first.
    for count in 0..<4_500 {
      look(
        long + String(repeating: "/", count: 1 + count % 1_000) + "./" + String(repeating: "./", count: count / 1_000)
          + "x")
    }
    let ledger = await end()
    #expect(ledger.opens == 4_500 && ledger.beyond > 0 && ledger.recorded + ledger.beyond == 4_500)
    #expect(ledger.recorded == reader.paths.count && ledger.inputs.count == 1)
    #expect(reader.paths.reduce(0) { $0 + $1.utf8.count } <= ReadWatch.mostBytes)
  }

  @Test("What was written or is too large has no hash, and says so")
  func unhashed() async throws {
    let hashes = try ReadHashes { SumHasher() }
    try scratch.write("before", to: "x")
    let status = try Descriptor.status(of: scratch.path + "/x")
    usleep(20_000)
    try scratch.write("behind", to: "x")
    try scratch.write("", to: "large")
    try Descriptor.open(scratch.path + "/large", [.writeOnly]).truncate(to: ReadHashes.largest + 1)
    let found = Mutex<[ReadLedger.Content]>([])
    hashes.take(try Descriptor.open(scratch.path + "/x"), status) { content in found.withLock { $0.append(content) } }
    hashes.take(
      try Descriptor.open(scratch.path + "/large"), try Descriptor.status(of: scratch.path + "/large")
    ) { content in found.withLock { $0.append(content) } }
    await withCheckedContinuation { done in hashes.end { done.resume() } }
    #expect(found.withLock { $0 } == [.unknown(.changed), .unknown(.tooLarge)])
  }

  @Test(
    "Links of /proc are known by every spelling, or told as they were asked for",
    arguments: [
      ("/etc/passwd", ProcPath.outside(Array("/etc/passwd".utf8))),
      ("/proc/self/root/etc//x", .outside(Array("/etc/x".utf8))),
      ("//proc/./self/root/proc/thread-self/root/a", .outside(Array("/a".utf8))),
      ("/proc/self/cwd/a/b", .workingDirectory(Array("a/b".utf8))), ("/proc/self/fd/7", .descriptor(7)),
      ("/dev/fd/3", .descriptor(3)), ("/dev/stdin", .descriptor(0)), ("/dev/fd/x", .outside(Array("/dev/fd/x".utf8))),
      ("/proc/self/fd/7/x", .other), ("/proc/12/root/x", .other), ("/proc", .other), ("/proc/self/maps", .other),
      ("/process/self/root", .outside(Array("/process/self/root".utf8))),
    ])
  func proc(path: String, place: ProcPath) {
    #expect(ProcPath(Array(path.utf8)) == place)
  }

  @Test("A link that leads on through /proc is no missing file")
  func linkedProc() async throws {
    try scratch.link("self", to: "/proc/self/root" + scratch.path)
    try scratch.link("to-nothing", to: "nothing")
    try scratch.directory("real")
    try scratch.link("folder", to: "real")
    for name in ["self/x", "to-nothing", "folder/x", "real/x"] { look(scratch.path + "/" + name) }
    let ledger = await end()
    #expect(reader.paths == ["self/x", "to-nothing"].map { scratch.path + "/" + $0 })
    #expect(reader.events.withLock { $0.allSatisfy { $0.found == .unclear } } && ledger.missing == 2)
  }

  @Test("The filter tells of every open for reading where that is wanted, and never else")
  func filter() throws {
    let without = BPFSimulator(program: try SystemCallFilter.instructions())
    let with = BPFSimulator(program: try SystemCallFilter.instructions(notifiesReads: true))
    let (allow, notify) = (FilterCase.Answer.allow.rawValue, FilterCase.Answer.notify.rawValue)
    for (call, index): (UInt32, Int) in [(2, 1), (257, 2)] {
      for (flags, expected): (UInt64, UInt32) in [
        (0, notify), (0o200000 | 0o2000000, notify), (0o10000000, allow), (1, notify), (2, notify), (0o100, notify),
        (0xDEAD_0000_0000_0000, notify),
      ] {
        var arguments = [UInt64](repeating: 0, count: 6)
        arguments[index] = flags
        #expect(try with.run(number: call, arguments: arguments) == expected, "\(call) \(flags)")
        if flags & 0o103 == 0 { #expect(try without.run(number: call, arguments: arguments) == allow) }
      }
    }
  }
}
