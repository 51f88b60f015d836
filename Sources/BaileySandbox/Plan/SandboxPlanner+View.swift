import BaileyCore

extension SandboxPlanner {
  /// The agent's root, in the order in which it must be mounted: system, then everything else parents first, masks last.
  static func build(_ request: SandboxRequest, _ facts: HostFacts, _ rules: FileRuleMounts, _ view: inout ViewBuilder) {
    let memory = SandboxLimits(request.manifest.limits).temporarySize
    SystemView.software(facts, &view)
    software(facts, &view)
    SystemView.configuration(synthetic(request, facts), facts, &view)
    if let trust = request.trust { TrustView(trust, facts).write(&view) }
    SystemView.devices(&view, memory: memory)
    SystemView.processes(facts, &view)
    SystemView.information(facts, &view)
    SystemView.temporary(user: insideUser(request.caller).user, memory: memory, &view)
    let mounts = [home(request), project(request.workspace)] + toolchains(facts, request) + rules.mounts
    let own = request.mounts.filter(\.isWritable).map(beside)
    for mount in (mounts + own).sorted() {
      view.mount(
        mount,
        isDirectory: mount.path == request.workspace.path || own.contains(mount)
          || isDirectory(mount.path, request, facts))
    }
    // Nothing lies below these, and many of them lie in the project, whose mapped layer they can share.
    for mount in request.mounts where !mount.isWritable { view.mount(beside(mount)) }
    protect(request, facts, rules, &view)
    mask(request, facts, rules, &view)
  }

  /// What is neither known to be a file nor a directory is one of ours, which are directories.
  private static func isDirectory(_ path: String, _ request: SandboxRequest, _ facts: HostFacts) -> Bool {
    path == request.homePath || facts.toolchains.contains(path) || facts.directories.contains(path)
  }

  private static func synthetic(_ request: SandboxRequest, _ facts: HostFacts) -> SyntheticFiles {
    let inside = insideUser(request.caller)
    return SyntheticFiles(
      userName: inside.name, user: inside.user, group: inside.group, home: request.homePath,
      session: request.session.text, gitSettings: facts.gitIdentity + request.gitAccess)
  }

  /// Programs that PATH leads to in `/opt`: the whole package, since its libraries lie beside `bin`.
  private static func software(_ facts: HostFacts, _ view: inout ViewBuilder) {
    var packages: Set<String> = []
    for directory in facts.pathDirectories where directory.hasPrefix("/opt/") {
      if let name = directory.dropFirst(5).split(separator: "/").first { packages.insert("/opt/" + name) }
    }
    for path in packages.sorted() {
      view.mount(
        ViewMount(path: path, content: .host(source: path, mapped: false), isWritable: false), optional: true)
    }
  }

  private static func home(_ request: SandboxRequest) -> ViewMount {
    ViewMount(
      path: request.homePath, content: .host(source: request.homeDirectory, mapped: true), isWritable: true)
  }

  private static func project(_ layers: WorkspaceLayers) -> ViewMount {
    switch layers {
    case .overlay(let path, let lower, let upper, let work):
      ViewMount(
        path: path, content: .overlay(lower: lower, upper: upper, work: work, mapped: true), isWritable: true)
    case .bind(let path, let source, let readOnly):
      ViewMount(path: path, content: .host(source: source, mapped: true), isWritable: !readOnly)
    }
  }

  private static func beside(_ mount: WorkspaceMount) -> ViewMount {
    ViewMount(
      path: mount.path, content: .host(source: mount.source, mapped: true), isWritable: mount.isWritable)
  }

  /// Not what lies in the project: that is there already, and the agent's to change.
  private static func toolchains(_ facts: HostFacts, _ request: SandboxRequest) -> [ViewMount] {
    facts.toolchains.filter {
      !InsidePath.contains(request.workspace.path, $0) && !InsidePath.contains($0, request.homePath)
        && !InsidePath.contains($0, request.workspace.path)
    }.map { ViewMount(path: $0, content: .host(source: $0, mapped: true), isWritable: false) }
  }

  private static func protect(
    _ request: SandboxRequest, _ facts: HostFacts, _ rules: FileRuleMounts, _ view: inout ViewBuilder
  ) {
    for path in request.pinned { view.pin(path) }
    let own = request.workspace.path + "/.bailey"
    let named = ([own] + rules.readOnlyInProject).exact.subtracting(request.readOnly.exact)
    for path in named.sortedTexts() where facts.existing.contains(path) { view.protect(path) }
    for path in request.readOnly { view.protect(path) }
  }

  private static func mask(
    _ request: SandboxRequest, _ facts: HostFacts, _ rules: FileRuleMounts, _ view: inout ViewBuilder
  ) {
    for path in (request.masks + facts.toolchainSecrets + rules.denied).sorted() {
      // In the private home and the temporary directories nothing of the host is to be seen.
      guard let mount = view.cover(of: path), ExactText(mount.path) != ExactText(request.homePath), !mount.isMemory
      else { continue }
      if view.masked.contains(where: { InsidePath.contains($0, path) }) { continue }
      let link = facts.rootLinks[String(path.dropFirst())].map { InsidePath.resolve($0, in: InsidePath.parent(path)) }
      let target = link ?? path
      if link != nil, view.cover(of: target) == nil { continue }
      if let content = request.standIns[path] {
        view.standIn(target, content)
      } else {
        view.mask(target, isDirectory: facts.directories.contains(target))
      }
    }
  }
}
