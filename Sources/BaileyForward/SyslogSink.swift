import BaileyCore
import BaileyExport
import BaileyLinux

/// A syslog receiver over TCP with octet counting (RFC 6587): one connection a delivery.
///
/// Syslog has no acknowledgement. So the sink ends its side and waits until the receiver ends the other, which a receiver does when it has
/// read to the end: what it read and then lost is its own affair, as everywhere. A reset or silence is no acknowledgement, and all of it is
/// sent again.
struct SyslogSink: Sink {
  private static let patience: Int64 = 10_000_000_000

  let target: ExportSink.SyslogTarget
  let encoding: ExportEncoding

  func deliver(_ records: [ExportedRecord]) async throws(SinkFailure) -> SinkReceipt {
    let endpoint = Endpoint(target.address, target.port)
    let bytes = records.flatMap { SyslogMessage.framed(encoding.message($0)) }
    return try await onOwnThread("export", else: Self.failure) { () throws(SinkFailure) in
      do throws(Errno) { try Self.send(bytes, to: endpoint) } catch { throw Self.failure(error) }
      return SinkReceipt()
    }
  }

  private static func send(_ bytes: [UInt8], to endpoint: Endpoint) throws(Errno) {
    let number = try Socket.stream(for: endpoint)
    defer { Socket.close(number) }
    let deadline = Clock.monotonic + patience
    if try !Socket.connect(number, to: endpoint) {
      try wait(number, .output, deadline)
      if let error = Socket.takeError(number) { throw error }
    }
    try Descriptor.lending(number) { connection throws(Errno) in
      try write(bytes, connection, deadline)
      Socket.shutdown(number, .write)
      try awaitEnd(connection, deadline)
    }
  }

  private static func write(_ bytes: [UInt8], _ connection: borrowing Descriptor, _ deadline: Int64) throws(Errno) {
    var done = 0
    while done < bytes.count {
      try check(deadline)
      do throws(Errno) { done += try connection.write(bytes.span.extracting(done..<bytes.count)) } catch {
        guard error == .tryAgain else { throw error }
        try wait(connection.raw, .output, deadline)
      }
    }
  }

  /// What a receiver says is not looked at; its end is.
  private static func awaitEnd(_ connection: borrowing Descriptor, _ deadline: Int64) throws(Errno) {
    while true {
      try check(deadline)
      do throws(Errno) {
        if try connection.read(upTo: 4096).isEmpty { break }
      } catch {
        guard error == .tryAgain else { throw error }
        try wait(connection.raw, .input, deadline)
      }
    }
    // An end after a reset is none.
    if let error = Socket.takeError(connection.raw) { throw error }
  }

  private static func check(_ deadline: Int64) throws(Errno) {
    if Clock.monotonic >= deadline { throw .timedOut }
  }

  private static func wait(_ number: Int32, _ readiness: Readiness, _ deadline: Int64) throws(Errno) {
    let left = (deadline - Clock.monotonic) / 1_000_000
    guard left > 0 else { throw .timedOut }
    let ready = try poll([(number, readiness)], milliseconds: Int32(clamping: left))
    if ready.first?.isEmpty ?? true { throw .timedOut }
  }

  private static func failure(_ error: Errno) -> SinkFailure {
    switch error {
    case .timedOut:
      SinkFailure("export-timeout", "the receiver did not take the records, or did not end its side, in time")
    default: SinkFailure("export-unreachable", "the receiver cannot be reached or ended early: \(error.message)")
    }
  }
}
