import BaileyLinux
import Synchronization

/// Says on a terminal what takes so long, and for how long already; nothing to a file, and nothing for what is done at once.
final class Progress: Sendable {
  private let isEnded = Mutex(false)
  private let isShown: Bool

  init(_ what: String, _ console: Console) {
    isShown = !console.isQuiet && Console.isTerminal(2)
    guard isShown else { return }
    try? startThread("progress") { [self] in
      var seconds = 0
      while pause(), show("\(what) … \(seconds + 1) s") { seconds += 1 }
    }
  }

  /// Clears the line.
  func end() {
    isEnded.withLock { isEnded in
      if isShown, !isEnded { Self.write("\r\u{1B}[K") }
      isEnded = true
    }
  }

  private func pause() -> Bool {
    _ = try? poll([], milliseconds: 1000)
    return true
  }

  /// `false` once it has ended; nothing is written after that.
  private func show(_ text: String) -> Bool {
    isEnded.withLock { isEnded in
      if !isEnded { Self.write("\r" + text) }
      return !isEnded
    }
  }

  private static func write(_ text: String) { Descriptor.lending(2) { try? $0.writeAll(text) } }
}
