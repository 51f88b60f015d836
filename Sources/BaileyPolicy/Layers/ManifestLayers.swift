package import BaileyCore

/// The manifests of one start, in order of strength, and how they become one.
///
/// docs/decisions/0002-manifest-layers.md is the rule: permissions add up over profile, user, project and command line; a deny of
/// any layer holds; a ceiling (the administrator's always for mode and limits, any file with `ceiling: true` for the rest) cuts what lies
/// below it, the command line included.
package struct ManifestLayers: Sendable, Equatable {
  package var administrator: ManifestDocument?
  package var user: ManifestDocument?
  /// Only after the person agreed to it.
  package var project: ManifestDocument?
  package var commandLine: ManifestDocument
  /// Built-in ones, in the order in which they were named.
  package var profiles: [ManifestDocument]

  package init(
    administrator: ManifestDocument? = nil, user: ManifestDocument? = nil, project: ManifestDocument? = nil,
    commandLine: ManifestDocument = ManifestDocument(file: "command line"), profiles: [ManifestDocument] = []
  ) {
    self.administrator = administrator
    self.user = user
    self.project = project
    self.commandLine = commandLine
    self.profiles = profiles
  }

  /// Layers whose permissions add up. The administrator's file grants as well as it limits.
  private var granting: [ManifestDocument] {
    profiles + [administrator, user, project].compactMap(\.self) + [commandLine]
  }

  package var ceilings: [ManifestDocument] { [administrator, user].compactMap(\.self).filter(\.isCeiling) }

  /// The permissions of the session. `digest` is left to the caller.
  package func merged() throws(Fault) -> Manifest {
    var result = Manifest()
    result.name = project?.manifest.name ?? user?.manifest.name ?? ""
    for layer in granting { result.add(layer.manifest) }
    // What the administrator sets, nobody sets otherwise.
    result.environment.set.merge(administrator?.manifest.environment.set ?? [:]) { _, administrators in administrators }
    result.limits = limits
    result.recording = recording
    for ceiling in ceilings { Ceiling(ceiling).cut(&result, keeping: profiles) }
    result.dropDeniedGrants()
    result.workspace = try mode()
    return result
  }

  /// The smallest stated limit; a profile counts only for what nobody else states.
  private var limits: Limits {
    var result = Limits()
    for layer in [administrator, user, project].compactMap(\.self) { result.tighten(to: layer.manifest.limits) }
    var fallback = Limits()
    for profile in profiles { fallback.tighten(to: profile.manifest.limits) }
    result.fill(from: fallback)
    return result
  }

  /// The command line's word, else the project's, the user's, the profile's; never above the administrator's, and the
  /// project's never above the user's.
  private func mode() throws(Fault) -> WorkspaceMode {
    let wish = commandLine.workspace ?? project?.workspace ?? user?.workspace ?? administrator?.workspace
    let mode = wish ?? profiles.compactMap(\.workspace).max { $0.looseness > $1.looseness } ?? .staged
    if let limit = administrator, let ceiling = limit.workspace, mode.looseness > ceiling.looseness {
      throw Self.tooLoose(mode, ceiling, limit)
    }
    if commandLine.workspace == nil, let limit = user, let ceiling = limit.workspace, mode.looseness > ceiling.looseness
    {
      throw Self.tooLoose(mode, ceiling, limit)
    }
    return mode
  }

  private static func tooLoose(_ mode: WorkspaceMode, _ ceiling: WorkspaceMode, _ limit: ManifestDocument) -> Fault {
    Fault(
      "manifest-ceiling", subject: limit.workspaceSource.text,
      why:
        "workspace mode `\(mode.rawValue)` is looser than `\(ceiling.rawValue)`, which is the most that is allowed here",
      hint: "choose \(ceiling.rawValue), or change that file")
  }
}

extension WorkspaceMode {
  /// How much the agent can do to the project before a person has looked.
  var looseness: Int {
    switch self {
    case .readOnly: 0
    case .copy, .staged: 1
    case .direct: 2
    }
  }
}

extension Manifest {
  fileprivate mutating func add(_ other: Manifest) {
    files += other.files
    network += other.network
    environment.pass += other.environment.pass.filter { !environment.pass.contains($0) }
    environment.secrets += other.environment.secrets.filter { !environment.secrets.contains($0) }
    secrets += other.secrets.filter { new in !secrets.contains { $0.name == new.name } }
    environment.set.merge(other.environment.set) { _, stronger in stronger }
    sensitive += other.sensitive.filter { !sensitive.contains($0) }
    optional.formUnion(other.optional)
    publish += other.publish.filter { !publish.contains($0) }
    hostPorts += other.hostPorts.filter { !hostPorts.contains($0) }
  }

  /// A grant at or below a denied path is void. A grant above it stays, and the deny with it, for the planner to mask.
  mutating func dropDeniedGrants() {
    let denied = files.filter { $0.access == .deny }.map(\.path)
    files.removeAll { rule in
      rule.access != .deny && denied.contains { PathSpelling.isPath(rule.path, within: $0) }
    }
  }
}

extension Limits {
  private static func smaller<Value: Comparable>(_ left: Value?, _ right: Value?) -> Value? {
    guard let left, let right else { return left ?? right }
    return min(left, right)
  }

  mutating func tighten(to other: Limits) {
    processes = Self.smaller(processes, other.processes)
    memory = Self.smaller(memory, other.memory)
    files = Self.smaller(files, other.files)
    fileSize = Self.smaller(fileSize, other.fileSize)
    cpuSeconds = Self.smaller(cpuSeconds, other.cpuSeconds)
    wallSeconds = Self.smaller(wallSeconds, other.wallSeconds)
    uploadBytes = Self.smaller(uploadBytes, other.uploadBytes)
    tokens = Self.smaller(tokens, other.tokens)
    cost = Self.smaller(cost, other.cost)
  }

  mutating func fill(from other: Limits) {
    processes = processes ?? other.processes
    memory = memory ?? other.memory
    files = files ?? other.files
    fileSize = fileSize ?? other.fileSize
    cpuSeconds = cpuSeconds ?? other.cpuSeconds
    wallSeconds = wallSeconds ?? other.wallSeconds
    uploadBytes = uploadBytes ?? other.uploadBytes
    tokens = tokens ?? other.tokens
    cost = cost ?? other.cost
  }
}
