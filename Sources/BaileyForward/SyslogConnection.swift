import BaileyCore
import BaileyLinux

/// A connection to a syslog receiver, used by one thread at a time that may wait.
struct SyslogConnection: Sendable {
  let number: Int32
  private let patience: Int64

  init(to endpoint: Endpoint, milliseconds: Int) throws(Errno) {
    number = try Socket.stream(for: endpoint)
    patience = Int64(milliseconds) * 1_000_000
    do throws(Errno) { try connect(endpoint) } catch {
      close()
      throw error
    }
  }

  func close() { Socket.close(number) }

  private func connect(_ endpoint: Endpoint) throws(Errno) {
    guard try !Socket.connect(number, to: endpoint) else { return }
    try wait(.output, deadline)
    if let error = Socket.takeError(number) { throw error }
  }

  func write(_ bytes: [UInt8]) throws(Errno) {
    let deadline = deadline
    try Descriptor.lending(number) { connection throws(Errno) in
      var done = 0
      while done < bytes.count {
        do throws(Errno) { done += try connection.write(bytes.span.extracting(done..<bytes.count)) } catch {
          guard error == .tryAgain else { throw error }
          try wait(.output, deadline)
        }
      }
      // Who ends before we do has not read to our end.
      if try hasEnded(connection) { throw .brokenPipe }
    }
  }

  /// Ends our side, and returns when the receiver has ended its own because of that.
  ///
  /// Its end acknowledges ours if it came after it, and a receiver that leaves bytes unread resets the connection. What stays is a receiver
  /// that says its end without reading and then never closes.
  func end() throws(Errno) {
    let deadline = deadline
    Socket.shutdown(number, .write)
    try Descriptor.lending(number) { connection throws(Errno) in
      while try !hasEnded(connection) { try wait(.input, deadline) }
    }
    if let error = Socket.takeError(number) { throw error }
    if try Socket.unacknowledged(number) > 0 { throw .brokenPipe }
  }

  /// What the receiver says is not looked at; its end is.
  private func hasEnded(_ connection: borrowing Descriptor) throws(Errno) -> Bool {
    for _ in 0..<16 {
      do throws(Errno) {
        if try connection.read(upTo: 4096).isEmpty { return true }
      } catch {
        if error == .tryAgain { return false }
        throw error
      }
    }
    return false
  }

  private var deadline: Int64 { Clock.monotonic + patience }

  private func wait(_ readiness: Readiness, _ deadline: Int64) throws(Errno) {
    let left = (deadline - Clock.monotonic) / 1_000_000
    guard left > 0 else { throw .timedOut }
    let ready = try poll([(number, readiness)], milliseconds: Int32(clamping: left))
    if ready.first?.isEmpty ?? true { throw .timedOut }
  }
}
