/// What Landlock adds to the mounts: no device nodes are made, and devices are controlled in `/dev` alone.
///
/// It cannot repeat the view path by path: a ruleset is fixed once it holds, and a path that is granted to the running session has only
/// the root above it. So the root carries what any mount may carry, and the mounts' own flags say what may be written.
/// See docs/decisions/0102-landlock-and-grants.md.
enum LandlockPlan {
  static func operation(abi: Int, _ view: ViewBuilder, _ facts: HostFacts) -> JailOperation {
    let rights = LandlockRights(abi: abi)
    let read = rights.read & rights.handled
    var rules = [
      rule("/", rights.write), rule("/etc", read), rule("/dev", rights.device), rule("/proc", rights.processFiles),
    ]
    for name in SystemView.rootNames where facts.rootLinks[String(name.dropFirst())] == nil {
      rules.append(rule(name, read, optional: true))
    }
    for mount in view.mounts where !InsidePath.contains("/etc", mount.path) {
      let access = mount.isWritable ? rights.write : read
      // On a single file, which has no directory rights, the jail narrows this to what a file has.
      rules.append(rule(mount.path, access, optional: mount.path.hasPrefix("/sys/")))
    }
    return .landlock(handledFilesystem: rights.handled, handledNetwork: 0, scoped: 0, rules: rules)
  }

  private static func rule(_ path: String, _ access: UInt64, optional: Bool = false) -> LandlockRule {
    LandlockRule(path: ViewBuilder.bytes(path), access: access, optional: optional)
  }
}
