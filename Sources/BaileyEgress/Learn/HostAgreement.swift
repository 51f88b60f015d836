/// Decides which name counts when two places name a host.
struct HostAgreement: Sendable {
  let claim: NamedHost?
  /// The claim was the client's own word, so an address in it must be repeated as well.
  let isStrict: Bool

  func agree(_ inside: NamedHost) -> Result<NamedHost, Refusal> {
    guard let claim, claim != inside else { return .success(inside) }
    if case .address = claim, !isStrict, inside.name != nil { return .success(inside) }
    return .failure(.mismatch(inside.text, claim.text))
  }
}
