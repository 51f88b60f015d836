import Testing

@testable import BaileySandbox

/// One call and what the filter must answer. Written from the brief of the filter, not from its rules.
struct FilterCase: Sendable, CustomTestStringConvertible {
  enum Answer: UInt32, Sendable {
    case allow = 0x7FFF_0000
    case notify = 0x7FC0_0000
    case kill = 0x8000_0000
    case pretended = 0x0005_0000
    case notPermitted = 0x0005_0001
    case notImplemented = 0x0005_0026
    case noProtocol = 0x0005_005D
    case noSocketType = 0x0005_005E
    case noFamily = 0x0005_0061
  }

  let name: String
  let number: UInt32
  let arguments: [UInt64]
  let answer: Answer
  var testDescription: String { "\(name) \(arguments)" }

  init(_ name: String, _ number: UInt32, _ arguments: [UInt64] = [], _ answer: Answer) {
    self.name = name
    self.number = number
    self.arguments = arguments
    self.answer = answer
  }
}

@Suite("The system call filter")
struct FilterTests {
  let simulator: BPFSimulator

  init() throws { simulator = BPFSimulator(program: try SystemCallFilter.instructions()) }

  static let high: UInt64 = 0xDEAD_BEEF_0000_0000

  static let sockets: [FilterCase] = [
    FilterCase("unix stream", 41, [1, 1, 0], .allow),
    FilterCase("unix stream, close-on-exec, non-blocking", 41, [1, 1 | 0o2000000 | 0o4000, 0], .allow),
    FilterCase("unix seqpacket", 41, [1, 5, 0], .allow),
    FilterCase("unix datagram", 41, [1, 2, 0], .noSocketType),
    FilterCase("unix raw, which the kernel makes a datagram", 41, [1, 3, 0], .noSocketType),
    FilterCase("unix datagram behind high bits", 41, [high | 1, high | 2, 0], .noSocketType),
    FilterCase("tcp", 41, [2, 1, 0], .allow),
    FilterCase("tcp by number", 41, [2, 1, 6], .allow),
    FilterCase("tcp over ipv6", 41, [10, 1, 6], .allow),
    FilterCase("udp", 41, [2, 2, 17], .allow),
    FilterCase("udp over ipv6", 41, [10, 2, 0], .allow),
    FilterCase("mptcp", 41, [2, 1, 262], .noProtocol),
    FilterCase("sctp", 41, [2, 1, 132], .noProtocol),
    FilterCase("ping", 41, [2, 2, 1], .noProtocol),
    FilterCase("raw", 41, [2, 3, 255], .noSocketType),
    FilterCase("route netlink", 41, [16, 3, 0], .allow),
    FilterCase("netfilter netlink", 41, [16, 3, 12], .noProtocol),
    FilterCase("audit netlink", 41, [16, 3, 9], .noProtocol),
    FilterCase("packet", 41, [17, 3, 0], .noFamily),
    FilterCase("vsock", 41, [40, 1, 0], .noFamily),
    FilterCase("kernel crypto", 41, [38, 5, 0], .noFamily),
    FilterCase("bluetooth", 41, [31, 1, 0], .noFamily),
    FilterCase("unix family behind high bits", 41, [high | 1, 1, 0], .allow),
    FilterCase("stream pair", 53, [1, 1, 0], .allow),
    FilterCase("seqpacket pair", 53, [1, 5 | 0o2000000, 0], .allow),
    FilterCase("datagram pair", 53, [1, 2, 0], .noSocketType),
    FilterCase("internet pair", 53, [2, 1, 0], .noFamily),
  ]

  static let namespaces: [FilterCase] =
    [0x20000, 0x0200_0000, 0x0400_0000, 0x0800_0000, 0x1000_0000, 0x2000_0000, 0x4000_0000].flatMap {
      [
        FilterCase("clone into a namespace", 56, [$0 | 17], .notPermitted),
        FilterCase("clone into a namespace, high bits set", 56, [high | $0], .notPermitted),
        FilterCase("unshare a namespace", 272, [$0], .notPermitted),
      ]
    } + [
      FilterCase("fork by clone", 56, [0x0120_0011], .allow),
      FilterCase("thread by clone", 56, [0x003D_0F00], .allow),
      FilterCase("unshare time", 272, [0x80], .notPermitted),
      FilterCase("unshare descriptors", 272, [0x400], .allow),
      FilterCase("unshare everything", 272, [0xFFFF_FFFF], .notPermitted),
      FilterCase("clone3", 435, [0, 0], .notImplemented),
      FilterCase("setns", 308, [3, 0], .notPermitted),
    ]

