package import BaileyCore
internal import Glibc

/// One UDP datagram with both its ends.
package struct Datagram: Sendable, Equatable {
  package var bytes: [UInt8]
  package var peer: Endpoint
  /// The address it was sent to, from which an answer must come; `nil` where the socket does not tell.
  package var local: IPAddress?

  package init(bytes: [UInt8], peer: Endpoint, local: IPAddress?) {
    self.bytes = bytes
    self.peer = peer
    self.local = local
  }
}

// SAFETY (whole file): every structure and buffer lives for its call and is passed with its own length; control messages are
// read only within `msg_controllen`.
extension Socket {
  /// Asks the kernel to tell the destination address of each datagram (`IP_PKTINFO`, `IPV6_RECVPKTINFO`).
  package static func tellDestinations(_ number: Int32) {
    var on: Int32 = 1
    let size = socklen_t(MemoryLayout<Int32>.size)
    _ = unsafe setsockopt(number, Int32(IPPROTO_IP), 8, &on, size)
    _ = unsafe setsockopt(number, Int32(IPPROTO_IPV6), 49, &on, size)
  }

  /// - Parameter limit: bytes of a datagram; a longer one comes cut at `limit`.
  package static func receiveDatagram(_ number: Int32, limit: Int) throws(Errno) -> Datagram? {
    var bytes = [UInt8](repeating: 0, count: limit)
    var control = [UInt64](repeating: 0, count: 16)
    var storage = sockaddr_storage()
    var used = 0
    let count = unsafe bytes.withUnsafeMutableBytes { data in
      unsafe control.withUnsafeMutableBytes { control in
        unsafe withUnsafeMutableBytes(of: &storage) { name in
          var vector = unsafe iovec(iov_base: data.baseAddress, iov_len: data.count)
          return unsafe withUnsafeMutablePointer(to: &vector) { vector in
            var message = unsafe msghdr()
            unsafe message.msg_name = name.baseAddress
            unsafe message.msg_namelen = socklen_t(name.count)
            unsafe message.msg_iov = vector
            unsafe message.msg_iovlen = 1
            unsafe message.msg_control = control.baseAddress
            unsafe message.msg_controllen = control.count
            let count = unsafe recvmsg(number, &message, Int32(MSG_DONTWAIT))
            used = unsafe Int(message.msg_controllen)
            return count
          }
        }
      }
    }
    if count < 0 { throw .current }
    bytes.removeLast(limit - count)
    guard let peer = Endpoint(storage) else { return nil }
    let local = unsafe control.withUnsafeBytes { unsafe destination(in: Array($0[..<min(used, $0.count)])) }
    return Datagram(bytes: bytes, peer: peer, local: local)
  }

  /// The address in the first control message: length (8 bytes), level, type, then `in_pktinfo` or `in6_pktinfo`.
  private static func destination(in control: [UInt8]) -> IPAddress? {
    guard control.count >= 28 else { return nil }
    switch (control[8], control[12]) {
    case (0, 8): return IPAddress(bytes: Array(control[24..<28]))
    case (41, 50) where control.count >= 32: return IPAddress(bytes: Array(control[16..<32]))
    default: return nil
    }
  }

  /// Sends an answer from the address that the question was sent to.
  package static func send(_ datagram: Datagram, through number: Int32) throws(Errno) {
    var bytes = datagram.bytes
    var control = controlMessage(source: datagram.local)
    let result = unsafe bytes.withUnsafeMutableBytes { data in
      unsafe control.withUnsafeMutableBytes { control in
        unsafe datagram.peer.withSocketAddress { name, size in
          var vector = unsafe iovec(iov_base: data.baseAddress, iov_len: data.count)
          return unsafe withUnsafeMutablePointer(to: &vector) { vector in
            var message = unsafe msghdr()
            unsafe message.msg_name = UnsafeMutableRawPointer(mutating: UnsafeRawPointer(name))
            unsafe message.msg_namelen = size
            unsafe message.msg_iov = vector
            unsafe message.msg_iovlen = 1
            unsafe message.msg_control = control.isEmpty ? nil : control.baseAddress
            unsafe message.msg_controllen = control.count
            return unsafe sendmsg(number, &message, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
          }
        }
      }
    }
    try Errno.check(result)
  }

  private static func controlMessage(source: IPAddress?) -> [UInt8] {
    guard let source else { return [] }
    func header(_ length: UInt8, _ level: UInt8, _ type: UInt8) -> [UInt8] {
      [length, 0, 0, 0, 0, 0, 0, 0, level, 0, 0, 0, type, 0, 0, 0]
    }
    let padding = [UInt8](repeating: 0, count: 4)
    if source.isIPv4 { return header(28, 0, 8) + padding + source.bytes + padding + padding }
    return header(36, 41, 50) + source.bytes + padding + padding
  }
}
