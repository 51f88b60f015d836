/// Whom a rule speaks of, by port, name and address: one reading for judges and gate.
extension NetworkRule {
  /// Without ports the rule is for 443 and 80.
  package func covers(port: UInt16) -> Bool {
    ports.isEmpty ? port == 443 || port == 80 : ports.contains { $0.contains(port) }
  }

  package func names(_ name: HostName) -> Bool {
    if case .host(let pattern) = target { pattern.matches(name) } else { false }
  }

  /// A range names a special address only if the range itself lies in that kind of space: `0.0.0.0/0` is for public ones.
  package func names(_ address: IPAddress) -> Bool {
    guard case .address(let range) = target, range.contains(address) else { return false }
    return address.addressClass == .global || range.base.addressClass == address.addressClass
  }

  /// How closely the rule names its target: of two that match the same host the greater one stands nearer to it.
  package var closeness: Int {
    switch target {
    case .host(let pattern): pattern.isWildcard ? pattern.name.labels.count : .max
    case .address(let range): range.prefix
    }
  }
}
