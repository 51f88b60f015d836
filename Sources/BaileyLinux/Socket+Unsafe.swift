internal import BaileyCore
internal import CBaileyLinux
internal import Glibc

/// Calls on internet sockets by number. The caller owns the number, and closes it with `close`.
///
/// Everything made here is non-blocking and close-on-exec.
package enum Socket {
  package enum Direction: Sendable { case read, write, both }
}

// SAFETY (whole file): every structure and buffer lives for its call and is passed with its own length.
extension Socket {
  private static var flags: Int32 { Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue) }

  package static func close(_ number: Int32) { _ = Glibc.close(number) }

  package static func stream(for endpoint: Endpoint) throws(Errno) -> Int32 {
    try Errno.check(socket(endpoint.family, Int32(SOCK_STREAM.rawValue) | flags, 0))
  }

  package static func datagram(boundTo endpoint: Endpoint) throws(Errno) -> Int32 {
    let number = try Errno.check(socket(endpoint.family, Int32(SOCK_DGRAM.rawValue) | flags, 0))
    try bind(number, endpoint)
    return number
  }

  package static func listener(on endpoint: Endpoint, backlog: Int32 = 1024) throws(Errno) -> Int32 {
    let number = try stream(for: endpoint)
    set(number, SOL_SOCKET, SO_REUSEADDR, 1)
    try bind(number, endpoint)
    if listen(number, backlog) < 0 {
      let error = Errno.current
      close(number)
      throw error
    }
    return number
  }

  private static func bind(_ number: Int32, _ endpoint: Endpoint) throws(Errno) {
    let result = unsafe endpoint.withSocketAddress { unsafe Glibc.bind(number, $0, $1) }
    guard result < 0 else { return }
    let error = Errno.current
    close(number)
    throw error
  }

  package static func accept(_ listener: Int32) throws(Errno) -> Int32 {
    try Errno.checkNegated(bl_accept(listener, O_NONBLOCK))
  }

  package static func duplicate(_ number: Int32) throws(Errno) -> Int32 {
    try Errno.check(fcntl(number, F_DUPFD_CLOEXEC, 3))
  }

  package static func setNonBlocking(_ number: Int32) throws(Errno) {
    let flags = try Errno.check(fcntl(number, F_GETFL, 0))
    try Errno.check(fcntl(number, F_SETFL, flags | O_NONBLOCK))
  }

  /// Begins to connect; `true` when it is done already.
  package static func connect(_ number: Int32, to endpoint: Endpoint) throws(Errno) -> Bool {
    if unsafe endpoint.withSocketAddress({ unsafe Glibc.connect(number, $0, $1) }) == 0 { return true }
    let error = Errno.current
    if error == .inProgress { return false }
    throw error
  }

  /// Takes the pending error, as after a connect that was in progress.
  package static func takeError(_ number: Int32) -> Errno? {
    var value: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    if unsafe getsockopt(number, SOL_SOCKET, SO_ERROR, &value, &size) < 0 { return .current }
    return value == 0 ? nil : Errno(value)
  }

  /// Bytes that the peer's kernel has not acknowledged; the end of this side is one of them.
  package static func unacknowledged(_ number: Int32) throws(Errno) -> Int {
    Int(try Errno.checkNegated(bl_unacknowledged(number)))
  }

  package static func shutdown(_ number: Int32, _ direction: Direction) {
    switch direction {
    case .read: _ = Glibc.shutdown(number, Int32(SHUT_RD))
    case .write: _ = Glibc.shutdown(number, Int32(SHUT_WR))
    case .both: _ = Glibc.shutdown(number, Int32(SHUT_RDWR))
    }
  }

  /// No delay for small segments, and probes of a silent peer.
  package static func tune(_ number: Int32) {
    set(number, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    set(number, SOL_SOCKET, SO_KEEPALIVE, 1)
  }

  /// Makes `close` send a reset, so that the peer sees that this was no orderly end.
  package static func resetOnClose(_ number: Int32) {
    var value = linger(l_onoff: 1, l_linger: 0)
    _ = unsafe setsockopt(number, SOL_SOCKET, SO_LINGER, &value, socklen_t(MemoryLayout<linger>.size))
  }

  private static func set(_ number: Int32, _ level: Int32, _ option: Int32, _ value: Int32) {
    var value = value
    _ = unsafe setsockopt(number, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
  }

  package static func localEndpoint(_ number: Int32) -> Endpoint? {
    var storage = sockaddr_storage()
    var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let result = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe getsockname(number, $0, &size) }
    }
    return result < 0 ? nil : Endpoint(storage)
  }

  /// Where a redirected connection was going: `SO_ORIGINAL_DST`, and `IP6T_SO_ORIGINAL_DST`, which has the same number.
  package static func originalDestination(_ number: Int32) -> Endpoint? {
    let isIPv4 = localEndpoint(number)?.address.isIPv4 ?? true
    var storage = sockaddr_storage()
    var size = socklen_t(isIPv4 ? 16 : 28)
    let level = Int32(isIPv4 ? IPPROTO_IP : IPPROTO_IPV6)
    let result = unsafe getsockopt(number, level, 80, &storage, &size)
    return result < 0 ? nil : Endpoint(storage)
  }
}
