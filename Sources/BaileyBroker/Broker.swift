package import BaileyCore
internal import BaileyLinux

/// The person's secrets for everybody else: orders in, placeholders and values out.
package struct Broker: SecretBroker {
  private let store: SecretStore
  private let opening: StoreOpening
  private let tokens: TokenSource

  /// - Parameter caller: asks the servers of OAuth's tokens; without one there are none.
  package init(stateDirectory: String, caller: (any HTTPCaller)?) {
    let now: @Sendable () -> Int64 = { Clock.realTime }
    let safes = HostKeySafes(environment: CurrentProcess.environment)
    self.init(
      store: SecretStore(stateDirectory: stateDirectory, safes: safes, cache: KernelKeyring(), now: now),
      caller: caller, now: now)
  }

  /// - Parameter patience: how long a request waits for the store to open.
  init(
    store: SecretStore, caller: (any HTTPCaller)?, patience: Duration = .seconds(10),
    now: @escaping @Sendable () -> Int64
  ) {
    self.store = store
    opening = StoreOpening(store, patience: patience)
    tokens = TokenSource(caller: caller, now: now)
  }

  package func status() async throws(Fault) -> SecretStoreStatus {
    // What a cache or a safe opens is not locked for anybody.
    try? await opening.open()
    return try store.status()
  }

  package func cards() throws(Fault) -> [SecretCard] { try store.cards() }

  package func carryOut(_ order: SecretOrder, value: Int32?) async throws(Fault) {
    switch order {
    case .create(.passphrase): try await create(.passphrase(try SecretInput.take(value), .fresh()))
    case .create(.file(let path)): try await create(.safe(.file(path)))
    case .create(.service): try await create(.safe(.service))
    case .unlock:
      let passphrase = value == nil ? nil : try SecretInput.take(value)
      try await onOwnThread("secrets") { [store] () throws(Fault) in try store.unlock(passphrase: passphrase) }
    case .lock: try store.lock()
    case .add(let card):
      let bytes = try SecretInput.take(value)
      try Self.check(bytes, for: card)
      try await opening.open()
      try store.add(card, bytes)
    case .rotate(let name):
      let bytes = try SecretInput.take(value)
      guard let card = try cards().first(where: { $0.name == name }) else { throw SecretStore.unknown(name) }
      try Self.check(bytes, for: card)
      try await opening.open()
      try store.rotate(name, bytes)
    case .remove(let name):
      try await opening.open()
      try store.remove(name)
    }
  }

  private func create(_ lock: SecretStore.NewLock) async throws(Fault) {
    try await onOwnThread("secrets") { [store] () throws(Fault) in try store.create(lock) }
  }

  private static func check(_ value: SecretBytes, for card: SecretCard) throws(Fault) {
    guard card.signing != nil, AWSKeys(value) == nil else { return }
    throw Fault(
      "secret-invalid", subject: card.name, why: "keys of AWS are one text: ID:KEY, or ID:KEY:TOKEN")
  }

  package func issue(_ wishes: [SecretWish]) async throws(Fault) -> [SecretStandIn] {
    if wishes.isEmpty { return [] }
    try await opening.open()
    var result: [SecretStandIn] = []
    for wish in wishes {
      let (card, value) = try store.value(of: wish.name)
      result.append(SecretStandIn(card: card, parts: try Self.parts(wish, card, value)))
    }
    let variables = result.flatMap(\.parts).flatMap(\.variables)
    if let twice = Dictionary(grouping: variables, by: \.self).first(where: { $0.value.count > 1 }) {
      throw Fault("secret-invalid", subject: twice.key, why: "two secrets are to stand in this variable")
    }
    return result
  }

  private static func parts(_ wish: SecretWish, _ card: SecretCard, _ value: SecretBytes) throws(Fault)
    -> [SecretStandIn.Part]
  {
    guard card.signing != nil else {
      let variables = wish.variables.isEmpty ? [card.usualVariable] : wish.variables
      let text =
        card.grant == nil ? value.lend { SecretPlaceholder.make(for: $0) } : SecretPlaceholder.usual()
      return [.init(role: .value, variables: variables, placeholder: text)]
    }
    guard let keys = AWSKeys(value) else {
      throw Fault("secret-invalid", subject: card.name, why: "these are no keys of AWS")
    }
    return keys.parts(value)
  }

  package func value(of name: String) async throws(Fault) -> (card: SecretCard, value: any SecretValue) {
    try await opening.open()
    let (card, value) = try store.value(of: name)
    guard let grant = card.grant else { return (card, value) }
    let store = store
    let token = try await tokens.token(for: card, grant, value) { renewed throws(Fault) in
      try store.rotate(name, renewed, after: card.version)
    }
    return (card, token)
  }
}

/// Where in a value the keys of AWS stand: `ID:KEY` or `ID:KEY:TOKEN`.
struct AWSKeys {
  let identity: Range<Int>
  let key: Range<Int>
  let token: Range<Int>?

  init?(_ value: SecretBytes) {
    let colons = value.lend { bytes in bytes.indices.filter { bytes[$0] == UInt8(ascii: ":") } }
    guard colons.count == 1 || colons.count == 2, (16...128).contains(colons[0]) else { return nil }
    let end = colons.count == 2 ? colons[1] : value.count
    guard end - colons[0] > 16, end < value.count || colons.count == 1 else { return nil }
    (identity, key) = (0..<colons[0], colons[0] + 1..<end)
    token = colons.count == 2 && end + 1 < value.count ? end + 1..<value.count : nil
    if colons.count == 2, token == nil { return nil }
  }

  func parts(_ value: SecretBytes) -> [SecretStandIn.Part] {
    let name = value.lend { SecretPlaceholder.make(for: $0.extracting(identity)) }
    var parts: [SecretStandIn.Part] = [
      .init(role: .identity, variables: ["AWS_ACCESS_KEY_ID"], placeholder: name),
      .init(role: .key, variables: ["AWS_SECRET_ACCESS_KEY"], placeholder: SecretPlaceholder.key(of: key.count)),
    ]
    if let token {
      let text = SecretPlaceholder.key(of: min(token.count, 512))
      parts.append(.init(role: .token, variables: ["AWS_SESSION_TOKEN"], placeholder: text))
    }
    return parts
  }
}
