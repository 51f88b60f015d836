package import BaileyCore

/// Orders about secrets. The value or the passphrase is never in the message: it comes in a pipe beside it.
extension SecretOrder {
  /// Whether a pipe comes with it; `unlock` may come without.
  package var needsValue: Bool {
    switch self {
    case .create(.passphrase), .add, .rotate: true
    case .create, .unlock, .lock, .remove: false
    }
  }

  var members: [String: JSON] {
    var members: [String: JSON] = ["order": .string(verb)]
    switch self {
    case .create(.passphrase): members["lock"] = "passphrase"
    case .create(.service): members["lock"] = "service"
    case .create(.file(let path)): (members["lock"], members["path"]) = ("file", .string(path))
    case .add(let card): members["card"] = card.json
    case .rotate(let name), .remove(let name): members["name"] = .string(name)
    case .unlock, .lock: break
    }
    return members
  }

  init(_ fields: inout Fields) throws(WireError) {
    switch try fields.string("order") {
    case "secret.create": self = .create(try Self.lock(&fields))
    case "secret.unlock": self = .unlock
    case "secret.lock": self = .lock
    case "secret.add":
      guard let card = SecretCard(json: try fields.value("card")) else { throw .badValue("card") }
      self = .add(card)
    case "secret.rotate": self = .rotate(try Self.name(&fields))
    case "secret.remove": self = .remove(try Self.name(&fields))
    default: throw .badValue("order")
    }
  }

  private static func lock(_ fields: inout Fields) throws(WireError) -> SecretLock {
    switch try fields.string("lock") {
    case "passphrase": .passphrase
    case "service": .service
    case "file": .file(try fields.directory("path"))
    default: throw .badValue("lock")
    }
  }

  private static func name(_ fields: inout Fields) throws(WireError) -> String {
    let name = try fields.string("name", limit: 64)
    guard SecretCard.isName(name) else { throw .badValue("name") }
    return name
  }
}

/// What there is, without any value.
package struct SecretListing: Sendable, Equatable {
  package var status: SecretStoreStatus
  package var cards: [SecretCard]

  package init(status: SecretStoreStatus, cards: [SecretCard]) {
    self.status = status
    self.cards = cards
  }

  package var members: [String: JSON] {
    [
      "exists": .bool(status.exists), "unlocked": .bool(status.isUnlocked),
      "locks": .array(status.locks.map(JSON.string)), "secrets": .array(cards.map(\.json)),
    ]
  }

  init(_ fields: inout Fields) throws(WireError) {
    status = SecretStoreStatus(
      exists: try fields.flag("exists"), isUnlocked: try fields.flag("unlocked"), locks: try fields.strings("locks"))
    cards = []
    for json in try fields.list("secrets") {
      guard let card = SecretCard(json: json) else { throw .badValue("secrets") }
      cards.append(card)
    }
  }
}
