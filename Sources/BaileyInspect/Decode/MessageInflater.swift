/// Inflates the messages of one direction of a WebSocket with `permessage-deflate` (RFC 7692, section 7.2.2).
///
/// What it makes is fed to an `Inspection`. Give it the payload of each frame of a message that has the bit RSV1 in its first frame.
public final class MessageInflater {
  public enum Failure: Error, Equatable {
    case broken
    /// More than the limit was made of one message.
    case bomb
  }

  private let takesOver: Bool
  private let most: Int
  private var inflater = Inflater(.deflate)
  private var made = 0
  private var room = [UInt8](repeating: 0, count: 16 << 10)

  /// - Parameters:
  ///   - takesOver: messages refer to earlier ones, as is usual: `no_context_takeover` was not agreed on.
  ///   - most: bytes that one message may have.
  public init(takesOver: Bool, most: Int = 64 << 20) { (self.takesOver, self.most) = (takesOver, most) }

  public func inflate(_ payload: Span<UInt8>, _ body: (Span<UInt8>) -> Void) throws(Failure) {
    var at = 0
    while true {
      let step = inflater.step(payload.extracting(at..<payload.count), into: &room)
      at += step.used
      made += step.made
      guard made <= most else { throw .bomb }
      if step.made > 0 { body(room.span.extracting(0..<step.made)) }
      switch step.state {
      // A block that says it is the last ends no stream here.
      case .end: inflater = Inflater(.deflate)
      case .more: if at == payload.count, step.made < room.count { return }
      case .broken, .refused: throw .broken
      }
      if at == payload.count, step.state == .end { return }
      if step.used == 0, step.made == 0 { throw .broken }
    }
  }

  /// The end of a message: what its sender left off is put back.
  public func endMessage(_ body: (Span<UInt8>) -> Void) throws(Failure) {
    try inflate(([0, 0, 0xFF, 0xFF] as [UInt8]).span, body)
    made = 0
    if !takesOver { inflater = Inflater(.deflate) }
  }
}
