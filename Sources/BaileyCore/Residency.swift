/// Where hosts keep what they are sent, and what may be sent only there: `residency` in `egress.yaml`.
package struct Residency: Sendable, Equatable {
  package struct Host: Sendable, Equatable {
    package var pattern: HostPattern
    package var region: String

    package init(pattern: HostPattern, region: String) {
      self.pattern = pattern
      self.region = region
    }
  }

  package struct Label: Sendable, Equatable {
    package var name: String
    /// What a session of this label sends may go to these alone.
    package var regions: Set<String>

    package init(name: String, regions: Set<String>) {
      self.name = name
      self.regions = regions
    }
  }

  /// The first that matches counts.
  package var hosts: [Host] = []
  /// All that speak of a label count.
  package var labels: [Label] = []

  package init() {}

  package var isEmpty: Bool { hosts.isEmpty && labels.isEmpty }

  /// `nil` for a host of no known region, and for every address.
  package func region(of host: String?) -> String? {
    guard let host, let name = try? HostName(host) else { return nil }
    return hosts.first { $0.pattern.matches(name) }?.region
  }
}