  static let files: [FilterCase] = [
    FilterCase("open to read", 2, [1, 0o2000000], .allow),
    FilterCase("open to write", 2, [1, 1], .notify),
    FilterCase("openat to read a directory", 257, [0xFFFF_FF9C, 1, 0o2200000], .allow),
    FilterCase("openat read-write", 257, [3, 1, 2], .notify),
    FilterCase("openat create", 257, [3, 1, 0o100], .notify),
    FilterCase("openat truncate", 257, [3, 1, 0o1000], .notify),
    FilterCase("openat tmpfile", 257, [3, 1, 0o20200002], .notify),
    FilterCase("creat", 85, [1, 0o644], .notify),
    FilterCase("openat2, whose mode lies in memory", 437, [], .notImplemented),
    FilterCase("open by handle", 304, [], .notPermitted),
    FilterCase("fifo", 133, [1, 0o010644, 0], .allow),
    FilterCase("character device", 133, [1, 0o020644, 0x0103], .notPermitted),
    FilterCase("whiteout", 259, [3, 1, 0o020000, 0], .notPermitted),
    FilterCase("block device", 259, [3, 1, 0o060600, 0x0801], .notPermitted),
    FilterCase("regular file by mknodat", 259, [3, 1, 0o100644, 0], .allow),
  ]

  /// `bits` beside ordinary permission bits, in every call that sets a mode.
  static func modes(_ bits: UInt64, _ changing: FilterCase.Answer, _ making: FilterCase.Answer) -> [FilterCase] {
    let mode = bits | 0o751
    return [
      FilterCase("chmod", 90, [1, mode], changing), FilterCase("fchmod", 91, [3, mode], changing),
      FilterCase("fchmodat", 268, [3, 1, mode], changing), FilterCase("fchmodat2", 452, [3, 1, mode, 0], changing),
      FilterCase("creat", 85, [1, mode], making), FilterCase("open to create", 2, [1, 0o101, mode], making),
      FilterCase("openat to create", 257, [3, 1, 0o102, mode], making),
      FilterCase("openat without a name", 257, [3, 1, 0o20200001, mode], making),
      FilterCase("mknod", 133, [1, 0o100000 | mode, 0], changing),
      FilterCase("mknodat", 259, [3, 1, 0o010000 | mode, 0], changing),
    ]
  }

  static let allModes: [FilterCase] =
    [0o4000, 0o2000, 0o6000, 0o7000, high | 0o4000].flatMap { modes($0, .notPermitted, .notPermitted) }
    + [0, 0o1000, high].flatMap { modes($0, .allow, .notify) } + [
      FilterCase("open to write, with a stale mode", 2, [1, 1, 0o6755], .notify),
      FilterCase("openat to read, with a stale mode", 257, [3, 1, 0, 0o6755], .allow),
    ]

  static let others: [FilterCase] = [
    FilterCase("read", 0, [], .allow), FilterCase("TCGETS", 16, [0, 0x5401], .allow),
    FilterCase("TIOCSTI", 16, [0, 0x5412], .notPermitted),
    FilterCase("TIOCSTI with high bits, which the kernel drops", 16, [0, high | 0x5412], .notPermitted),
    FilterCase("TIOCLINUX", 16, [0, 0x541C], .notPermitted),
    FilterCase("execve", 59, [], .notify), FilterCase("execveat", 322, [], .notify),
    FilterCase("connect", 42, [], .notify), FilterCase("io_uring_setup", 425, [], .notImplemented),
    FilterCase("io_uring_enter", 426, [], .notImplemented), FilterCase("io_uring_register", 427, [], .notImplemented),
    FilterCase("bpf", 321, [], .notPermitted), FilterCase("perf_event_open", 298, [], .notPermitted),
    FilterCase("userfaultfd", 323, [], .notPermitted), FilterCase("add_key", 248, [], .notPermitted),
    FilterCase("request_key", 249, [], .notPermitted), FilterCase("keyctl", 250, [], .notPermitted),
    FilterCase("mount", 165, [], .notPermitted), FilterCase("umount2", 166, [], .notPermitted),
    FilterCase("open_tree", 428, [], .notPermitted), FilterCase("move_mount", 429, [], .notPermitted),
    FilterCase("fsopen", 430, [], .notPermitted), FilterCase("mount_setattr", 442, [], .notPermitted),
    FilterCase("open_tree_attr", 467, [], .notPermitted), FilterCase("pivot_root", 155, [], .notPermitted),
    FilterCase("chroot", 161, [], .notPermitted), FilterCase("kexec_load", 246, [], .notPermitted),
    FilterCase("init_module", 175, [], .notPermitted), FilterCase("reboot", 169, [], .notPermitted),
    FilterCase("limits of pid 1", 302, [1, 7, 8, 0], .notPermitted),
    FilterCase("own core limit, asked", 302, [0, 4, 0, 8], .allow),
    FilterCase("own core limit, set", 302, [0, 4, 8, 0], .pretended),
    FilterCase("own core limit, set from high memory", 302, [0, 4, high, 0], .pretended),
    FilterCase("core limit, the old way", 160, [4, 8], .pretended), FilterCase("stack limit", 160, [3, 8], .allow),
    FilterCase("own limits", 302, [0, 7, 8, 0], .allow), FilterCase("limits of a child", 302, [77, 7, 8, 0], .allow),
    FilterCase("processors of pid 1, high bits set", 203, [high | 1, 8, 0], .notPermitted),
    FilterCase("processors of a thread", 203, [2, 8, 0], .allow),
    FilterCase("scheduler of pid 1", 144, [1, 5, 0], .notPermitted),
    FilterCase("niceness of pid 1", 141, [0, 1, 19], .notPermitted),
    FilterCase("niceness of a user", 141, [2, 1000, 19], .notPermitted),
    FilterCase("own niceness", 141, [0, 0, 19], .allow),
    FilterCase("disk priority of pid 1", 251, [1, 1, 0], .notPermitted),
    FilterCase("disk priority of a user", 251, [3, 1000, 0], .notPermitted),
    FilterCase("own disk priority", 251, [1, 0, 0], .allow),
    FilterCase("own seccomp filter", 317, [1, 0], .allow), FilterCase("own listener", 317, [1, 8], .notPermitted),
    FilterCase("personality of Linux", 135, [0], .allow), FilterCase("what personality", 135, [0xFFFF_FFFF], .allow),
    FilterCase("read implies exec", 135, [0x0040_0000], .notPermitted), FilterCase("ptrace", 101, [], .allow),
    FilterCase("a call of the future", 4000, [], .notImplemented),
    FilterCase("x32 number without its bit", 520, [], .notImplemented),
    FilterCase("x32 read", 0x4000_0000, [], .notImplemented),
    FilterCase("x32 execve", 0x4000_0208, [], .notImplemented),
    FilterCase("number -1", 0xFFFF_FFFF, [], .notImplemented),
  ]

