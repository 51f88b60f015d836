import BaileyLinux

/// Carries one standard stream between a file or socket of the caller and a pipe into the sandbox.
///
/// Our end of the pipe never blocks; the caller's descriptor may be shared with others and keeps its mode.
final class Pump {
  private let caller: Descriptor
  private var pipe: Pipe?
  private var pending: [UInt8] = []
  private(set) var isOver = false
  let isInput: Bool

  /// A descriptor that can be let go early.
  private final class Pipe {
    let end: Descriptor
    init(_ end: consuming Descriptor) { self.end = end }
  }

  private static let chunk = 64 << 10

  /// - Parameters:
  ///   - caller: duplicated.
  ///   - pipe: taken over.
  init(caller: Int32, pipe: Int32, isInput: Bool) throws(Errno) {
    let end = Descriptor(owning: pipe)
    try end.setNonBlocking(true)
    self.caller = try .copy(of: caller)
    self.pipe = Pipe(end)
    self.isInput = isInput
  }

  /// What to wait for.
  var wanted: (descriptor: Int32, events: Readiness)? {
    guard !isOver, let pipe = pipe?.end.raw else { return nil }
    if isInput { return pending.isEmpty ? (caller.raw, .input) : (pipe, .output) }
    return pending.isEmpty ? (pipe, .input) : (caller.raw, .output)
  }

  /// Moves what can be moved now.
  func step() {
    do throws(Errno) {
      if pending.isEmpty { try fill() } else { try flush() }
    } catch {
      // The reader is gone, or the disk is full: closing our end lets the program see it.
      if error != .tryAgain { end() }
    }
  }

  private func fill() throws(Errno) {
    let bytes = isInput ? try caller.read(upTo: Self.chunk) : try read()
    if bytes.isEmpty { return end() }
    pending = bytes
    try flush()
  }

  private func read() throws(Errno) -> [UInt8] {
    guard let pipe else { return [] }
    return try pipe.end.read(upTo: Self.chunk)
  }

  private func flush() throws(Errno) {
    let written: Int
    if isInput {
      guard let pipe else { return }
      written = try pipe.end.write(pending)
    } else {
      // Small pieces, since the caller's descriptor may block and signals must be seen meanwhile.
      written = try caller.write(Array(pending.prefix(4096)))
    }
    pending.removeFirst(written)
  }

  private func end() {
    isOver = true
    pipe = nil
    pending = []
  }
}
