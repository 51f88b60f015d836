extension SystemCallFilter {
  /// `CLONE_NEW*` of clone(2), except NEWTIME, whose bit is part of the exit signal there.
  private static let newNamespaces: UInt32 = 0x7E02_0000
  /// What unshare(2) may undo: shared descriptors, working directory, System V undo lists.
  private static let harmlessUnshare: UInt32 = 0x0004_0600
  /// `O_WRONLY | O_RDWR | O_CREAT | O_TRUNC`.
  static let writeFlags: UInt32 = 0x0243
  /// `O_CREAT | __O_TMPFILE`: only with these open(2) has a mode.
  private static let makingFlags: UInt32 = 0x40_0040
  /// `O_PATH`: nothing can be read through it.
  private static let placeFlag: UInt32 = 0x20_0000
  /// `S_ISUID | S_ISGID`. mkdir(2) needs no look: the kernel drops them there.
  private static let setIDBits: UInt32 = 0o6000

  /// The block that looks at arguments. Only low halves are loaded where the kernel's own argument is an `int`.
  static func write(
    _ inspection: SystemCallVerdict.Inspection, _ notifiesReads: Bool, _ assembler: inout BPFAssembler
  ) {
    assembler.label(inspection.rawValue)
    switch inspection {
    case .clone: refuseBits(newNamespaces, argument: 0, &assembler)
    case .unshare: refuseBits(~harmlessUnshare, argument: 0, &assembler)
    case .open: checkOpen(inspection.rawValue, flags: 1, notifiesReads, &assembler)
    case .openat: checkOpen(inspection.rawValue, flags: 2, notifiesReads, &assembler)
    case .creat: checkMode(argument: 1, otherwise: "notify", &assembler)
    case .chmod: checkMode(argument: 1, otherwise: "allow", &assembler)
    case .fchmodat: checkMode(argument: 2, otherwise: "allow", &assembler)
    case .ioctl: refuseValues([0x5412, 0x541C], argument: 1, &assembler)
    case .socket: checkSocket(&assembler)
    case .socketpair: checkSocketPair(&assembler)
    case .personality: checkPersonality(&assembler)
    case .seccomp: refuseBits(0x8, argument: 1, &assembler)
    case .process: refuseValues([1], argument: 0, &assembler)
    case .setrlimit: keepCoreLimit(resource: 0, &assembler)
    case .prlimit: checkLimits(&assembler)
    case .setpriority: checkPriority(ofUser: 2, &assembler)
    case .ioprio: checkPriority(ofUser: 3, &assembler)
    case .mknod: checkNode(mode: 1, &assembler)
    case .mknodat: checkNode(mode: 2, &assembler)
    }
  }

  private static func refuseBits(_ bits: UInt32, argument: UInt32, _ assembler: inout BPFAssembler) {
    assembler.load(offset: Offset.argument(argument))
    assembler.branch(.anyBit, bits, then: "errno1", otherwise: "allow")
  }

  /// The mode follows the flags.
  private static func checkOpen(_ name: String, flags: UInt32, _ notifiesReads: Bool, _ assembler: inout BPFAssembler) {
    assembler.load(offset: Offset.argument(flags))
    assembler.branch(.anyBit, makingFlags, then: name + "Mode")
    if notifiesReads {
      assembler.branch(.anyBit, placeFlag, then: "allow", otherwise: "notify")
    } else {
      assembler.branch(.anyBit, writeFlags, then: "notify", otherwise: "allow")
    }
    assembler.label(name + "Mode")
    checkMode(argument: flags + 1, otherwise: "notify", &assembler)
  }

  private static func checkMode(argument: UInt32, otherwise: String, _ assembler: inout BPFAssembler) {
    assembler.load(offset: Offset.argument(argument))
    assembler.branch(.anyBit, setIDBits, then: "errno1", otherwise: otherwise)
  }

  private static func refuseValues(_ values: [UInt32], argument: UInt32, _ assembler: inout BPFAssembler) {
    assembler.load(offset: Offset.argument(argument))
    for value in values { assembler.branch(.equal, value, then: "errno1") }
    assembler.jump("allow")
  }

  /// `RLIMIT_CORE`: programs that hide secrets insist on setting it, so they are told that they have.
  private static func keepCoreLimit(resource: UInt32, _ assembler: inout BPFAssembler) {
    assembler.load(offset: Offset.argument(resource))
    assembler.branch(.equal, 4, then: "errno0", otherwise: "allow")
  }

  /// pid, resource, new limit, old limit; without a new one it is only a question.
  private static func checkLimits(_ assembler: inout BPFAssembler) {
    assembler.load(offset: Offset.argument(0))
    assembler.branch(.equal, 1, then: "errno1")
    for half in [Offset.argument(2), Offset.highHalf(2)] {
      assembler.load(offset: half)
      assembler.branch(.equal, 0, otherwise: "newLimit")
    }
    assembler.jump("allow")
    assembler.label("newLimit")
    keepCoreLimit(resource: 1, &assembler)
  }

  /// - Parameter ofUser: the first argument's value for all processes of a user, pid 1 among them.
  private static func checkPriority(ofUser: UInt32, _ assembler: inout BPFAssembler) {
    assembler.load(offset: Offset.argument(0))
    assembler.branch(.equal, ofUser, then: "errno1")
    refuseValues([1], argument: 1, &assembler)
  }

  /// Unix and Internet streams, UDP, and the one netlink protocol that lists interfaces.
  private static func checkSocket(_ assembler: inout BPFAssembler) {
    assembler.load(offset: Offset.argument(0))
    assembler.branch(.equal, 1, then: "unixType")
    assembler.branch(.equal, 2, then: "internetType")
    assembler.branch(.equal, 10, then: "internetType")
    assembler.branch(.equal, 16, then: "netlinkProtocol", otherwise: "errno97")
    assembler.label("internetType")
    loadSocketType(&assembler)
    assembler.branch(.equal, 1, then: "streamProtocol")
    assembler.branch(.equal, 2, then: "datagramProtocol", otherwise: "errno94")
    assembler.label("streamProtocol")
    allowProtocols([0, 6], &assembler)
    assembler.label("datagramProtocol")
    allowProtocols([0, 17], &assembler)
    assembler.label("netlinkProtocol")
    allowProtocols([0], &assembler)
  }

  private static func checkSocketPair(_ assembler: inout BPFAssembler) {
    assembler.load(offset: Offset.argument(0))
    assembler.branch(.equal, 1, otherwise: "errno97")
    // Both kinds of Unix socket end here: streams and sequenced packets, which carry no address of their own.
    assembler.label("unixType")
    loadSocketType(&assembler)
    assembler.branch(.equal, 1, then: "allow")
    assembler.branch(.equal, 5, then: "allow", otherwise: "errno94")
  }

  /// `SOCK_TYPE_MASK`: the flags above it say close-on-exec and non-blocking.
  private static func loadSocketType(_ assembler: inout BPFAssembler) {
    assembler.load(offset: Offset.argument(1))
    assembler.and(0xF)
  }

  private static func allowProtocols(_ protocols: [UInt32], _ assembler: inout BPFAssembler) {
    assembler.load(offset: Offset.argument(2))
    for number in protocols { assembler.branch(.equal, number, then: "allow") }
    assembler.jump("errno93")
  }

  /// Linux, its 2.6 version number, 32-bit names, no address randomisation (debuggers), and the question.
  private static func checkPersonality(_ assembler: inout BPFAssembler) {
    assembler.load(offset: Offset.argument(0))
    for value: UInt32 in [0, 0x8, 0x20000, 0x20008, 0x40000, 0xFFFF_FFFF] {
      assembler.branch(.equal, value, then: "allow")
    }
    assembler.jump("errno1")
  }

  private static func checkNode(mode: UInt32, _ assembler: inout BPFAssembler) {
    assembler.load(offset: Offset.argument(mode))
    assembler.branch(.anyBit, setIDBits, then: "errno1")
    assembler.and(0o170000)
    assembler.branch(.equal, 0o020000, then: "errno1")
    assembler.branch(.equal, 0o060000, then: "errno1", otherwise: "allow")
  }
}
