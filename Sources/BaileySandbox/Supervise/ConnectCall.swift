import BaileyCore
import BaileyLinux

/// One connect(2) of the agent, made by the supervisor in its place.
///
/// Nothing of the agent is read twice: the socket is taken by pidfd_getfd(2), the address copied, and from then on only the copy and the
/// duplicate count. So a thread that changes the address, or puts another socket under the number, changes nothing.
struct ConnectCall: Sendable {
  let notification: Notification
  let places: SocketPlaces
  /// Ids for path sockets when the controller is root, so that the peer sees the agent's and not root's.
  let agent: (user: UInt32, group: UInt32)?
  /// Whether the thread still waits for its answer. While it does, its number is its own.
  let isWaiting: @Sendable () -> Bool

  private var thread: Int32 { notification.thread }

  /// The duplicate of the socket.
  func socket() throws(Errno) -> Descriptor {
    let handle = try Self.handle(thread)
    return try handle.fetchDescriptor(Int32(truncatingIfNeeded: notification.arguments[0]))
  }

  /// A pidfd of the thread, or of its process where the kernel has none of threads.
  private static func handle(_ thread: Int32) throws(Errno) -> Descriptor {
    do throws(Errno) {
      return try Descriptor.thread(thread)
    } catch .invalid {
      return try Descriptor.process(try leader(of: thread))
    }
  }

  private static func leader(of thread: Int32) throws(Errno) -> Int32 {
    let text = try WholeProcessFile.read("/proc/\(thread)/status", limit: 1 << 16)
    for line in text.split(separator: UInt8(ascii: "\n")) where line.starts(with: Array("Tgid:".utf8)) {
      let digits = line.drop { !(0x30...0x39).contains($0) }
      if let number = Int32(String(decoding: digits, as: UTF8.self)) { return number }
    }
    throw .noSuchProcess
  }

  func target(of socket: borrowing Descriptor) -> ConnectTarget {
    let length = Int32(truncatingIfNeeded: notification.arguments[2])
    guard length >= 0, length <= 128 else { return .refused(.invalid) }
    let domain: Int32
    do throws(Errno) { domain = try socket.socketDomain() } catch { return .refused(error) }
    guard length > 0 else { return .refused(.invalid) }
    guard
      let address = try? Descriptor.readMemory(of: thread, at: notification.arguments[1], count: Int(length)),
      address.count == Int(length)
    else { return .refused(Errno(14)) }  // EFAULT
    return ConnectTarget(domain: domain, address: address)
  }

  /// Connects, or says why not. May block as long as the agent's own call would.
  func perform(_ target: ConnectTarget, on socket: Int32) -> Errno? {
    do throws(Errno) {
      switch target {
      case .network(let address): try Descriptor.connect(socket, to: address)
      case .abstract(let address): try asAgent { () throws(Errno) in try Descriptor.connect(socket, to: address) }
      case .path(let path): try connect(socket, to: path)
      case .refused(let error): throw error
      }
      return nil
    } catch {
      return error
    }
  }

  /// Resolves the path inside the agent's root, checks where it ended, and connects to exactly that inode.
  private func connect(_ socket: Int32, to path: [UInt8]) throws(Errno) {
    let root = try Descriptor.open("/proc/\(thread)/root", [.path, .directory])
    let absolute = Array(AgentMemory(thread: thread).absolute(path, relativeTo: nil).utf8)
    // Text made from bytes that are not UTF-8 would name another file.
    guard path.first == UInt8(ascii: "/") || String(validating: path, as: UTF8.self) != nil else { throw .accessDenied }
    let wanted = path.first == UInt8(ascii: "/") ? path : absolute
    let found = try root.open(wanted, .path, resolve: [.inRoot, .noMagicLinks])
    guard try found.status().type == .socket else { throw .connectionRefused }
    guard places.allows(found, thread: thread) else { throw .accessDenied }
    // All of this was looked up by number. Had the thread died meanwhile, the number could be that of a process of the host.
    guard isWaiting() else { throw .noSuchProcess }
    let name = Array("/proc/self/fd/\(found.raw)".utf8)
    try asAgent { () throws(Errno) in try Descriptor.connect(socket, to: [1, 0] + name + [0]) }
  }

  private func asAgent(_ body: () throws(Errno) -> Void) throws(Errno) {
    guard let agent else { return try body() }
    try Descriptor.asUser(agent.user, agent.group, body)
  }
}
