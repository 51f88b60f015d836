package import BaileyCore

/// The person's orders about secrets: on record before they are carried out, with names and cards and never a value.
extension Controller {
  package nonisolated func secrets() async throws(Fault) -> (status: SecretStoreStatus, cards: [SecretCard]) {
    let broker = try broker
    return (try await broker.status(), try broker.cards())
  }

  /// - Parameter value: a pipe that holds a value or a passphrase; closed here or by who carries it out.
  package nonisolated func carryOut(_ order: SecretOrder, value: Int32?, by user: String) async throws(Fault) {
    let broker = try broker
    var order = order
    if case .add(var card) = order {
      (card.created, card.rotated) = (resources.now(), nil)
      order = .add(card)
    }
    try await note(order, user, fault: nil)
    do throws(Fault) { try await broker.carryOut(order, value: value) } catch {
      try? await note(order, user, fault: error)
      throw error
    }
  }

  private nonisolated var broker: any SecretBroker {
    get throws(Fault) {
      guard let broker = resources.secrets else {
        throw Fault("request-misplaced", why: "this controller keeps no secrets")
      }
      return broker
    }
  }

  private nonisolated func note(_ order: SecretOrder, _ user: String, fault: Fault?) async throws(Fault) {
    var body: [String: JSON] = ["event": .string(order.verb), "user": .string(user)]
    if let name = order.name { body["name"] = .string(name) }
    if case .add(let card) = order { body["card"] = card.json }
    if let fault { body["fault"] = .string(fault.code) }
    try await resources.recorder.append(
      Record(.note, session: nil, time: resources.now(), body: .object(body)), .synced)
  }
}
