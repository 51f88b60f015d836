import BaileyCore
import NIOCore
import NIOSSL
import NIOTLS
import Synchronization

/// What it takes to answer an agent's ClientHello, and the allowed `net.connect` whose outcome the handshake is: the first one told.
final class TLSOpening: Sendable {
  let context: NIOSSLContext
  private let ruling: Mutex<Ruling?>

  init(context: NIOSSLContext, ruling: Ruling?) {
    self.context = context
    self.ruling = Mutex(ruling)
  }

  private func take() -> Ruling? { ruling.withLock { $0.take() } }

  func succeed(_ session: SessionCore, speaking protocolName: String?) {
    guard let ruling = take() else { return }
    session.complete(
      ruling, Outcome(succeeded: true, detail: ["opened": true, "alpn": protocolName.map { .string($0) } ?? .null]))
  }

  func fail(_ refusal: Refusal, _ session: SessionCore) {
    guard let ruling = take() else { return }
    session.complete(ruling, Outcome(succeeded: false, detail: ["reason": refusal.detail]))
  }
}

extension ChannelPipeline.SynchronousOperations {
  /// - Parameter add: adds what speaks the protocol that was agreed on (ALPN).
  func addOpening(_ opening: TLSOpening, _ session: SessionCore, _ add: @escaping (String?) throws -> Void) throws {
    try addHandler(NIOSSLServerHandler(context: opening.context))
    try addHandler(HandshakeWatch(opening, session, add))
  }
}

/// Tells what came of the handshake with the agent's program; passes everything on.
private final class HandshakeWatch: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let opening: TLSOpening
  private let session: SessionCore
  private let add: (String?) throws -> Void
  private var timer: Scheduled<Void>?

  init(_ opening: TLSOpening, _ session: SessionCore, _ add: @escaping (String?) throws -> Void) {
    self.opening = opening
    self.session = session
    self.add = add
  }

  func channelActive(context: ChannelHandlerContext) {
    let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
    timer = context.eventLoop.scheduleTask(in: TimeAmount(session.options.learning)) {
      bound.value.close(promise: nil)
    }
    context.fireChannelActive()
    // The handshake reads on by itself from here.
    context.read()
  }

  func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .handshakeCompleted(let name)? = event as? TLSUserEvent {
      timer?.cancel()
      opening.succeed(session, speaking: name)
      do { try add(name) } catch { context.close(promise: nil) }
    }
    context.fireUserInboundEventTriggered(event)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    opening.fail(.distrusted(by: error), session)
    context.fireErrorCaught(error)
  }

  func channelInactive(context: ChannelHandlerContext) {
    opening.fail(.distrusted(by: nil), session)
    context.fireChannelInactive()
  }
}

extension Refusal {
  /// The program ended the handshake: mostly since it does not know the session's authority.
  fileprivate static func distrusted(by error: (any Error)?) -> Refusal {
    let said = ["UNKNOWN_CA", "BAD_CERTIFICATE", "CERTIFICATE_UNKNOWN", "UNSUPPORTED_CERTIFICATE"]
      .first { word in error.map { "\($0)".contains(word) } ?? false }
    return Refusal(
      "client-handshake",
      said.map { "the program does not accept the session's authority (\($0.lowercased()))" }
        ?? "the program ended the TLS handshake with the gate",
      hint: "docs/trust.md says how programs learn of the authority; a rule with `opaque: true` leaves TLS unopened")
  }
}
