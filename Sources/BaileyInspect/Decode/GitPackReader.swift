/// The objects of a git pack, each behind a line feed (gitformat-pack(5)).
///
/// Of a delta comes what it adds; what it copies stands in an object that its server has. A pack that begins as one and then is none is
/// refused, since git may read it all the same. Checksums are not looked at.
final class GitPackReader: Decoder {
  private enum State {
    case header
    /// The bytes that say type and size, then the offset or name of a delta's base.
    case object, offset, name
    case content(Inflater)
    case ended
  }

  private static let headerBytes = 12
  /// Names of SHA-1, and of SHA-256.
  private static let nameBytes = (20, 32)

  private var state = State.header
  /// Of what is not inflated; at most 34 bytes are kept.
  private var held: [UInt8] = []
  private var left = 0
  private var delta: GitDelta?

  /// Whether a pack begins here, and can be read: version, and at least one object or none.
  static func begins(_ bytes: Span<UInt8>, _ start: Int) -> Bool {
    guard start + headerBytes <= bytes.count, bytes[start + 4] == 0, bytes[start + 5] == 0, bytes[start + 6] == 0 else {
      return false
    }
    return bytes[start + 7] == 2 || bytes[start + 7] == 3
  }

  func step(_ input: Span<UInt8>, into room: inout [UInt8]) -> DecoderStep {
    if case .content(let inflater) = state { return inflate(inflater, input, into: &room) }
    var used = 0
    while used < input.count {
      held.append(input[used])
      used += 1
      guard take() else { return DecoderStep(used: used, made: 0, state: .refused) }
      switch state {
      case .ended: return DecoderStep(used: used, made: 0, state: .end)
      case .content(let inflater):
        // What was held to know the length of a name is the head of zlib.
        let head = held
        if !head.isEmpty { _ = inflater.step(head.span, into: &room) }
        held = []
        room[0] = 0x0A
        return DecoderStep(used: used, made: 1, state: .more)
      default: continue
      }
    }
    return DecoderStep(used: used, made: 0, state: .more)
  }

  /// One more byte is held; false where no pack has it.
  private func take() -> Bool {
    switch state {
    case .header:
      guard held.count == Self.headerBytes else { return true }
      left = held[8...].reduce(0) { $0 << 8 | Int($1) }
      next()
    case .object:
      guard held.last.map({ $0 & 0x80 }) == 0 else { return held.count < 10 }
      let kind = held[0] >> 4 & 7
      delta = kind >= 6 ? GitDelta() : nil
      held = []
      switch kind {
      case 1...4: state = .content(Inflater(.zlib))
      case 6: state = .offset
      case 7: state = .name
      default: return false
      }
    case .offset:
      guard held.last.map({ $0 & 0x80 }) == 0 else { return held.count < 10 }
      begin(behind: held.count)
    case .name: return takeName()
    case .content, .ended: return false
    }
    return true
  }

  /// How long a name is stands nowhere; behind it begins zlib.
  private func takeName() -> Bool {
    let held = held
    for length in [Self.nameBytes.0, Self.nameBytes.1] where held.count == length + 2 {
      if Zlib.begins(held.span.extracting(length..<held.count)) {
        begin(behind: length)
        return true
      }
      return length == Self.nameBytes.0
    }
    return true
  }

  private func begin(behind count: Int) {
    held.removeFirst(count)
    state = .content(Inflater(.zlib))
  }

  private func next() {
    held = []
    state = left > 0 ? .object : .ended
    left -= 1
  }

  private func inflate(_ inflater: Inflater, _ input: Span<UInt8>, into room: inout [UInt8]) -> DecoderStep {
    var step = inflater.step(input, into: &room)
    if delta != nil { step.made = delta?.keepAdded(&room, step.made) ?? 0 }
    switch step.state {
    case .end:
      next()
      step.state = left < 0 ? .end : .more
    case .broken: step.state = .refused
    case .more, .refused: break
    }
    return step
  }
}

/// The instructions of a delta (gitformat-pack(5), "Deltified representation").
private struct GitDelta {
  /// Sizes of base and result that are still to come.
  private var sizes = 2
  private var adds = 0
  private var skips = 0

  /// Moves what is added to the front, and tells how much that is. Never more than there was: a line feed stands for a copy.
  mutating func keepAdded(_ bytes: inout [UInt8], _ count: Int) -> Int {
    var made = 0
    for index in 0..<count {
      let byte = bytes[index]
      if sizes > 0 {
        if byte & 0x80 == 0 { sizes -= 1 }
      } else if adds > 0 {
        adds -= 1
        bytes[made] = byte
        made += 1
      } else if skips > 0 {
        skips -= 1
      } else if byte & 0x80 == 0 {
        adds = Int(byte)
      } else {
        skips = (byte & 0x7F).nonzeroBitCount
        bytes[made] = 0x0A
        made += 1
      }
    }
    return made
  }
}
