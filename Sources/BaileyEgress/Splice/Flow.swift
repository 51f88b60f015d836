import BaileyLinux

/// What became of moving bytes one way.
enum FlowResult: Sendable, Equatable {
  /// Nothing more can be moved now.
  case waiting
  /// The turn's share is used up, and there is more.
  case more
  /// The source has ended, and all of it was passed on.
  case finished
  case overBudget
  case failed
}

/// One direction of a tunnel: bytes of one socket into another, in order, with no more than a pipe in between.
///
/// Small messages go through the loop's buffer, which costs two calls. When two reads in a row fill the buffer, the direction changes to
/// splice(2) through a pipe, which copies nothing.
final class Flow {
  private(set) var moved: Int64 = 0
  private(set) var isFinished = false
  /// The source may have more to read; cleared by a short read, set by an edge.
  var isReadable = true
  /// The source has sent its end, so a short read is not the last one.
  var isEnding = false
  /// Bytes that may still be read from the source; without a limit at first.
  var allowance = Int.max
  private var leftover: [UInt8] = []
  private var leftoverStart = 0
  private var pipe: SplicePipe?
  private var inPipe = 0
  private var fullReads = 0

  private static let pipeSize: Int32 = 512 << 10
  private static let turn = 2 << 20

  /// - Parameter count: told of bytes before they are passed on; `false` keeps them back, and ends the tunnel.
  func move(_ buffer: TransferBuffer, from: Int32, to: Int32, count: (Int) -> Bool) -> FlowResult {
    guard !isFinished else { return .finished }
    var passed = 0
    do throws(Errno) {
      while passed < Self.turn {
        guard try flush(to) else { return .waiting }
        guard allowance > 0, isReadable || isEnding else { return .waiting }
        let step = try pipe != nil ? fill(from, count) : copy(buffer, from, to, count)
        switch step {
        case .moved(let bytes): passed += bytes
        case .end:
          isFinished = true
          Socket.shutdown(to, .write)
          return .finished
        case .overBudget: return .overBudget
        }
      }
      return .more
    } catch .tryAgain {
      return .waiting
    } catch {
      return .failed
    }
  }

  private enum Step { case moved(Int), end, overBudget }

  /// Passes on what is held; `false` while the destination takes no more.
  private func flush(_ to: Int32) throws(Errno) -> Bool {
    while leftoverStart < leftover.count {
      leftoverStart += try Socket.send(leftover, from: leftoverStart, to: to)
    }
    if leftoverStart > 0 { (leftover, leftoverStart) = ([], 0) }
    while inPipe > 0 { inPipe -= try pipe?.drain(to: to, limit: inPipe) ?? inPipe }
    return true
  }

  private func copy(_ buffer: TransferBuffer, _ from: Int32, _ to: Int32, _ count: (Int) -> Bool) throws(Errno) -> Step
  {
    let limit = min(buffer.capacity, allowance)
    let bytes: Int
    do throws(Errno) { bytes = try buffer.receive(from: from, limit: limit) } catch .tryAgain {
      isReadable = false
      throw .tryAgain
    }
    if bytes == 0 { return .end }
    guard count(bytes) else { return .overBudget }
    moved += Int64(bytes)
    // epoll(7): for a stream, a short read means that there is no more.
    if bytes < limit { isReadable = false }
    if allowance != .max { allowance -= bytes }
    noteSize(bytes, buffer.capacity)
    let done: Int
    do throws(Errno) { done = try buffer.send(to: to, 0, bytes) } catch .tryAgain { done = 0 }
    if done < bytes { leftover = buffer.bytes(done, bytes) }
    return .moved(bytes)
  }

  private func noteSize(_ bytes: Int, _ capacity: Int) {
    fullReads = bytes == capacity ? fullReads + 1 : 0
    if fullReads >= 2 { pipe = try? SplicePipe(size: Self.pipeSize) }
  }

  private func fill(_ from: Int32, _ count: (Int) -> Bool) throws(Errno) -> Step {
    let bytes: Int
    do throws(Errno) { bytes = try pipe?.fill(from: from, limit: Int(Self.pipeSize)) ?? 0 } catch .tryAgain {
      isReadable = false
      throw .tryAgain
    }
    if bytes == 0 { return .end }
    inPipe += bytes
    guard count(bytes) else { return .overBudget }
    moved += Int64(bytes)
    return .moved(bytes)
  }
}
