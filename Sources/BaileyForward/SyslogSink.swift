import BaileyCore
import BaileyExport
import BaileyLinux

/// A syslog receiver with octet counting over TCP (RFC 6587) or TLS (RFC 5425): one connection a delivery.
///
/// Syslog has no acknowledgement. So the sink ends its side and waits until the receiver ends the other, which a receiver does when it has
/// read to the end: what it read and then lost is its own affair, as everywhere. An end that is no answer to ours, a reset or silence is no
/// acknowledgement, and all of it is sent again.
struct SyslogSink: Sink {
  private static let patience = 10_000

  let target: ExportSink.SyslogTarget
  let encoding: ExportEncoding
  let sender: any SecureSender

  func deliver(_ records: [ExportedRecord]) async throws(SinkFailure) -> SinkReceipt {
    let bytes = records.flatMap { SyslogMessage.framed(encoding.message($0)) }
    let (credentials, place) = (target.credentials, target.place)
    let security = try await onThread { () throws(SinkFailure) in
      do throws(Fault) { return try credentials?.read().security } catch { throw SinkFailure(error) }
    }
    let endpoint: Endpoint
    do throws(HTTPFailure) {
      let found = try await sender.endpoint(of: place)
      endpoint = Endpoint(found.address, found.port)
    } catch { throw Self.failure(error) }
    if let security { try await send(bytes, to: endpoint, security) } else { try await send(bytes, to: endpoint) }
    return SinkReceipt()
  }

  private func send(_ bytes: [UInt8], to endpoint: Endpoint) async throws(SinkFailure) {
    try await onConnection { () throws(Errno) in
      let connection = try SyslogConnection(to: endpoint, milliseconds: Self.patience)
      defer { connection.close() }
      try connection.write(bytes)
      try connection.end()
    }
  }

  /// TLS says that the receiver answered our end; the connection under it, that this was no answer to something else.
  private func send(_ bytes: [UInt8], to endpoint: Endpoint, _ security: HTTPSecurity) async throws(SinkFailure) {
    let connection = try await onConnection { () throws(Errno) in
      try SyslogConnection(to: endpoint, milliseconds: Self.patience)
    }
    defer { connection.close() }
    do throws(HTTPFailure) {
      try await sender.send(bytes, on: connection.number, security, timeout: Self.patience)
    } catch {
      throw Self.failure(error)
    }
    try await onConnection { () throws(Errno) in try connection.end() }
  }

  private func onConnection<Value: Sendable>(_ body: @escaping @Sendable () throws(Errno) -> Value)
    async throws(SinkFailure) -> Value
  {
    try await onThread { () throws(SinkFailure) in
      do throws(Errno) { return try body() } catch { throw Self.failure(error) }
    }
  }

  private static func failure(_ failure: HTTPFailure) -> SinkFailure {
    guard case .malformed(let why) = failure else { return SinkFailure(failure, of: "receiver") }
    return SinkFailure(
      "export-unacknowledged",
      "the receiver did not answer the end of TLS (close_notify) with its own: \(printable(why))"
    )
  }

  private static func failure(_ error: Errno) -> SinkFailure {
    switch error {
    case .timedOut:
      SinkFailure("export-timeout", "the receiver did not take the records, or did not end its side, in time")
    case .brokenPipe:
      SinkFailure("export-unacknowledged", "the receiver ended its side before it had read ours to the end")
    default: SinkFailure("export-unreachable", "the receiver cannot be reached or ended early: \(error.message)")
    }
  }
}
