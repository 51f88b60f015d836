import NIOCore

/// Parts of few bytes that were written and are not on their way yet.
///
/// A channel tells by bytes whether it takes more, and such a part costs many times its bytes. On the channel's event loop.
final class SmallWrites {
  /// So many may wait.
  static let most = 256
  private static let small = 1 << 10

  private var waiting = 0
  /// Called when there is room, perhaps where there always was.
  private let makeRoom: () -> Void

  init(_ makeRoom: @escaping () -> Void) { self.makeRoom = makeRoom }

  var hasRoom: Bool { waiting < Self.most }

  /// - Returns: what the write has to fulfil; `nil` for a part that counts by its bytes.
  func promise(for part: ByteBuffer, on loop: any NIOCore.EventLoop) -> EventLoopPromise<Void>? {
    guard part.readableBytes < Self.small else { return nil }
    waiting += 1
    let promise = loop.makePromise(of: Void.self)
    let bound = NIOLoopBound(self, eventLoop: loop)
    promise.futureResult.whenComplete { _ in bound.value.done() }
    return promise
  }

  private func done() {
    waiting -= 1
    if waiting == Self.most / 2 { makeRoom() }
  }
}
