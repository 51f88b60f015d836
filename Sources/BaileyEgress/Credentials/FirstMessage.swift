/// Gathers the first message that a client sends over a WebSocket (RFC 6455), from its masked frames.
struct FirstMessage {
  enum Step: Equatable {
    /// Control frames that came before it, as they came.
    case more(passed: [UInt8])
    /// It is whole; `rest` came behind it.
    case whole(passed: [UInt8], rest: [UInt8])
    /// It is compressed, too long, or no message of a client: nothing is put into it.
    case unreadable([UInt8])
  }

  /// Bytes of the message.
  static let longest = 64 << 10

  private var held: [UInt8] = []
  /// The frames of the message so far, as they came.
  private var raw: [UInt8] = []
  private(set) var payload: [UInt8] = []
  private var opcode: UInt8?

  var heldBytes: Int { held.count + raw.count + payload.count }

  private struct Frame {
    var opcode: UInt8
    var isLast: Bool
    var start: Int
    var end: Int
  }

  mutating func feed(_ bytes: [UInt8]) -> Step {
    held += bytes
    var passed: [UInt8] = []
    while true {
      guard held.count >= 2 else { return .more(passed: passed) }
      guard isReadable else { return .unreadable(passed + raw + held) }
      guard let frame = frame() else { return .more(passed: passed) }
      guard payload.count + frame.end - frame.start <= Self.longest else { return .unreadable(passed + raw + held) }
      let whole = Array(held[..<frame.end])
      held.removeFirst(frame.end)
      if frame.opcode >= 8 {
        passed += whole
        continue
      }
      take(frame, whole)
      if frame.isLast { return .whole(passed: passed, rest: held) }
    }
  }

  /// Masked, without extensions, and a message that begins or goes on.
  private var isReadable: Bool {
    let code = held[0] & 0x0F
    let fits = code >= 8 || (opcode == nil ? code == 1 || code == 2 : code == 0)
    return held[0] & 0x70 == 0 && held[1] & 0x80 != 0 && fits
  }

  private func frame() -> Frame? {
    let short = Int(held[1] & 0x7F)
    let more = short == 126 ? 2 : short == 127 ? 8 : 0
    let start = 2 + more + 4
    guard held.count >= start else { return nil }
    let size = more == 0 ? UInt64(short) : held[2..<(2 + more)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    // What is too long is told as such, whether it is here or not.
    let count = Int(clamping: min(size, UInt64(Self.longest + 1)))
    guard count > Self.longest || held.count >= start + count else { return nil }
    return Frame(opcode: held[0] & 0x0F, isLast: held[0] & 0x80 != 0, start: start, end: start + count)
  }

  private mutating func take(_ frame: Frame, _ whole: [UInt8]) {
    if opcode == nil { opcode = frame.opcode }
    raw += whole
    let mask = whole[(frame.start - 4)..<frame.start]
    for index in frame.start..<frame.end {
      payload.append(whole[index] ^ mask[mask.startIndex + (index - frame.start) % 4])
    }
  }

  /// One frame with this content, under a mask of chance.
  func frame(_ content: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = [0x80 | (opcode ?? 1)]
    switch content.count {
    case ..<126: bytes.append(0x80 | UInt8(content.count))
    case ..<65536: bytes += [0x80 | 126, UInt8(content.count >> 8), UInt8(content.count & 0xFF)]
    default: bytes += [0x80 | 127] + (0..<8).map { UInt8(truncatingIfNeeded: content.count >> (56 - 8 * $0)) }
    }
    let mask = (0..<4).map { _ in UInt8.random(in: 0...255) }
    return bytes + mask + content.enumerated().map { $1 ^ mask[$0 % 4] }
  }
}
