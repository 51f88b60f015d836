import BaileyCore
import BaileyLinux
import BaileySandbox

/// The two contenders on one plan.
struct Bench {
  private let jail: String
  private let plan: [UInt8]
  private let view: SameView
  private let filter: [UInt8]
  private let directory: String

  init(jail: String) throws {
    self.jail = jail
    directory = "/var/tmp/jail-bench-\(CurrentProcess.number)"
    for name in ["project", "home", "masks/directory"] { try Descriptor.makeDirectories(directory + "/" + name) }
    _ = try Descriptor.open(directory + "/masks/file", [.writeOnly, .create])
    var plan = try Self.plan(directory)
    var filter: [UInt8] = []
    // Without a controller nobody answers a notification; the listener stays, because bailey-jail takes no plan without.
    plan.agent = plan.agent.map { operation in
      guard case .seccomp(let program, _) = operation else { return operation }
      filter = Self.withoutNotifications(program)
      return .seccomp(program: filter, notify: true)
    }
    self.filter = filter
    self.plan = try PlanEncoder.encode(plan, streams: [])
    var view = SameView(scratch: directory)
    view.add(plan)
    self.view = view
  }

  private static func plan(_ directory: String) throws -> SandboxPlan {
    let user = CurrentProcess.user
    let agent: UInt32 = user == 0 ? 1_879_048_192 : user
    let caller = Caller(
      user: user, group: CurrentProcess.group, agentUser: agent, agentGroup: user == 0 ? agent : CurrentProcess.group,
      name: "bench", home: "/home/bench")
    var manifest = Manifest()
    manifest.workspace = .direct
    let project = directory + "/project"
    let request = SandboxRequest(
      session: .random(), workspace: .bind(path: project, source: project, readOnly: false),
      homeDirectory: directory + "/home", homePath: "/home/bench", workingDirectory: project, command: ["/bin/true"],
      environment: ["PATH": "/usr/bin:/bin"], terminal: nil, manifest: manifest, masks: [], caller: caller)
    let facts = try HostFacts.gather(
      caller: caller, environment: request.environment, paths: SandboxPlanner.probes(for: request))
    return try SandboxPlanner.plan(request, facts)
  }

  /// `ret USER_NOTIF` becomes `ret ALLOW` (struct sock_filter: 8 bytes, code 0x06 first, value last).
  private static func withoutNotifications(_ program: [UInt8]) -> [UInt8] {
    var program = program
    for start in stride(from: 0, to: program.count, by: 8) where program[start] == 0x06 {
      if Array(program[start + 4..<start + 8]) == [0, 0, 0xC0, 0x7F] { program[start + 6] = 0xFF }
    }
    return program
  }

  private func clean() {
    let name = "jail-bench-\(CurrentProcess.number)"
    _ = try? Descriptor.open("/var/tmp", [.readOnly, .directory]).removeTree(name)
  }

  func run(_ rounds: Int) throws {
    defer { clean() }
    var (ours, theirs): ([Int64], [Int64]) = ([], [])
    _ = (try bwrap(), try jailAlone())
    for _ in 0..<rounds {
      theirs.append(try bwrap())
      ours.append(try jailAlone())
    }
    Self.report([("bwrap, same view", theirs), ("bailey-jail alone", ours)])
  }

  /// Medians and best times, and their ratios to the first way.
  static func report(_ ways: [(name: String, times: [Int64])]) {
    print("| way | median ms | best ms | × \(ways[0].name) (median) | × (best) |\n|---|---|---|---|---|")
    let base = ways[0].times.sorted()
    for way in ways {
      let times = way.times.sorted()
      let (median, best) = (times[times.count / 2], times[0])
      let ratios = [median * 100 / base[base.count / 2], best * 100 / base[0]]
      let cells = [median / 10_000, best / 10_000] + ratios
      print("| \(way.name) | " + cells.map(hundredths).joined(separator: " | ") + " |")
    }
  }

  private static func hundredths(_ value: Int64) -> String {
    "\(value / 100).\(String(value % 100 + 100).dropFirst())"
  }

  /// A running sandbox without a controller.
  private struct Alone: ~Copyable {
    let control: Descriptor
    let initProcess: Descriptor
  }

  /// Returns when the walls stand and the program is about to run.
  private func start() throws -> Alone {
    let plan = try Descriptor.sealedMemory("plan", plan)
    let (ours, theirs) = try Descriptor.socketPair(.packet).take()
    let control = Descriptor(owning: ours)
    let their = Descriptor(owning: theirs)
    let null = try Descriptor.open("/dev/null", .readWrite)
    let process = try Descriptor.spawn(
      jail, arguments: ["bailey-jail"],
      descriptors: [null.raw, null.raw, 2, plan.raw, their.raw, nil, nil, nil, nil, nil])
    guard try Descriptor.process(process).reap() == .exited(0) else { throw Failed.jail }
    let message = try control.receive(upTo: 4096, descriptors: 192)
    guard message.bytes.first == 1, let first = message.descriptors.first else { throw Failed.jail }
    return Alone(control: control, initProcess: Descriptor(owning: first))
  }

  private func jailAlone() throws -> Int64 {
    let start = Clock.monotonic
    let sandbox = try self.start()
    while let message = try? sandbox.control.receive(upTo: 4096, descriptors: 192), !message.bytes.isEmpty {
      for number in message.descriptors { _ = Descriptor(owning: number) }
      if message.bytes[0] == 6 { throw Failed.jail }
    }
    guard try sandbox.initProcess.reap() == .exited(0) else { throw Failed.jail }
    return Clock.monotonic - start
  }

  private func bwrap() throws -> Int64 {
    let start = Clock.monotonic
    var descriptors: [Int32?] = Array(repeating: nil, count: SameView.firstDescriptor)
    let null = try Descriptor.open("/dev/null", .readWrite)
    for number in 0...2 { descriptors[number] = null.raw }
    let filter = try Descriptor.sealedMemory("filter", filter)
    descriptors[3] = filter.raw
    var files: [Int32] = []
    defer { for file in files { _ = Descriptor(owning: file) } }
    for text in view.texts {
      let file = try Descriptor.sealedMemory("text", text)
      files.append(file.take())
    }
    descriptors += files
    let arguments =
      ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--hostname", "bailey", "--seccomp", "3"]
      + view.arguments + ["--chdir", directory + "/project", "/bin/true"]
    let process = try Descriptor.spawn("/usr/bin/bwrap", arguments: arguments, descriptors: descriptors)
    guard try Descriptor.process(process).reap() == .exited(0) else { throw Failed.bwrap }
    return Clock.monotonic - start
  }

  enum Failed: Error { case jail, bwrap, bailey }
}
