internal import BaileyRego

/// Looks for a way from a certificate to a trusted root, with the checks of Go's `x509.Verify`.
///
/// A chain with name constraints is refused: they are not evaluated here.
struct CertificateChain {
  struct Options {
    var host = ""
    var seconds: Int
    var usages = [1]
  }

  private let roots: [Certificate]
  private let intermediates: [Certificate]
  private let options: Options
  private var budget = 100

  /// The first is the root, the last the one to check; the way found, or nil.
  static func verify(_ certificates: [Certificate], _ options: Options) -> [Certificate]? {
    guard certificates.count >= 2, let root = certificates.first, let leaf = certificates.last else { return nil }
    var search = CertificateChain(
      roots: [root], intermediates: Array(certificates.dropFirst().dropLast()), options: options)
    guard search.isUsable(leaf, below: []) else { return nil }
    guard options.host.isEmpty || HostName.matches(options.host, leaf.fields.names) else { return nil }
    if leaf.whole == root.whole { return search.hasUsages([leaf]) ? [leaf] : nil }
    return search.extend([leaf])
  }

  private init(roots: [Certificate], intermediates: [Certificate], options: Options) {
    (self.roots, self.intermediates, self.options) = (roots, intermediates, options)
  }

  private mutating func extend(_ chain: [Certificate]) -> [Certificate]? {
    guard let last = chain.last else { return nil }
    for (candidates, isRoot) in [(roots, true), (intermediates, false)] {
      for candidate in candidates where candidate.subject == last.issuer {
        guard
          !chain.contains(where: { $0.keyInfo.whole == candidate.keyInfo.whole && $0.subject == candidate.subject }),
          budget > 0, isUsable(candidate, below: chain)
        else { continue }
        budget -= 1
        guard last.isSigned(by: candidate) else { continue }
        let longer = chain + [candidate]
        if isRoot { if hasUsages(longer) { return longer } } else if let found = extend(longer) { return found }
      }
    }
    return nil
  }

  /// In time, without unknown demands, and for a parent: allowed to sign at this height.
  private func isUsable(_ certificate: Certificate, below chain: [Certificate]) -> Bool {
    let fields = certificate.fields
    guard fields.unhandledCritical.isEmpty, !fields.hasNameConstraints,
      (certificate.notBefore.seconds...max(certificate.notBefore.seconds, certificate.notAfter.seconds))
        .contains(options.seconds)
    else { return false }
    if chain.isEmpty { return true }
    let maySign = fields.keyUsage == 0 || fields.keyUsage & (1 << 5) != 0
    let isAuthority = certificate.version < 3 ? !fields.basicConstraintsValid : fields.isAuthority
    let isShort =
      fields.maximumPathLength < 0 || !fields.basicConstraintsValid || chain.count - 1 <= fields.maximumPathLength
    return maySign && isAuthority && isShort
  }

  /// Every certificate that names usages must allow one of those wanted.
  private func hasUsages(_ chain: [Certificate]) -> Bool {
    if options.usages.contains(0) { return true }
    return options.usages.contains { usage in
      chain.allSatisfy { certificate in
        let fields = certificate.fields
        if fields.extendedUsages.isEmpty, fields.unknownUsages.isEmpty { return true }
        return fields.extendedUsages.contains(0) || fields.extendedUsages.contains(usage)
      }
    }
  }
}

/// Whether a certificate is for a host (RFC 6125).
enum HostName {
  static func matches(_ host: String, _ names: CertificateFields.Names) -> Bool {
    let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
    if let address = NetworkAddress.address(Array(bare.utf8)) { return names.addresses.contains(address) }
    let wanted = labels(host)
    return !wanted.contains("") && names.domains.contains { matches(wanted, labels($0)) }
  }

  private static func labels(_ name: String) -> [String] {
    let plain = name.hasSuffix(".") ? name.dropLast() : name[...]
    return plain.lowercased().split(separator: ".", omittingEmptySubsequences: false).map { String($0) }
  }

  /// A star stands for the whole first label.
  private static func matches(_ host: [String], _ pattern: [String]) -> Bool {
    guard host.count == pattern.count, let first = pattern.first else { return false }
    return (first == "*" && pattern.count > 1 || first == host[0]) && host.dropFirst() == pattern.dropFirst()
  }
}
