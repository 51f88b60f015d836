import NIOCore

/// Frames of a message that were inspected, and wait for its end.
struct WebSocketQueue {
  private var frames: [ByteBuffer] = []
  private(set) var bytes = 0
  /// Of the message, those that are gone included.
  private var total = 0

  mutating func append(_ head: WebSocketFrame, _ payload: ByteBuffer) {
    var frame = ByteBuffer(bytes: head.bytes)
    frame.writeImmutableBuffer(payload)
    bytes += frame.readableBytes
    total += frame.readableBytes
    frames.append(frame)
  }

  /// Of a message beyond `hold` all but `tail` goes on.
  mutating func release(downTo limits: WebSocketLimits, into out: inout ByteBuffer) {
    guard total > limits.hold else { return }
    while let first = frames.first, bytes - first.readableBytes >= limits.tail { releaseFirst(first, &out) }
  }

  /// The message is whole and clean, or goes on behind a frame of the server.
  mutating func releaseAll(into out: inout ByteBuffer) {
    while let first = frames.first { releaseFirst(first, &out) }
    total = 0
  }

  private mutating func releaseFirst(_ first: ByteBuffer, _ out: inout ByteBuffer) {
    out.writeImmutableBuffer(first)
    bytes -= first.readableBytes
    frames.removeFirst()
  }
}
