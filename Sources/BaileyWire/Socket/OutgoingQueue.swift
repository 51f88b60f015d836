/// Frames that wait to be sent, in order; the first may be half gone.
struct OutgoingQueue: Sendable {
  private var frames: [[UInt8]] = []
  /// Bytes of the first frame that are gone.
  private var sent = 0
  /// Bytes that wait.
  private(set) var count = 0

  var isEmpty: Bool { frames.isEmpty }

  mutating func append(_ frame: [UInt8]) {
    guard !frame.isEmpty else { return }
    frames.append(frame)
    count += frame.count
  }

  /// The next bytes, at most `limit`, all of one frame.
  func front(_ limit: Int) -> [UInt8] { Array(frames.first?.dropFirst(sent).prefix(limit) ?? []) }

  /// Forgets bytes that `front` gave.
  mutating func drop(_ bytes: Int) {
    guard let first = frames.first else { return }
    sent += bytes
    count -= bytes
    guard sent == first.count else { return }
    frames.removeFirst()
    sent = 0
  }
}
