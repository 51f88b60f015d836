package import BaileyCore

/// What of the host a sandbox stands on, as `bailey doctor` tells it.
package struct HostHealth: HealthProbe {
  private let caller: Caller
  private let environment: [String: String]
  private let groups: ControlGroups

  package init(caller: Caller, environment: [String: String], groups: ControlGroups) {
    self.caller = caller
    self.environment = environment
    self.groups = groups
  }

  package func examine() async -> [HealthFinding] {
    do throws(Fault) {
      let facts = try HostFacts.gather(caller: caller, environment: environment)
      return [kernel(facts)] + Feature.allCases.map { finding($0, facts) } + [
        landlock(facts), Self.limits(missing: groups.missing),
      ]
    } catch {
      return [HealthFinding("kernel", .fail, error.why, fix: error.hint)]
    }
  }

  private func kernel(_ facts: HostFacts) -> HealthFinding {
    HealthFinding("kernel", .ok, "Linux \(facts.kernel.0).\(facts.kernel.1); 6.1 is the oldest that Bailey runs on")
  }

  private func finding(_ feature: Feature, _ facts: HostFacts) -> HealthFinding {
    let name = feature.rawValue
    if feature == .cgroup { return cgroup }
    if facts.features.contains(feature) { return HealthFinding(name, .ok, "present") }
    return HealthFinding(name, .fail, "no session starts without it", fix: Self.fixes[feature])
  }

  private static let fixes: [Feature: String] = [
    .userNamespaces:
      "sysctl -w kernel.unprivileged_userns_clone=1 kernel.apparmor_restrict_unprivileged_userns=0 user.max_user_namespaces=65536",
    .overlay: "modprobe overlay, or use `--workspace copy`", .nftables: "modprobe nf_tables nft_chain_nat nft_redir",
    .landlock: "boot with lsm=landlock,… (CONFIG_SECURITY_LANDLOCK)", .seccomp: "a kernel with CONFIG_SECCOMP_FILTER",
    .seccompNotify: "a kernel with CONFIG_SECCOMP_FILTER, 5.0 or later",
    .idmappedMounts: "only root needs it: run Bailey as an ordinary user",
  ]

  private func landlock(_ facts: HostFacts) -> HealthFinding {
    let floor = 2
    if facts.landlockABI >= floor { return HealthFinding("landlock-abi", .ok, "version \(facts.landlockABI)") }
    return HealthFinding(
      "landlock-abi", .fail, "version \(facts.landlockABI); Bailey needs \(floor)", fix: "a newer kernel")
  }

  private var cgroup: HealthFinding {
    guard let missing = groups.missing else { return HealthFinding("cgroup", .ok, "delegated: \(groups.path)") }
    return HealthFinding("cgroup", .ok, "not used for limits: \(missing)", fix: groups.isUsable ? nil : Self.delegation)
  }

  private static let delegation =
    "`systemctl --user enable --now bailey.socket` starts the controller in a cgroup of its own"

  /// - Parameter missing: why no cgroup holds limits, or `nil`.
  package static func limits(missing: String?) -> HealthFinding {
    let consequence =
      missing == nil
      ? "held by cgroup v2 (processes, memory), by rlimits (files, file size) and by a watcher (processor time, wall time)"
      : "held by rlimits (processes, files, file size) and by a watcher (memory, processor time, wall time), which sees an excess after it happened"
    return HealthFinding("limits", .ok, consequence)
  }
}
