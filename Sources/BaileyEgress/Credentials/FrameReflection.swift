import BaileyCore
import NIOCore

/// Covers values in what the server says over a WebSocket, in messages however fragmented, and in control frames.
///
/// Stands behind the guard that reads frames strictly (RFC 6455). A compressed message could not be covered: it ends the conversation.
final class FrameReflection: MessageGuard {
  private let told: ToldValues
  private let host: String
  private var known = 0
  private var message = Lane()
  private var control = Lane()
  /// Not passed yet, and of how many bytes passed before.
  private var pending: [UInt8] = []
  private var passed = 0
  private var frame: Frame?
  private var prefix: [UInt8] = []

  private struct Frame {
    var isControl: Bool
    var isCompressed: Bool
    var isLast: Bool
    var left: UInt64
  }

  /// One stream of contents: its masker, and the places of the bytes that it holds.
  private struct Lane {
    var masker: ValueMasker?
    var places: [Int] = []
  }

  init(_ told: ToldValues, _ host: String) { (self.told, self.host) = (told, host) }

  var heldBytes: Int { pending.count + prefix.count }

  func take(_ part: MessagePart) throws(Refusal) -> GuardStep {
    guard case .data(let bytes) = part else { return .pass(rest() + [part]) }
    renew()
    var input = bytes.readableBytesView
    while !input.isEmpty {
      if frame == nil { readPrefix(&input) }
      if frame != nil { try readContent(&input) }
    }
    return .pass(ready())
  }

  func resume() -> GuardStep { .pass([]) }

  private func renew() {
    guard told.count(host) != known else { return }
    message.masker = told.masker(host, &known, after: message.masker)
    // All of a control frame is there soon.
    control.masker = ValueMasker(told.texts(host), after: control.masker)
  }

  /// Of an unmasked frame (RFC 6455, section 5.2).
  private func readPrefix(_ input: inout ByteBufferView) {
    while let byte = input.popFirst() {
      prefix.append(byte)
      guard prefix.count >= 2 else { continue }
      let short = prefix[1] & 0x7F
      let more = short == 126 ? 2 : short == 127 ? 8 : 0
      guard prefix.count == 2 + more else { continue }
      let size = more == 0 ? UInt64(short) : prefix[2...].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      frame = Frame(
        isControl: prefix[0] & 0x08 != 0, isCompressed: prefix[0] & 0x40 != 0, isLast: prefix[0] & 0x80 != 0, left: size
      )
      pending += prefix
      prefix = []
      return
    }
  }

  private func readContent(_ input: inout ByteBufferView) throws(Refusal) {
    guard var frame else { return }
    let part = input.prefix(Int(clamping: frame.left))
    input = input.dropFirst(part.count)
    frame.left -= UInt64(part.count)
    let end = frame.left == 0
    self.frame = end ? nil : frame
    if frame.isCompressed { isInCompressed = true }
    if !frame.isControl, isInCompressed, known > 0 { throw .encodedAnswer }
    if frame.isControl {
      cover(part, &control, isLast: end)
    } else {
      cover(part, &message, isLast: end && frame.isLast)
    }
    if end, !frame.isControl, frame.isLast { isInCompressed = false }
  }

  /// Only the first frame of a message says that it is compressed.
  private var isInCompressed = false

  private func cover(_ bytes: ByteBufferView, _ lane: inout Lane, isLast: Bool) {
    let start = passed + pending.count
    pending += bytes
    guard lane.masker != nil else { return }
    lane.places += start..<(start + bytes.count)
    let clean = (lane.masker?.mask(bytes) ?? []) + (isLast ? lane.masker?.finish() ?? [] : [])
    for (place, byte) in zip(lane.places, clean) { pending[place - passed] = byte }
    lane.places.removeFirst(clean.count)
  }

  private func ready() -> [MessagePart] {
    let end = min(message.places.first ?? .max, control.places.first ?? .max, passed + pending.count)
    guard end > passed else { return [] }
    let bytes = pending.prefix(end - passed)
    pending.removeFirst(bytes.count)
    passed = end
    return [.data(ByteBuffer(bytes: bytes))]
  }

  /// The server has finished in the midst of a message: what is held had no end.
  private func rest() -> [MessagePart] {
    for keyPath in [\FrameReflection.message, \FrameReflection.control] {
      let clean = self[keyPath: keyPath].masker?.finish() ?? []
      for (place, byte) in zip(self[keyPath: keyPath].places, clean) { pending[place - passed] = byte }
      self[keyPath: keyPath].places = []
    }
    return ready()
  }
}
