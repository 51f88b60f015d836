import BaileyCore

/// What the manifest's file rules come to.
struct FileRuleMounts {
  var mounts: [ViewMount] = []
  var readOnlyInProject: [String] = []
  var denied: [String] = []
  var notices: [String] = []
}

/// Judges the file rules of a manifest: which become mounts, and which are refused whoever wrote them.
///
/// Everything is by spelling. That the spelling means what it says is the jail's part, which follows no link in a source or target.
struct FileRuleCheck {
  private let request: SandboxRequest
  private let facts: HostFacts
  private let project: String

  init(_ request: SandboxRequest, _ facts: HostFacts) {
    self.request = request
    self.facts = facts
    project = request.workspace.path
  }

  func mounts() throws(Fault) -> FileRuleMounts {
    var result = FileRuleMounts()
    for rule in request.manifest.files {
      let path = try place(of: rule)
      switch rule.access {
      case .deny: result.denied.append(path)
      case .read, .write: try add(rule, path, &result)
      }
    }
    return result
  }

  private func add(_ rule: FileRule, _ path: String, _ result: inout FileRuleMounts) throws(Fault) {
    let isWrite = rule.access == .write
    if InsidePath.contains(project, path) {
      if isWrite {
        try checkProjectIsWritable(path, rule)
      } else if path != project {
        result.readOnlyInProject.append(path)
      }
      return
    }
    try refuseWide(path, rule)
    if isWrite { try refuseSystem(path, rule) }
    guard facts.existing.contains(path) else {
      result.notices.append("\(printable(path)) is named in \(printable(rule.source.text)) but does not exist")
      return
    }
    result.mounts.append(ViewMount(path: path, content: .host(source: path, mapped: true), isWritable: isWrite))
  }

  private func place(of rule: FileRule) throws(Fault) -> String {
    var text = rule.path
    if text.hasSuffix("/"), text != "/" { text.removeLast() }
    if text.hasPrefix("./") { text.removeFirst(2) }
    let path = text == "." || text.isEmpty ? project : text.hasPrefix("/") ? text : project + "/" + text
    guard !rule.path.isEmpty, InsidePath.isNormal(path) else {
      throw fault("path-not-normal", rule, "the path is not plain", "write it without `..`, `.` and double slashes")
    }
    let real = throughRootLink(path)
    if rule.access != .deny, facts.rootLinks[String(real.dropFirst())] != nil {
      throw fault(
        "path-is-link", rule, "the path is a symbolic link, which could be turned elsewhere", "name the real path")
    }
    return real
  }

  /// `/bin/x` is `/usr/bin/x` where the root directory says so.
  private func throughRootLink(_ path: String) -> String {
    guard let first = path.dropFirst().split(separator: "/").first, let target = facts.rootLinks[String(first)] else {
      return path
    }
    return InsidePath.join(InsidePath.resolve(target, in: "/"), String(path.dropFirst(1 + first.count)))
  }

  // MARK: what no manifest can have

  /// Made anew in every sandbox; the host's own are ways to its kernel, devices and services.
  private static let reserved = ["/proc", "/sys", "/dev", "/run", "/var/run"]
  private static let system = [
    "/usr", "/etc", "/boot", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/opt", "/nix", "/gnu",
  ]

  static func isReserved(_ path: String) -> Bool { reserved.contains { InsidePath.contains($0, path) } }

  private func refuseWide(_ path: String, _ rule: FileRule) throws(Fault) {
    guard !Self.isReserved(path) else {
      throw fault("path-reserved", rule, "the sandbox makes its own", "name something else")
    }
    let kept = [project, request.homePath, request.caller.home] + ownPlaces
    guard !kept.contains(where: { InsidePath.contains(path, $0) }) else {
      throw fault(
        "path-too-wide", rule, "it holds the project, a home or Bailey's own files",
        "name the directories below it that are needed")
    }
    guard !ownPlaces.contains(where: { InsidePath.contains($0, path) }) else {
      throw fault("path-protected", rule, "it is Bailey's own", "no session can have it")
    }
    for temporary in ["/tmp", "/var", "/var/tmp"] where path == temporary {
      throw fault("path-too-wide", rule, "the sandbox has its own", "name a directory below it")
    }
  }

  private func refuseSystem(_ path: String, _ rule: FileRule) throws(Fault) {
    guard !Self.system.contains(where: { InsidePath.contains($0, path) }) else {
      throw fault(
        "path-protected", rule, "system software cannot be made writable", "install into the home or the project")
    }
  }

  private func checkProjectIsWritable(_ path: String, _ rule: FileRule) throws(Fault) {
    guard case .bind(_, _, true) = request.workspace else { return }
    throw fault(
      "write-in-read-only", rule, "the workspace is read-only, so no part of it can be written",
      "use the mode `staged`, and apply what is to stay")
  }

  /// Configuration, state and sockets of Bailey, and where this session's layers lie.
  private var ownPlaces: [String] {
    let home = request.caller.home
    var places = ["/etc/bailey", request.homeDirectory]
    for (name, fallback) in [
      ("XDG_STATE_HOME", home + "/.local/state"), ("XDG_CONFIG_HOME", home + "/.config"),
    ] {
      places.append(fallback + "/bailey")
      if let named = request.environment[name], InsidePath.isNormal(named) { places.append(named + "/bailey") }
    }
    if case .overlay(_, _, let upper, let work) = request.workspace { places += [upper, work] }
    return places
  }

  private func fault(_ code: String, _ rule: FileRule, _ why: String, _ hint: String) -> Fault {
    Fault(code, subject: "\(rule.source.text): \(rule.access.rawValue) \(rule.path)", why: why, hint: hint)
  }
}
