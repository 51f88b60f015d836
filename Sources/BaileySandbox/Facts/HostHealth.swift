package import BaileyCore

/// What of the host a sandbox stands on, as `bailey doctor` tells it.
package struct HostHealth: HealthProbe {
  private let caller: Caller
  private let environment: [String: String]

  package init(caller: Caller, environment: [String: String]) {
    self.caller = caller
    self.environment = environment
  }

  package func examine() async -> [HealthFinding] {
    do throws(Fault) {
      let facts = try HostFacts.gather(caller: caller, environment: environment)
      return [kernel(facts)] + Feature.allCases.map { finding($0, facts) } + [landlock(facts), limits]
    } catch {
      return [HealthFinding("kernel", .fail, error.why, fix: error.hint)]
    }
  }

  private func kernel(_ facts: HostFacts) -> HealthFinding {
    HealthFinding("kernel", .ok, "Linux \(facts.kernel.0).\(facts.kernel.1); 6.1 is the oldest that Bailey runs on")
  }

  private func finding(_ feature: Feature, _ facts: HostFacts) -> HealthFinding {
    let name = feature.rawValue
    if facts.features.contains(feature), feature == .cgroup {
      return HealthFinding(name, .ok, "one is delegated; this version does not use it")
    }
    if facts.features.contains(feature) { return HealthFinding(name, .ok, "present") }
    if feature == .cgroup { return HealthFinding(name, .ok, "none is delegated, and no limit of Bailey stands on one") }
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

  /// Not by cgroups, even where one is delegated: that is not built.
  private var limits: HealthFinding {
    HealthFinding(
      "limits", .ok,
      "held by rlimits (processes, files, file size) and by a watcher (memory, processor time), which sees an excess after it happened"
    )
  }
}
