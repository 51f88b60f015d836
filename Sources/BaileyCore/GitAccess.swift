/// What git is told of a session's secrets: where one serves a host, addresses for SSH become HTTPS, and its placeholder is the password.
///
/// No key for SSH is ever inside, so `git@HOST:` could only fail. A secret serves git where its rule names the host, Basic as a place, and
/// the methods that git uses. Of several for a host the first counts.
package enum GitAccess {
  /// Lines of git-config(1). Hosts and variables have no byte that means anything there, or in a shell.
  package static func configuration(_ standIns: [SecretStandIn]) -> String {
    var served: Set<String> = []
    var text = ""
    for standIn in standIns {
      guard let variable = variable(of: standIn) else { continue }
      for pattern in standIn.card.rule.hosts where !pattern.isWildcard && served.insert(pattern.description).inserted {
        text += section(pattern.description, standIn.card.rule.ports, variable)
      }
    }
    return text
  }

  private static func variable(of standIn: SecretStandIn) -> String? {
    let rule = standIn.card.rule
    guard rule.places.contains(.basic), rule.methods.isEmpty || Set(["GET", "POST"]).isSubset(of: rule.methods) else {
      return nil
    }
    return standIn.parts.first { $0.role == .value }?.variables.first
  }

  private static func section(_ host: String, _ ports: [UInt16], _ variable: String) -> String {
    let isUsual = ports.isEmpty || ports.contains(443)
    let base = "https://" + host + (isUsual ? "" : ":\(ports[0])")
    return """

      [url "\(base)/"]
      \tinsteadOf = git@\(host):
      \tinsteadOf = ssh://git@\(host)/
      \tinsteadOf = ssh://git@\(host):22/
      [credential "\(base)"]
      \tusername = x-access-token
      \thelper = "!f() { test \\"$1\\" = get && echo \\"password=$\(variable)\\"; }; f"

      """
  }
}
