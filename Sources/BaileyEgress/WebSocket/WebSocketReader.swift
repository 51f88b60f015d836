import NIOCore

/// Reads the frames of one direction as they come, and checks their order.
///
/// It holds no payload. After an error nothing more can be read.
struct WebSocketReader {
  enum Event {
    case head(WebSocketFrame)
    /// Some of the frame's payload as it came, masked where it is.
    case payload(ByteBuffer)
    /// The frame is whole.
    case end
  }

  /// What one event holds at most.
  static let slice = 16 << 10

  private let isMasked: Bool
  private let mayCompress: Bool
  private var isInMessage = false
  /// Payload of the frame under way that has not come.
  private var missing: Int?

  init(sender: WebSocketSide, mayCompress: Bool) {
    isMasked = sender == .agent
    self.mayCompress = mayCompress
  }

  /// `nil` while more bytes are needed.
  mutating func next(_ input: inout ByteBuffer) throws(WebSocketFailure) -> Event? {
    guard let missing else {
      guard let frame = try WebSocketFrame.take(&input) else { return nil }
      try check(frame)
      self.missing = frame.length
      return .head(frame)
    }
    if missing == 0 {
      self.missing = nil
      return .end
    }
    let count = min(missing, input.readableBytes, Self.slice)
    guard count > 0, let bytes = input.readSlice(length: count) else { return nil }
    self.missing = missing - count
    return .payload(bytes)
  }

  private mutating func check(_ frame: WebSocketFrame) throws(WebSocketFailure) {
    guard (frame.mask != nil) == isMasked else { throw .mask }
    let begins = frame.opcode == .text || frame.opcode == .binary
    if frame.isCompressed { guard mayCompress, begins else { throw .reservedBit } }
    if frame.opcode.isControl { return }
    guard begins != isInMessage else { throw .order }
    isInMessage = !frame.isFinal
  }
}
