import BaileyCore

/// What must hold before a plan is made.
enum PlanRequirements {
  static let oldestLandlock = 2

  /// Features without which there are no walls at all; naming them as optional changes nothing.
  private static let indispensable: [Feature] = [.userNamespaces, .seccomp, .seccompNotify]

  /// - Returns: a sentence for each optional feature that is missing.
  static func check(_ request: SandboxRequest, _ facts: HostFacts) throws(Fault) -> [String] {
    guard facts.kernel >= (6, 1) else {
      throw Fault(
        "kernel-too-old", subject: "\(facts.kernel.0).\(facts.kernel.1)", why: "Bailey needs Linux 6.1 or later",
        hint: "boot a newer kernel")
    }
    try checkTexts(request)
    try checkPlaces(request)
    for feature in indispensable where !facts.features.contains(feature) {
      throw missing(feature, canBeOptional: false)
    }
    if case .overlay = request.workspace, !facts.features.contains(.overlay) {
      throw Fault(
        "feature-missing", subject: Feature.overlay.rawValue, why: "a staged workspace needs overlayfs",
        hint: "load the overlay module, or use `--workspace copy`")
    }
    if request.caller.isRoot, !facts.features.contains(.idmappedMounts) {
      throw missing(.idmappedMounts, canBeOptional: false)
    }
    return try optional(request, facts)
  }

  private static func optional(_ request: SandboxRequest, _ facts: HostFacts) throws(Fault) -> [String] {
    var notices: [String] = []
    if facts.landlockABI < oldestLandlock {
      guard request.manifest.optional.contains(.landlock) else { throw missing(.landlock, canBeOptional: true) }
      notices.append("landlock is missing (ABI 2 is needed): files are walled in by the mount view alone")
    }
    if !facts.features.contains(.nftables) {
      guard request.manifest.optional.contains(.nftables) else { throw missing(.nftables, canBeOptional: true) }
      notices.append("nftables is missing: only programs that honour the proxy variables reach the network")
    }
    return notices
  }

  private static func missing(_ feature: Feature, canBeOptional: Bool) -> Fault {
    let way = "`bailey doctor` says how to turn it on"
    return Fault(
      "feature-missing", subject: feature.rawValue, why: "the kernel does not offer it, and the walls stand on it",
      hint: canBeOptional ? way + "; or name it under `optional` in the manifest" : way)
  }

  private static func checkTexts(_ request: SandboxRequest) throws(Fault) {
    guard let program = request.command.first, !program.isEmpty else {
      throw Fault("command-empty", why: "there is no program to run", hint: "`bailey run -- COMMAND`")
    }
    for text in request.command where text.utf8.contains(0) {
      throw Fault("text-with-nul", subject: text, why: "an argument holds a NUL byte", hint: "remove it")
    }
  }

  private static func checkPlaces(_ request: SandboxRequest) throws(Fault) {
    var places = [request.workspace.path, request.homePath, request.homeDirectory, request.workingDirectory]
    if case .overlay(_, let lower, let upper, let work) = request.workspace { places += [lower, upper, work] }
    if case .bind(_, let source, _) = request.workspace { places.append(source) }
    places += request.mounts.flatMap { [$0.path, $0.source] }
    for place in places + request.masks where !InsidePath.isNormal(place) {
      throw Fault(
        "path-not-normal", subject: place, why: "the path is not absolute and plain", hint: "name its real path")
    }
    for place in [request.workspace.path, request.homePath] {
      guard place != "/", !FileRuleCheck.isReserved(place) else {
        throw Fault(
          "path-reserved", subject: place, why: "neither a project nor a home can be here",
          hint: "use a directory of your own")
      }
    }
    guard !InsidePath.contains(request.workspace.path, request.homePath) else {
      throw Fault(
        "path-too-wide", subject: request.workspace.path, why: "the project holds the home directory",
        hint: "run in a directory below it")
    }
  }
}
