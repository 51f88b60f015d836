/// Sends over TLS on a connection that its caller made and keeps.
package protocol SecureSender: Sendable {
  /// Of a name's addresses the first, as the host orders them.
  func endpoint(of place: HTTPCall.Place) async throws(HTTPFailure) -> (address: IPAddress, port: UInt16)

  /// Returns when the other side has answered the end of TLS with its own, so that nobody on the way can have cut anything off.
  ///
  /// - Parameters:
  ///   - socket: connected, and still its caller's afterwards; its own side is ended.
  ///   - timeout: for all of it, milliseconds.
  func send(_ bytes: [UInt8], on socket: Int32, _ security: HTTPSecurity, timeout: Int) async throws(HTTPFailure)
}
