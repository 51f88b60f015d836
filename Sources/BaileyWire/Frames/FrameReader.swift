import BaileyCore

/// Makes messages of a stream of bytes, and refuses whatever a peer of this version would not send.
///
/// A value: it reads no socket. After an error it takes nothing more, and the descriptors it holds are closed.
package struct FrameReader: Sendable {
  /// What the side that reads is ready to take.
  package struct Limits: Sendable {
    /// Bytes of one frame's payload.
    package var frame: Int
    /// Bytes of a message in several frames; 0 where none may be.
    package var message: Int
    /// Descriptors with one message.
    package var descriptors: Int

    package init(frame: Int, message: Int, descriptors: Int) {
      self.frame = frame
      self.message = message
      self.descriptors = descriptors
    }

    /// A request holds at most the arguments and environment that a program may have.
    package static let server = Limits(frame: 8 << 20, message: 0, descriptors: WireLimit.descriptors)
    package static let client = Limits(frame: WireLimit.frame, message: WireLimit.message, descriptors: 0)
  }

  private let limits: Limits
  /// Received and not yet read; a frame begins at `start`.
  private var buffer: [UInt8] = []
  private var start = 0
  private var parts: [UInt8] = []
  /// Came with bytes of the message that is being read; closed with the reader.
  private var passed: [PassedDescriptors] = []
  private var failure: WireError?

  package init(limits: Limits) { self.limits = limits }

  /// Whether the stream stands between two messages.
  package var isAtBoundary: Bool { start == buffer.count && parts.isEmpty && passed.isEmpty }

  /// Bytes that are held and not yet delivered.
  package var held: Int { buffer.count - start + parts.count }

  /// Takes what one receive gave.
  ///
  /// - Parameter descriptors: what came with it. They belong to the message that is then read first and whole: a sender passes
  ///   them only with the first bytes of a message to which nothing was sent before that is still unread.
  package mutating func feed(_ bytes: [UInt8], descriptors: [Int32] = []) throws(WireError) {
    let owned = PassedDescriptors(descriptors)
    if let failure { throw failure }
    if passed.reduce(owned.count, { $0 + $1.count }) > limits.descriptors {
      throw fail(limits.descriptors == 0 ? .unexpectedDescriptors : .tooManyDescriptors)
    }
    if owned.count > 0 { passed.append(owned) }
    if start > 0, start == buffer.count || start > 1 << 16 {
      buffer.removeFirst(start)
      start = 0
    }
    buffer += bytes
  }

  /// The next whole message or piece of data; `nil` when more bytes are needed.
  package mutating func next() throws(WireError) -> Incoming? {
    if let failure { throw failure }
    while let (type, payload) = try frame() {
      switch type {
      case .data:
        guard parts.isEmpty, passed.isEmpty else { throw fail(.unexpectedDescriptors) }
        return .data(Array(payload))
      case .part: try hold(payload)
      case .message: return try message(payload)
      }
    }
    return nil
  }

  /// To be called when the peer has closed: an end in the middle is an error.
  package mutating func finish() throws(WireError) {
    if !isAtBoundary { throw fail(.truncated) }
  }

  private mutating func frame() throws(WireError) -> (FrameType, ArraySlice<UInt8>)? {
    guard buffer.count - start >= Frame.headerSize else { return nil }
    let size = Int(
      (0..<4).reduce(UInt32(0)) { $0 | UInt32(buffer[start + $1]) << UInt32(8 * $1) })
    guard let type = FrameType(rawValue: buffer[start + 4]) else { throw fail(.unknownFrameType(buffer[start + 4])) }
    guard size <= limits.frame else { throw fail(.frameTooLarge(size)) }
    let body = start + Frame.headerSize
    guard buffer.count - body >= size else { return nil }
    start = body + size
    return (type, buffer[body..<start])
  }

  private mutating func hold(_ payload: ArraySlice<UInt8>) throws(WireError) {
    guard payload.count <= limits.message - parts.count, !payload.isEmpty else {
      throw fail(.frameTooLarge(parts.count + payload.count))
    }
    parts += payload
  }

  private mutating func message(_ payload: ArraySlice<UInt8>) throws(WireError) -> Incoming {
    if !parts.isEmpty, payload.count > limits.message - parts.count {
      throw fail(.frameTooLarge(parts.count + payload.count))
    }
    let text = parts + payload
    parts = []
    do {
      let json = try JSON.parse(text, maximumBytes: max(limits.frame, limits.message))
      defer { passed = [] }
      return .message(json, PassedDescriptors(passed.flatMap { $0.take() }))
    } catch {
      throw fail(.json(error))
    }
  }

  private mutating func fail(_ error: WireError) -> WireError {
    failure = error
    passed = []
    buffer = []
    parts = []
    start = 0
    return error
  }
}
