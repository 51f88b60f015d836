import BaileyCore
import Synchronization

/// Asks for secrets, and fetches what may be used.
struct CredentialDesk: Sendable {
  let session: SessionCore
  let broker: any SecretBroker
  let target: HTTPTarget
  let method: String

  /// One action for each secret of a request, and its value.
  ///
  /// - Throws: what was decided, or why there is no value.
  func fetch(_ uses: [CredentialUse], of entries: [CredentialTable.Entry]) async throws(Refusal) -> [String:
    any SecretValue]
  {
    var values: [String: any SecretValue] = [:]
    for (name, uses) in Dictionary(grouping: uses, by: \.secret).sorted(by: { $0.key < $1.key }) {
      guard let card = entries.first(where: { $0.name == name })?.card else { continue }
      values[name] = try await fetch(name, uses.map(\.place), asks: card.asks)
    }
    return values
  }

  private func fetch(_ name: String, _ places: [SecretPlace], asks: Bool) async throws(Refusal) -> any SecretValue {
    let action = Action.use(
      session.subject, secret: name, places: places.map(\.description).sorted(), host: target.host.text,
      port: target.port,
      method: method, path: target.canonical.path, asks: asks)
    let ruling = await session.mediator.request(action)
    guard ruling.isAllowed else { throw Refusal(ruling) }
    do throws(Fault) {
      let (card, value) = try await broker.value(of: name)
      try check(card, places)
      session.complete(ruling, Outcome(succeeded: true))
      return value
    } catch {
      session.complete(ruling, Outcome(succeeded: false, detail: ["code": .string(error.code)]))
      throw Refusal(error)
    }
  }

  /// The rule may have been changed since the session's start.
  private func check(_ card: SecretCard, _ places: [SecretPlace]) throws(Fault) {
    guard case .name(let host) = target.host,
      card.rule.covers(host: host, port: target.port, method: method, path: target.canonical.path),
      Set(card.rule.places).isSuperset(of: places)
    else {
      throw Fault("placeholder-misplaced", subject: card.name, why: "the secret may no longer go there")
    }
  }
}

/// What came of asking, on its way back to the event loop.
final class FetchedValues: Sendable {
  private let result = Mutex<Result<[String: any SecretValue], Refusal>?>(nil)

  func fetch(_ uses: [CredentialUse], _ desk: CredentialDesk, _ table: CredentialTable) async {
    let found: Result<[String: any SecretValue], Refusal>
    do throws(Refusal) { found = .success(try await desk.fetch(uses, of: table.entries)) } catch {
      found = .failure(error)
    }
    result.withLock { $0 = found }
  }

  func take() -> Result<[String: any SecretValue], Refusal>? { result.withLock { $0.take() } }
}
