import BaileyCore

/// The placeholders of one session, and where each of them may stand.
struct CredentialTable: Sendable {
  struct Entry: Sendable {
    let card: SecretCard
    let role: SecretStandIn.Role
    let placeholder: [UInt8]

    var name: String { card.name }
  }

  let entries: [Entry]
  let finder: PlaceholderFinder

  init(_ standIns: [SecretStandIn]) {
    entries = standIns.flatMap { one in
      one.parts.map { Entry(card: one.card, role: $0.role, placeholder: Array($0.placeholder.utf8)) }
    }
    finder = PlaceholderFinder(entries.map(\.placeholder))
  }

  /// Those whose values may go where this request goes.
  func covering(_ target: HTTPTarget, method: String) -> [Entry] {
    guard target.scheme == .https, case .name(let host) = target.host else { return [] }
    return entries.filter {
      $0.card.rule.covers(host: host, port: target.port, method: method, path: target.canonical.path)
    }
  }
}

extension CredentialTable {
  /// Whether a value may go into the first message of a WebSocket there.
  func speaks(to target: HTTPTarget, method: String) -> Bool {
    covering(target, method: method).contains { $0.card.rule.places.contains(.webSocket) }
  }
}

/// A value that is put into a request, and where.
struct CredentialUse: Hashable, Sendable {
  var secret: String
  var place: SecretPlace

  /// Of keys that sign.
  var isSigned: Bool { if case .sigv4 = place { true } else { false } }
}

extension Refusal {
  static func misplaced(_ entry: CredentialTable.Entry, _ place: String, _ target: HTTPTarget) -> Refusal {
    let isCovered = target.scheme == .https
    return Refusal(
      "placeholder-misplaced",
      "the placeholder of the secret \(entry.name) does not belong into \(place) of a request to \(target.host.text)"
        + (isCovered ? "" : " without TLS"),
      hint: "its value goes only where the person said: `bailey secrets show \(entry.name)`")
  }

  static func unfit(_ name: String, _ place: SecretPlace) -> Refusal {
    Refusal("secret-unfit", "the value of the secret \(name) has bytes that cannot stand in \(place)")
  }

  init(_ fault: Fault) { self.init(fault.code, fault.why, hint: "tell the person: this is about the secrets") }
}
