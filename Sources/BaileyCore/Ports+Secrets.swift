/// The value of a secret: lent, not given. Who copies what he is lent answers for the copy.
package protocol SecretValue: AnyObject, Sendable {
  var count: Int { get }
  func lend<V, E: Error>(_ body: (Span<UInt8>) throws(E) -> V) throws(E) -> V
}

/// A secret that a manifest names, and the variables it is to have in place of its usual one.
package struct SecretWish: Sendable, Equatable {
  package var name: String
  package var variables: [String]
  package var source: SourceLocation

  package init(name: String, variables: [String] = [], source: SourceLocation) {
    self.name = name
    self.variables = variables
    self.source = source
  }
}

/// What an agent gets in place of a secret: worthless texts of chance, for one session.
package struct SecretStandIn: Sendable, Equatable {
  /// What a text stands for. AWS keys have an identity, a key and sometimes a session's token; all others are one value.
  package enum Role: String, Sendable { case value, identity, key, token }

  package struct Part: Sendable, Equatable {
    package var role: Role
    package var variables: [String]
    package var placeholder: String

    package init(role: Role, variables: [String], placeholder: String) {
      self.role = role
      self.variables = variables
      self.placeholder = placeholder
    }
  }

  package var card: SecretCard
  package var parts: [Part]

  package init(card: SecretCard, parts: [Part]) {
    self.card = card
    self.parts = parts
  }

  /// A placeholder that turns up where it does not belong is a certain finding.
  package var known: [KnownSecret] {
    parts.map { KnownSecret(Self.knownPrefix + card.name, Array($0.placeholder.utf8)) }
  }

  package static let knownPrefix = "placeholder of "

  package var variables: [String: String] {
    var result: [String: String] = [:]
    for part in parts { for name in part.variables { result[name] = part.placeholder } }
    return result
  }
}

/// What the gate needs to put values in the place of one session's placeholders.
package struct SessionCredentials: Sendable {
  package var standIns: [SecretStandIn]
  package var broker: any SecretBroker

  package init(standIns: [SecretStandIn], broker: any SecretBroker) {
    self.standIns = standIns
    self.broker = broker
  }
}

/// How a new store of secrets is locked.
package enum SecretLock: Sendable, Equatable {
  case passphrase
  /// A key file, made now.
  case file(String)
  /// The desktop's Secret Service.
  case service
}

/// What a person orders of his secrets. A value or a passphrase comes beside it, through a descriptor.
package enum SecretOrder: Sendable, Equatable {
  case create(SecretLock)
  case unlock
  case lock
  case add(SecretCard)
  case rotate(String)
  case remove(String)

  package var verb: String {
    switch self {
    case .create: "secret.create"
    case .unlock: "secret.unlock"
    case .lock: "secret.lock"
    case .add: "secret.add"
    case .rotate: "secret.rotate"
    case .remove: "secret.remove"
    }
  }

  package var name: String? {
    switch self {
    case .create, .unlock, .lock: nil
    case .add(let card): card.name
    case .rotate(let name), .remove(let name): name
    }
  }
}

/// What may be known of the store without its key.
package struct SecretStoreStatus: Sendable, Equatable {
  package var exists: Bool
  package var isUnlocked: Bool
  /// `passphrase`, `file`, `service`.
  package var locks: [String]

  package init(exists: Bool, isUnlocked: Bool, locks: [String]) {
    self.exists = exists
    self.isUnlocked = isUnlocked
    self.locks = locks
  }
}

/// Keeps the person's secrets, and makes what stands for them.
package protocol SecretBroker: Sendable {
  func status() async throws(Fault) -> SecretStoreStatus
  /// In the order of their names; of a locked store they are what the file says.
  func cards() throws(Fault) -> [SecretCard]
  /// - Parameter value: a pipe that holds all of it already; closed here.
  func carryOut(_ order: SecretOrder, value: Int32?) async throws(Fault)
  /// Placeholders for one session, new ones each time.
  ///
  /// - Throws: `secrets-missing`, `secrets-locked`, `secret-unknown`, `secret-invalid`.
  func issue(_ wishes: [SecretWish]) async throws(Fault) -> [SecretStandIn]
  /// What is to be put in now, and the rule that holds for it now.
  func value(of name: String) async throws(Fault) -> (card: SecretCard, value: any SecretValue)
}
