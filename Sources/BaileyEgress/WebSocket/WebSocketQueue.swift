import NIOCore

/// Frames of a message that were inspected, and wait for its end.
struct WebSocketQueue {
  /// Whole frames, small ones several in one buffer: however small they are, what waits is what is kept in memory.
  private var frames: [ByteBuffer] = []
  private(set) var bytes = 0
  /// Buffers, not frames.
  var count: Int { frames.count }
  /// Of the message, those that are gone included.
  private var total = 0

  /// - Parameter together: bytes that are kept in one buffer.
  mutating func append(_ head: WebSocketFrame, _ payload: ByteBuffer, together: Int) {
    let start = head.bytes
    let length = start.count + payload.readableBytes
    if frames.last.map({ $0.readableBytes + length > together }) ?? true { frames.append(ByteBuffer()) }
    frames[frames.count - 1].writeBytes(start)
    frames[frames.count - 1].writeImmutableBuffer(payload)
    bytes += length
    total += length
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
