package import BaileyCore

/// Turns a request and what is known of the host into a finished plan.
///
/// Pure: no disk, no clock. What it cannot wall in as asked, it refuses; it never plans a weaker sandbox, unless the manifest names the
/// missing feature as optional, in which case the plan carries a notice for every start.
package enum SandboxPlanner {
  /// The user id that the agent of a root session sees as its own.
  package static let rootSessionUser: UInt32 = 1000
  /// Port of the listeners to which TCP is redirected; above the range of ephemeral ports.
  package static let capturePort: UInt16 = 61001
  package static let resolverPort: UInt16 = 53
  package static let proxyPort: UInt16 = 3128

  package static func plan(_ request: SandboxRequest, _ facts: HostFacts) throws(Fault) -> SandboxPlan {
    let notices = try PlanRequirements.check(request, facts)
    let rules = try FileRuleCheck(request, facts).mounts()
    let channels = ChannelPlan(request, includesIPv6: includesIPv6(facts))
    var view = ViewBuilder(isRoot: request.caller.isRoot, firstSlot: channels.nextSlot)
    build(request, facts, rules, &view)

    var plan = SandboxPlan()
    let program = ProgramPlan(request, facts, view)
    plan.notices = notices + rules.notices + program.notices
    plan.channels = channels.slots
    plan.parent = parent(request.caller) + view.parent
    plan.start = root() + view.operations
    if let terminal = request.terminal { plan.start.append(channels.terminal(terminal)) }
    plan.start += [.hostname(Array(SyntheticFiles.hostName.utf8))]
    plan.start +=
      network(facts, channels)
      + SandboxLimits(request.manifest.limits).operations(inGroup: facts.features.contains(.cgroup))
    plan.start += [.ready(slots: channels.slots.values.sorted()), .spawn]
    plan.agent = try agent(request, facts, view, program)
    return plan
  }

  /// Absolute host paths whose presence, type and link targets the planner wants to know.
  package static func probes(for request: SandboxRequest) -> [String] {
    let project = request.workspace.path
    return SystemView.softwareRoots + SystemView.rootNames + SystemView.configuration + SystemView.systemInformation
      + SystemView.processPaths + TrustView.probes + [ipv6Setting, project + "/.bailey"] + request.masks
      + request.manifest.files.map { InsidePath.resolve($0.path, in: project) }
  }

  private static let ipv6Setting = "/proc/sys/net/ipv6"

  private static func includesIPv6(_ facts: HostFacts) -> Bool { facts.existing.contains(ipv6Setting) }

  static func insideUser(_ caller: Caller) -> (user: UInt32, group: UInt32, name: String) {
    caller.isRoot ? (rootSessionUser, rootSessionUser, "agent") : (caller.user, caller.group, caller.name)
  }

  private static func parent(_ caller: Caller) -> [JailOperation] {
    [
      .idMap(
        insideUser: 0, hostUser: caller.agentUser, insideGroup: 0, hostGroup: caller.agentGroup,
        denySetgroups: !caller.isRoot)
    ]
  }

  /// A temporary root that pid 1 keeps, the host's root below it, and the agent's root as a shared mount.
  private static func root() -> [JailOperation] {
    let bytes = ViewBuilder.bytes
    return [
      .propagation(path: bytes("/"), kind: .slave, recursive: true),
      .tmpfs(path: bytes("/tmp"), size: 4 << 20, inodes: 4096, mode: 0o755, attributes: [.noSetuid, .noDevices]),
      .directory(path: bytes("/tmp/host"), mode: 0o700), .pivot(root: bytes("/tmp"), old: bytes("/tmp/host")),
      .directory(path: bytes("/masks"), mode: 0o755), .directory(path: bytes(ViewBuilder.directoryMask), mode: 0),
      .file(path: bytes(ViewBuilder.fileMask), mode: 0, content: []), .directory(path: bytes("/layers"), mode: 0o755),
      .directory(path: bytes(ViewBuilder.view), mode: 0o755),
      .tmpfs(
        path: bytes(ViewBuilder.view), size: 16 << 20, inodes: 65536, mode: 0o755, attributes: [.noSetuid, .noDevices]),
      .propagation(path: bytes(ViewBuilder.view), kind: .shared, recursive: false),
    ]
  }

  private static func network(_ facts: HostFacts, _ channels: ChannelPlan) -> [JailOperation] {
    let routes = RouteMessages.batch(includesIPv6: channels.includesIPv6)
    var operations: [JailOperation] = [
      .netlink(protocol: 0, message: routes.bytes, acknowledgements: routes.acknowledgements)
    ]
    operations += channels.listeners
    guard facts.features.contains(.nftables) else { return operations }
    let rules = RedirectRules(capturePort: capturePort, resolverPort: resolverPort).batch()
    operations.append(.netlink(protocol: 12, message: rules.bytes, acknowledgements: rules.acknowledgements))
    return operations
  }

  private static func agent(
    _ request: SandboxRequest, _ facts: HostFacts, _ view: ViewBuilder, _ program: ProgramPlan
  ) throws(Fault) -> [JailOperation] {
    let inside = insideUser(request.caller)
    var operations: [JailOperation] = [
      .nest(user: inside.user, group: inside.group), .enter(path: ViewBuilder.bytes(ViewBuilder.view)),
      .changeDirectory(path: ViewBuilder.bytes(request.workingDirectory)), .noNewPrivileges, .dropCapabilities,
    ]
    if facts.landlockABI >= PlanRequirements.oldestLandlock {
      operations.append(LandlockPlan.operation(abi: facts.landlockABI, view, facts))
    }
    operations.append(.seccomp(program: try filter(request.manifest.recording), notify: true))
    operations.append(program.operation)
    return operations
  }

  private static func filter(_ recording: RecordingRules) throws(Fault) -> [UInt8] {
    do throws(BPFError) {
      return try SystemCallFilter.program(notifiesReads: recording.reads)
    } catch {
      throw Fault(
        "filter-broken", why: "the system call filter cannot be assembled: \(error)", hint: "report this as a bug")
    }
  }
}
