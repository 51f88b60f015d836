import BaileyInspect

/// What the messages of one direction say: inflated, checked to be text where they say so, and shown to who inspects.
struct WebSocketContent {
  private let sender: WebSocketSide
  private let limits: WebSocketLimits
  private let inspector: any StreamInspector
  private let inflater: MessageInflater?

  private var kind = StreamPart.Kind.binary
  private var isCompressed = false
  /// Of the message, on the wire.
  private var bytes = 0
  private var text = UTF8Check()
  private var isText = true
  private var verdict = StreamVerdict.pass

  init(
    sender: WebSocketSide, agreement: WebSocketAgreement, limits: WebSocketLimits, inspector: any StreamInspector
  ) {
    self.sender = sender
    self.limits = limits
    self.inspector = inspector
    inflater = agreement.takesOver(sender).map { MessageInflater(takesOver: $0, most: limits.inflated) }
  }

  mutating func begin(_ kind: StreamPart.Kind, isCompressed: Bool) {
    self.kind = kind
    self.isCompressed = isCompressed
    bytes = 0
    text = UTF8Check()
  }

  /// Some payload of the message that began last.
  mutating func take(_ payload: [UInt8]) throws(WebSocketFailure) -> StreamVerdict {
    bytes += payload.count
    guard bytes <= limits.message else { throw .tooLarge }
    if isCompressed { try inflate(payload) } else { show(payload.span) }
    return try outcome()
  }

  mutating func end() throws(WebSocketFailure) -> StreamVerdict {
    if isCompressed { try inflate(nil) }
    if kind == .text, !text.isWhole { isText = false }
    let nothing: [UInt8] = []
    if isText { look(nothing.span, isEnd: true) }
    return try outcome()
  }

  func control(_ payload: [UInt8]) throws(WebSocketFailure) -> StreamVerdict {
    let verdict = inspector.look(payload.span, StreamPart(sender: sender, kind: .control, isEnd: true))
    if case .refuse(let refusal) = verdict { throw .refused(refusal) }
    return verdict
  }

  /// - Parameter payload: `nil` at the end of the message.
  private mutating func inflate(_ payload: [UInt8]?) throws(WebSocketFailure) {
    guard let inflater else { throw .reservedBit }
    do throws(MessageInflater.Failure) {
      if let payload { try inflater.inflate(payload.span) { show($0) } } else { try inflater.endMessage { show($0) } }
    } catch {
      // What was said before it comes first.
      _ = try outcome()
      throw error == .bomb ? .tooLarge : .compression
    }
  }

  private mutating func show(_ bytes: Span<UInt8>) {
    guard isText else { return }
    let count = kind == .text ? text.accept(bytes) : bytes.count
    isText = count == bytes.count
    if count > 0 { look(bytes.extracting(first: count), isEnd: false) }
  }

  /// The worst of all verdicts counts.
  private mutating func look(_ bytes: Span<UInt8>, isEnd: Bool) {
    if case .refuse = verdict { return }
    let new = inspector.look(bytes, StreamPart(sender: sender, kind: kind, isEnd: isEnd))
    if case .pass = new { return }
    verdict = new
  }

  private mutating func outcome() throws(WebSocketFailure) -> StreamVerdict {
    defer { verdict = .pass }
    if case .refuse(let refusal) = verdict { throw .refused(refusal) }
    guard isText else { throw .text }
    return verdict
  }
}
