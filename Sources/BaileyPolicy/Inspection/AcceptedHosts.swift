import BaileyCore
import BaileyInspect

/// What is known and may go to certain hosts: findings of these rules in requests there are none.
struct AcceptedHosts: Sendable {
  private var entries: [(host: HostPattern, rules: Set<String>)] = []

  func covers(_ rule: String, _ host: String?) -> Bool {
    guard !entries.isEmpty, let host, let name = try? HostName(host) else { return false }
    return entries.contains { $0.host.matches(name) && $0.rules.contains(rule) }
  }

  mutating func add(_ host: String, rules: [String]) throws(HostNameError) {
    entries.append((try HostPattern(host), Set(rules)))
  }
}
