import BaileyCore

extension Exchange {
  /// Why what stands behind the body does not pass: the decision was on the head, and did not know of it.
  ///
  /// Whoever asks says so in the head (RFC 9110 section 6.5.1); other fields must fit a rule that admits the request as one of its head.
  func refusal(of trailers: [HTTPField]) -> Refusal? {
    guard !trailers.isEmpty, let target else { return nil }
    let names = trailers.map(\.name)
    if let name = names.first(where: CredentialFields.isCredential(field:)) {
      return Refusal(
        "identity-foreign", "the trailer \(printable(name)) carries a credential, and those stand in the head",
        hint: "send it in the head of the request")
    }
    var facts = session.facts(of: head, target)
    guard session.rules.admits(target.host, target.port, facts) else { return nil }
    facts.headers = Set((facts.headers ?? []) + names).sorted()
    if session.rules.admits(target.host, target.port, facts) { return nil }
    return Refusal(
      "header-not-allowed", "the trailers are not among the fields that the rule allows",
      hint: "leave them out, or ask the person to extend `headers` of the rule")
  }
}
