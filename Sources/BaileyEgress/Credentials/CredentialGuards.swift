import BaileyCore

/// The guards that use one session's secrets: the last to see a request, the first to see its answer.
final class CredentialGuards: MessageGuards {
  private let table: CredentialTable
  private let broker: any SecretBroker
  private let told = ToldValues()

  init(_ credentials: SessionCredentials) {
    table = CredentialTable(credentials.standIns)
    broker = credentials.broker
  }

  func describe(_ context: ExchangeContext, _ action: inout Action) {}

  func request(_ context: ExchangeContext, _ ruling: Ruling) -> [any MessageGuard] {
    [CredentialGuard(table, desk(context), context.head, told)]
  }

  private func desk(_ context: ExchangeContext) -> CredentialDesk {
    CredentialDesk(session: context.session, broker: broker, target: context.target, method: context.head.method)
  }

  func response(_ context: ExchangeContext, _ ruling: Ruling) -> [any MessageGuard] {
    [ReflectionGuard(told, context.target.host.text, context.notes)]
  }

  func tunnel(_ context: ExchangeContext, _ ruling: Ruling) -> (
    toServer: [any MessageGuard], toAgent: [any MessageGuard]
  ) {
    let toAgent = FrameReflection(told, context.target.host.text)
    guard table.speaks(to: context.target, method: context.head.method) else { return ([], [toAgent]) }
    return ([FirstMessageGuard(table, desk(context), told)], [toAgent])
  }
}
