import BaileyCore

@testable import BaileySandbox

/// A host and a request as tests vary them.
enum PlanFixture {
  static let project = "/home/u/proj"
  static let state = "/home/u/.local/state/bailey/sessions/s"

  static func facts(_ more: Set<String> = []) -> HostFacts {
    HostFacts(
      landlockABI: 7, kernel: (6, 18), features: Set(Feature.allCases),
      rootLinks: ["bin": "usr/bin", "lib": "usr/lib", "etc/localtime": "/usr/share/zoneinfo/UTC"],
      existing: Set([
        "/usr", "/etc/ssl/certs", "/etc/profile", "/proc/sys", "/proc/keys", "/proc/sys/net/ipv6",
        "/home/u/proj/.bailey",
        "/sys/devices/system/cpu", "/home/u/.rustup", "/srv/data",
      ]).union(more),
      directories: ["/usr", "/etc/ssl/certs", "/srv/data", "/home/u/proj/secrets"],
      pathDirectories: ["/home/u/.rustup/bin", "/opt/tool/bin", "/usr/bin"], toolchains: ["/home/u/.rustup"],
      toolchainSecrets: ["/home/u/.rustup/credentials"], gitIdentity: "[user]\n\tname = U\n")
  }

  static let staged = WorkspaceLayers.overlay(
    path: project, lower: project, upper: state + "/upper", work: state + "/work")

  static func request(
    _ rules: [(FileRule.Access, String)] = [], layers: WorkspaceLayers = staged, root: Bool = false,
    masks: [String] = [], command: [String] = ["bash"], terminal: TerminalSize? = nil
  ) -> SandboxRequest {
    var manifest = Manifest()
    manifest.files = rules.map {
      FileRule(path: $0.1, access: $0.0, source: SourceLocation(file: "manifest.yaml", line: 3))
    }
    let caller =
      root
      ? Caller(user: 0, group: 0, agentUser: 1_879_048_193, agentGroup: 1_879_048_193, name: "root", home: "/home/u")
      : Caller(user: 1001, group: 1001, agentUser: 1001, agentGroup: 1001, name: "u", home: "/home/u")
    return SandboxRequest(
      session: .random(), workspace: layers, homeDirectory: "/home/u/.local/state/bailey/homes/p", homePath: "/home/u",
      workingDirectory: project, command: command, environment: [:], terminal: terminal, manifest: manifest,
      masks: masks,
      caller: caller)
  }

  static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}

/// One bind of a plan, in text.
struct PlannedBind {
  var source: String
  var path: String
  var attributes: MountAttributes
  var index: Int
}

extension SandboxPlan {
  /// Binds and overlays, sources of slots resolved to the paths they were opened from.
  var binds: [PlannedBind] {
    var slots: [Int: String] = [:]
    for case .openTree(let slot, let path, _, _) in parent { slots[slot] = PlanFixture.text(path) }
    return start.enumerated().compactMap { index, operation in
      guard case .bind(let source, let path, _, let attributes, _) = operation else { return nil }
      let text: String
      switch source {
      case .path(let path): text = PlanFixture.text(path)
      case .slot(let slot): text = "/host" + (slots[slot] ?? "?")
      }
      return PlannedBind(source: text, path: PlanFixture.text(path), attributes: attributes, index: index)
    }
  }

  func position(_ matches: (JailOperation) -> Bool) -> Int? { start.firstIndex(where: matches) }
}
