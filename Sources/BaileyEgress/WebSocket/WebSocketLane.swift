import NIOCore

/// One direction of an opened WebSocket: frames are read, inspected and passed on as they were.
///
/// What the agent sends is held until its message is clean; of a message longer than `limits.hold` only the tail. What the server sends is
/// passed on frame by frame. Control frames go ahead of what is held.
struct WebSocketLane {
  /// What goes on when the verdict is there.
  private enum Waiting {
    case part, message
    case control(WebSocketFrame, ByteBuffer)
  }

  private let sender: WebSocketSide
  private let limits: WebSocketLimits
  private var reader: WebSocketReader
  private var content: WebSocketContent
  private var queue = WebSocketQueue()
  /// The frame under way, and what has come of its payload and is not in the queue.
  private var frame = WebSocketFrame(opcode: .binary, length: 0)
  private var payload = ByteBuffer()
  /// Payload of the frame that came before.
  private var passed = 0
  private var waiting: Waiting?
  /// What the inspector's verdict waits for.
  private(set) var question: (@Sendable () async -> Refusal?)?
  /// A close frame has passed: what comes after it means nothing.
  private(set) var isClosed = false

  init(
    sender: WebSocketSide, agreement: WebSocketAgreement, limits: WebSocketLimits, inspector: any StreamInspector
  ) {
    self.sender = sender
    self.limits = limits
    reader = WebSocketReader(sender: sender, mayCompress: agreement.takesOver(sender) != nil)
    content = WebSocketContent(sender: sender, agreement: agreement, limits: limits, inspector: inspector)
  }

  /// The close frame itself goes no further: another is sent in its place.
  var dropsClose = false
  var heldBytes: Int { queue.bytes + payload.readableBytes }

  /// Reads what is there, unless a verdict is waited for.
  ///
  /// - Parameter out: gets what may go on, in whole frames.
  mutating func take(_ input: inout ByteBuffer, into out: inout ByteBuffer) throws(WebSocketFailure) {
    while waiting == nil, !isClosed, let event = try reader.next(&input) {
      switch event {
      case .head(let head): begin(head)
      case .payload(let bytes): try add(bytes, &out)
      case .end: try end(&out)
      }
    }
    if isClosed { input = ByteBuffer() }
  }

  /// What was waited for has come.
  mutating func resume(_ refusal: Refusal?, into out: inout ByteBuffer) throws(WebSocketFailure) {
    guard let waiting else { return }
    (self.waiting, question) = (nil, nil)
    if let refusal { throw .refused(refusal) }
    switch waiting {
    case .part: queue.release(downTo: limits, into: &out)
    case .message: queue.releaseAll(into: &out)
    case .control(let frame, let payload): pass(frame, payload, &out)
    }
  }

  /// - Returns: whether what is to come next may come now.
  private mutating func follow(_ verdict: StreamVerdict, _ next: Waiting) -> Bool {
    guard case .wait(let operation) = verdict else { return true }
    (waiting, question) = (next, operation)
    return false
  }

  private mutating func begin(_ head: WebSocketFrame) {
    frame = head
    passed = 0
    switch head.opcode {
    case .text: content.begin(.text, isCompressed: head.isCompressed)
    case .binary: content.begin(.binary, isCompressed: head.isCompressed)
    default: break
    }
  }

  private mutating func add(_ bytes: ByteBuffer, _ out: inout ByteBuffer) throws(WebSocketFailure) {
    if !frame.opcode.isControl {
      if frame.length > limits.hold, payload.readableBytes >= limits.tail { cut(isLast: false) }
      var plain = Array(bytes.readableBytesView)
      frame.mask?.rotated(by: passed + payload.readableBytes).apply(to: &plain)
      if follow(try content.take(plain), .part) { queue.release(downTo: limits, into: &out) }
    }
    payload.writeImmutableBuffer(bytes)
  }

  private mutating func end(_ out: inout ByteBuffer) throws(WebSocketFailure) {
    if frame.opcode.isControl { return try control(&out) }
    cut(isLast: true)
    if frame.isFinal {
      if follow(try content.end(), .message) { queue.releaseAll(into: &out) }
    } else if sender == .server {
      queue.releaseAll(into: &out)
    } else {
      queue.release(downTo: limits, into: &out)
    }
  }

  /// What has come of the frame becomes a frame; the whole of it, where nothing was cut off before.
  private mutating func cut(isLast: Bool) {
    var head = frame
    head.length = payload.readableBytes
    head.mask = frame.mask?.rotated(by: passed)
    head.isFinal = frame.isFinal && isLast
    if passed > 0 { (head.opcode, head.isCompressed) = (.continuation, false) }
    queue.append(head, payload, together: limits.tail / 8)
    passed += payload.readableBytes
    payload = ByteBuffer()
  }

  private mutating func control(_ out: inout ByteBuffer) throws(WebSocketFailure) {
    var plain = Array(payload.readableBytesView)
    frame.mask?.apply(to: &plain)
    if frame.opcode == .close { try WebSocketClose.check(plain) }
    let original = payload
    payload = ByteBuffer()
    if follow(try content.control(plain), .control(frame, original)) { pass(frame, original, &out) }
  }

  private mutating func pass(_ frame: WebSocketFrame, _ payload: ByteBuffer, _ out: inout ByteBuffer) {
    if frame.opcode == .close {
      isClosed = true
      queue = WebSocketQueue()
      if dropsClose { return }
    }
    out.writeBytes(frame.bytes)
    out.writeImmutableBuffer(payload)
  }
}
