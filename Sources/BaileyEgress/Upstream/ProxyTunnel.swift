import NIOCore

/// Asks the upstream proxy for a tunnel before the rest of the pipeline hears that the connection stands.
final class ProxyTunnel: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let request: [UInt8]
  private var fail: ((Refusal) -> Void)?
  private var held = ByteBuffer()

  /// - Parameter fail: called once, where there is no tunnel.
  init(_ request: [UInt8], _ fail: @escaping (Refusal) -> Void) { (self.request, self.fail) = (request, fail) }

  func channelActive(context: ChannelHandlerContext) {
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: request)), promise: nil)
    context.read()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard fail != nil else { return context.fireChannelRead(data) }
    held.writeImmutableBuffer(unwrapInboundIn(data))
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    guard fail != nil else { return context.fireChannelReadComplete() }
    switch ProxyAnswer(held.readableBytesView) {
    case .undecided: context.read()
    case .refused(let refusal): refuse(refusal)
    case .tunnel(let length):
      fail = nil
      held.moveReaderIndex(forwardBy: length)
      context.fireChannelActive()
      if held.readableBytes > 0 {
        context.fireChannelRead(wrapInboundOut(held))
        context.fireChannelReadComplete()
      }
      context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    refuse(.proxyGone)
    context.fireChannelInactive()
  }

  private func refuse(_ refusal: Refusal) {
    let fail = fail
    self.fail = nil
    fail?(refusal)
  }
}
