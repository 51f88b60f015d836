import BaileyCore
import BaileyLinux
import Synchronization

/// Hashes files that were opened for reading, on a thread of its own: the agent waits for the supervisor only.
///
/// What it holds open is what the supervisor found under the name: a rename leads to no other content. Whether it was written meanwhile
/// shows by its change time, which no program can set.
final class ReadHashes: Sendable {
  static let largest: Int64 = 64 << 20
  /// Bytes of one session.
  static let budget: Int64 = 4 << 30
  /// Files that wait, and so descriptors; who finds no room hashes it himself, which slows the agent down to what can be hashed.
  private static let most = 512
  /// After the end of the session; nanoseconds.
  private static let patience: Int64 = 1_000_000_000

  private struct State {
    var waiting = 0
    var left = ReadHashes.budget
    var deadline: Int64?
    var ended: (@Sendable () -> Void)?

    mutating func atEnd() -> (@Sendable () -> Void)? {
      guard waiting == 0 else { return nil }
      defer { ended = nil }
      return ended
    }
  }

  private let hasher: HasherFactory
  private let thread: WorkThread
  private let state = Mutex(State())

  init(_ hasher: @escaping HasherFactory) throws(Errno) {
    self.hasher = hasher
    thread = try WorkThread("read-hashes", limit: Self.most)
  }

  /// - Parameters:
  ///   - file: opened for reading.
  ///   - status: of it when it was found.
  ///   - done: called once.
  func take(_ file: consuming Descriptor, _ status: FileStatus, done: @escaping @Sendable (ReadLedger.Content) -> Void)
  {
    let number = file.take()
    state.withLock { $0.waiting += 1 }
    let work: @Sendable () -> Void = {
      done(self.content(Descriptor(owning: number), status))
      self.leave()
    }
    if !thread.enqueue(work) { work() }
  }

  private func leave() {
    let ended = state.withLock { state in
      state.waiting -= 1
      return state.atEnd()
    }
    ended?()
  }

  /// Calls `ended` when nothing waits any more; what takes longer than a second stays without a hash.
  func end(_ ended: @escaping @Sendable () -> Void) {
    let ended = state.withLock { state in
      state.deadline = Clock.monotonic + Self.patience
      state.ended = ended
      return state.atEnd()
    }
    ended?()
  }

  private var isLate: Bool {
    guard let deadline = state.withLock(\.deadline) else { return false }
    return Clock.monotonic > deadline
  }

  private func content(_ file: consuming Descriptor, _ status: FileStatus) -> ReadLedger.Content {
    guard status.size <= Self.largest else { return .unknown(.tooLarge) }
    let hasRoom = state.withLock { state in
      guard state.left >= status.size else { return false }
      state.left -= status.size
      return true
    }
    guard hasRoom else { return .unknown(.notInTime) }
    var hash = hasher()
    var offset: Int64 = 0
    do throws(Errno) {
      // One byte more than there was, so that what grew shows.
      while offset <= status.size {
        if isLate { return .unknown(.notInTime) }
        let piece = try file.read(upTo: Int(min(status.size - offset + 1, 1 << 20)), at: offset)
        if piece.isEmpty { break }
        hash.update(piece)
        offset += Int64(piece.count)
      }
      let now = try file.status()
      guard offset == status.size, now.isSame(as: status) else { return .unknown(.changed) }
    } catch {
      return .unknown(.unreadable)
    }
    return .sha256(hexadecimal(hash.finish()), size: offset)
  }
}

extension FileStatus {
  /// Whether nothing touched the file in between.
  fileprivate func isSame(as other: FileStatus) -> Bool {
    inode == other.inode && size == other.size && modified == other.modified && changed == other.changed
  }
}
