import BaileyControl
import BaileyCore
import BaileyLinux
import BaileyWire

/// Secrets: a value comes in a pipe beside its order, and none ever goes out.
extension Exchange {
  func secrets() async throws(Fault) -> Reply {
    let (status, cards) = try await controller.secrets()
    return .secrets(SecretListing(status: status, cards: cards))
  }

  func carryOut(_ order: SecretOrder, _ descriptors: PassedDescriptors) async throws(Fault) -> Reply {
    let isOptional = order == .unlock
    guard descriptors.count == (order.needsValue ? 1 : 0) || (isOptional && descriptors.count == 1) else {
      throw WireError.unexpectedDescriptors.fault
    }
    let user = try Self.account().name
    try await controller.carryOut(order, value: descriptors.take().first, by: user)
    return .done
  }
}
