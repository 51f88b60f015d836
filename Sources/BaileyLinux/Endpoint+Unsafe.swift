package import BaileyCore
internal import Glibc

/// An IP address and a port: one end of an internet socket.
package struct Endpoint: Sendable, Hashable, CustomStringConvertible {
  package var address: IPAddress
  package var port: UInt16

  package init(_ address: IPAddress, _ port: UInt16) {
    self.address = address
    self.port = port
  }

  package var description: String { address.isIPv4 ? "\(address):\(port)" : "[\(address)]:\(port)" }
}

// SAFETY (whole file): every structure lives for its call, and is read at the size the kernel wrote.
extension Endpoint {
  var family: Int32 { address.isIPv4 ? AF_INET : AF_INET6 }

  /// Calls `body` with the kernel's form of this endpoint.
  func withSocketAddress<Value>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Value) -> Value {
    var storage = sockaddr_storage()
    let size = unsafe withUnsafeMutableBytes(of: &storage) { unsafe write(into: $0) }
    return unsafe withUnsafePointer(to: &storage) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, size) }
    }
  }

  /// `sockaddr_in` is family, port, address; `sockaddr_in6` is family, port, flow, address, scope (ip(7), ipv6(7)).
  private func write(into raw: UnsafeMutableRawBufferPointer) -> socklen_t {
    unsafe raw.storeBytes(of: UInt16(family), as: UInt16.self)
    unsafe raw.storeBytes(of: port.bigEndian, toByteOffset: 2, as: UInt16.self)
    let offset = address.isIPv4 ? 4 : 8
    for (index, byte) in address.bytes.enumerated() { unsafe raw[offset + index] = byte }
    return address.isIPv4 ? 16 : 28
  }

  /// `nil` for what is not an internet address.
  init?(_ storage: sockaddr_storage) {
    var copy = storage
    let read = unsafe withUnsafeBytes(of: &copy) { raw -> (IPAddress?, UInt16) in
      let port = unsafe UInt16(bigEndian: raw.load(fromByteOffset: 2, as: UInt16.self))
      switch Int32(storage.ss_family) {
      case AF_INET: return unsafe (IPAddress(bytes: Array(raw[4..<8])), port)
      case AF_INET6: return unsafe (IPAddress(bytes: Array(raw[8..<24])), port)
      default: return (nil, 0)
      }
    }
    guard let address = read.0 else { return nil }
    self.init(address, read.1)
  }
}
