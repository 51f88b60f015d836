internal import CBaileyLinux
internal import Glibc

/// Who is at the other end of a Unix socket, as of its `connect` or `socketpair`.
package struct PeerCredentials: Sendable, Equatable {
  package var process: Int32
  package var user: UInt32
  package var group: UInt32
}

/// Kinds of Unix socket.
package enum UnixSocketKind: Sendable {
  case stream, packet

  var type: Int32 {
    switch self {
    case .stream: Int32(SOCK_STREAM.rawValue)
    case .packet: Int32(SOCK_SEQPACKET.rawValue)
    }
  }
}

private let socketFlags = Int32(SOCK_CLOEXEC.rawValue)

// SAFETY (whole file): every address and buffer lives for its call; no pointer is kept.
extension Descriptor {
  package static func unixSocket(_ kind: UnixSocketKind = .stream, nonBlocking: Bool = false) throws(Errno)
    -> Descriptor
  {
    let flags = socketFlags | (nonBlocking ? Int32(SOCK_NONBLOCK.rawValue) : 0)
    return Descriptor(owning: try Errno.check(socket(AF_UNIX, kind.type | flags, 0)))
  }

  package static func socketPair(_ kind: UnixSocketKind = .stream) throws(Errno) -> DescriptorPair {
    var pair: [Int32] = [-1, -1]
    try Errno.check(
      unsafe pair.withUnsafeMutableBufferPointer {
        unsafe socketpair(AF_UNIX, kind.type | socketFlags, 0, $0.baseAddress)
      })
    return DescriptorPair(first: Descriptor(owning: pair[0]), second: Descriptor(owning: pair[1]))
  }

  /// Binds to a path of at most 107 bytes (`ENAMETOOLONG`).
  package borrowing func bind(_ path: some PathText) throws(Errno) {
    let number = raw
    try unsafe Self.withUnixAddress(path) { address, length in unsafe Glibc.bind(number, address, length) }
  }

  package borrowing func listen(backlog: Int32 = 128) throws(Errno) { try Errno.check(Glibc.listen(raw, backlog)) }

  package borrowing func connect(_ path: some PathText) throws(Errno) {
    let number = raw
    try unsafe Self.withUnixAddress(path) { address, length in unsafe Glibc.connect(number, address, length) }
  }

  package borrowing func accept(nonBlocking: Bool = false) throws(Errno) -> Descriptor {
    let number = raw
    let flags = socketFlags | (nonBlocking ? Int32(SOCK_NONBLOCK.rawValue) : 0)
    return Descriptor(owning: try Errno.retryingNegated { bl_accept(number, flags) })
  }

  package borrowing func peerCredentials() throws(Errno) -> PeerCredentials {
    var peer = PeerCredentials(process: 0, user: .max, group: .max)
    try Errno.checkNegated(unsafe bl_peer_credentials(raw, &peer.process, &peer.user, &peer.group))
    return peer
  }

  package borrowing func shutdownWrite() throws(Errno) { try Errno.check(Glibc.shutdown(raw, Int32(SHUT_WR))) }

  package borrowing func shutdownBoth() throws(Errno) { try Errno.check(Glibc.shutdown(raw, Int32(SHUT_RDWR))) }

  /// A pending error of a socket (`SO_ERROR`), cleared by asking.
  package borrowing func socketError() throws(Errno) -> Errno? {
    var value: Int32 = 0
    var size = socklen_t(4)
    try Errno.check(unsafe getsockopt(raw, SOL_SOCKET, SO_ERROR, &value, &size))
    return value == 0 ? nil : Errno(value)
  }

  /// Whether this is a listening stream socket of the Unix family; anything but a socket is an error.
  package borrowing func isUnixListener() throws(Errno) -> Bool {
    // SO_DOMAIN, SO_TYPE, SO_ACCEPTCONN.
    for (option, wanted) in [(39, Int32(AF_UNIX)), (3, Int32(SOCK_STREAM.rawValue)), (30, 1)] as [(Int32, Int32)] {
      var value: Int32 = 0
      var size = socklen_t(MemoryLayout<Int32>.size)
      try Errno.check(unsafe getsockopt(raw, SOL_SOCKET, option, &value, &size))
      if value != wanted { return false }
    }
    return true
  }

  private static func withUnixAddress(
    _ path: some PathText, _ call: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) throws(Errno) {
    let bytes = path.pathBytes
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path), !bytes.isEmpty else { throw .nameTooLong }
    if bytes.contains(0) { throw .invalid }
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
    let result = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe call($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try Errno.check(result)
  }
}
