import BaileyCore

/// Guards of several kinds: in the order of the list for what the agent sends, the other way round for what it gets.
///
/// So the first of them sees a request as the agent made it, and is the last to see the answer.
struct GuardChain: MessageGuards {
  let links: [any MessageGuards]

  init(_ links: [any MessageGuards]) { self.links = links }

  func describe(_ context: ExchangeContext, _ action: inout Action) throws(Refusal) {
    for link in links { try link.describe(context, &action) }
  }

  func describe(_ name: HostName, _ session: SessionCore, _ action: inout Action) {
    for link in links { link.describe(name, session, &action) }
  }

  func request(_ context: ExchangeContext, _ ruling: Ruling) -> [any MessageGuard] {
    links.flatMap { $0.request(context, ruling) }
  }

  func response(_ context: ExchangeContext, _ ruling: Ruling) -> [any MessageGuard] {
    links.reversed().flatMap { $0.response(context, ruling) }
  }

  /// One is enough: the last that has one, so what is put behind the inspection can take its place.
  func inspector(_ context: ExchangeContext, _ ruling: Ruling) -> (any StreamInspector)? {
    links.reversed().lazy.compactMap { $0.inspector(context, ruling) }.first
  }

  func tunnel(_ context: ExchangeContext, _ ruling: Ruling) -> (
    toServer: [any MessageGuard], toAgent: [any MessageGuard]
  ) {
    let tunnels = links.map { $0.tunnel(context, ruling) }
    return (tunnels.flatMap(\.toServer), tunnels.reversed().flatMap(\.toAgent))
  }
}