  @Test("Each call gets the answer of the specification", arguments: sockets + namespaces + files + allModes + others)
  func answers(_ call: FilterCase) throws {
    #expect(try simulator.run(number: call.number, arguments: call.arguments) == call.answer.rawValue)
  }

  @Test(
    "A foreign architecture kills, whatever the call",
    arguments: [0x4000_0003, 0xC000_00B7, 0, 0xC000_003F] as [UInt32])
  func foreign(_ architecture: UInt32) throws {
    for number: UInt32 in [0, 3, 5, 11, 59, 0x4000_0000] {
      let answer = try simulator.run(number: number, architecture: architecture)
      #expect(answer == FilterCase.Answer.kill.rawValue)
    }
  }

  @Test("Every number gets the verdict of its group, through the binary search and all long jumps")
  func everyNumber() throws {
    let verdicts = try SystemCallFilter.verdicts()
    let known = Set(SystemCallTable.numbers.values)
    for number: UInt32 in 0...700 {
      let expected: UInt32
      switch verdicts[number] {
      case .allow: expected = 0x7FFF_0000
      case .notify: expected = 0x7FC0_0000
      case .refuse(let error): expected = 0x0005_0000 | UInt32(error)
      case .inspect: continue
      case nil: expected = known.contains(number) ? 0x0005_0001 : 0x0005_0026
      }
      #expect(try simulator.run(number: number) == expected, "call \(number)")
    }
  }

  @Test("Every group says why")
  func reasons() {
    for group in SystemCallRules.groups {
      #expect(!group.reason.isEmpty)
      #expect(!group.calls.isEmpty)
    }
  }
}

@Suite("The BPF assembler")
struct BPFAssemblerTests {
  @Test("A branch beyond 255 instructions still lands", arguments: [10, 254, 255, 256, 300, 3000])
  func longBranch(_ distance: Int) throws {
    var assembler = BPFAssembler()
    assembler.load(offset: 0)
    assembler.branch(.equal, 7, then: "far")
    for _ in 0..<distance { assembler.and(0xFFFF_FFFF) }
    assembler.answer(1)
    assembler.label("far")
    assembler.answer(2)
    let simulator = BPFSimulator(program: try assembler.assemble())
    #expect(try simulator.run(number: 7) == 2)
    #expect(try simulator.run(number: 8) == 1)
  }

  @Test("A jump that cannot be is an error")
  func impossible() {
    var backward = BPFAssembler()
    backward.label("start")
    backward.jump("start")
    #expect(throws: BPFError.backwardJump("start")) { try backward.assemble() }
    var nowhere = BPFAssembler()
    nowhere.branch(.equal, 1, then: "nowhere")
    #expect(throws: BPFError.undefinedLabel("nowhere")) { try nowhere.assemble() }
    var twice = BPFAssembler()
    twice.label("a")
    twice.label("a")
    #expect(throws: BPFError.duplicateLabel("a")) { try twice.assemble() }
    var endless = BPFAssembler()
    for _ in 0..<4097 { endless.answer(0) }
    #expect(throws: BPFError.tooLong(4097)) { try endless.assemble() }
  }

  @Test("Bytes are a little-endian sock_filter")
  func bytes() {
    let instruction = BPFInstruction(code: 0x0135, ifTrue: 2, ifFalse: 3, operand: 0x0403_0201)
    #expect(instruction.bytes == [0x35, 0x01, 2, 3, 1, 2, 3, 4])
  }
}
