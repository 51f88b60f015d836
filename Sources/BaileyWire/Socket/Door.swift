package import BaileyCore
package import BaileyLinux

/// The controller's listening socket.
package struct Door: ~Copyable, Sendable {
  package let socket: Descriptor
  private let path: String?

  /// Takes over a listener that systemd or a test made.
  package init(owning descriptor: consuming Descriptor) {
    socket = descriptor
    path = nil
  }

  /// Binds the socket in a private directory.
  ///
  /// The caller holds `Places.controllerLock`: so an existing socket is a dead one, and is removed.
  package init(at places: Places) throws(Fault) { try self.init(at: places.socket, in: places) }

  /// - Parameter path: in the runtime directory.
  package init(at path: String, in places: Places) throws(Fault) {
    try places.prepare()
    do throws(Errno) { socket = try Door.listener(at: path) } catch {
      throw Fault("socket-unusable", subject: path, why: error.message)
    }
    self.path = path
  }

  private static func listener(at path: String) throws(Errno) -> Descriptor {
    let socket = try Descriptor.unixSocket()
    do throws(Errno) { try Descriptor.workingDirectory.unlink(path) } catch {
      if error != .noSuchFile { throw error }
    }
    try socket.bind(path)
    try Descriptor.workingDirectory.setMode(of: path, 0o600, noFollow: false)
    try socket.listen()
    return socket
  }

  deinit {
    if let path { try? Descriptor.workingDirectory.unlink(path) }
  }

  /// Waits for a client; one of another user is turned away, root included unless the controller is root's.
  package borrowing func accept() throws(WireError) -> Connection {
    Connection(owning: try acceptSocket().take(), limits: .server)
  }

  /// The same for those who speak something else on it.
  package borrowing func acceptSocket() throws(WireError) -> Descriptor {
    let client: Descriptor
    do { client = try socket.accept() } catch { throw .system(call: "accept", errno: error.rawValue) }
    try Door.checkPeer(client)
    return client
  }

  /// Both sides of the local API must be the same user.
  package static func checkPeer(_ socket: borrowing Descriptor) throws(WireError) {
    let peer: PeerCredentials
    do { peer = try socket.peerCredentials() } catch { throw .system(call: "SO_PEERCRED", errno: error.rawValue) }
    guard peer.user == CurrentProcess.user else { throw .foreignPeer(user: peer.user) }
  }
}

/// A listening socket that a thread borrows for as long as the process lives.
package final class SharedDoor: Sendable {
  package let door: Door
  package init(_ door: consuming Door) { self.door = door }

  /// The listener that systemd passed; `nil` when it passed none.
  ///
  /// To be called before the process opens anything that stays: systemd's number would be taken by that otherwise, if
  /// nothing was passed after all, and be closed here (sd_listen_fds(3)).
  package static func passed() throws(Fault) -> SharedDoor? {
    do throws(Errno) {
      guard let socket = try DaemonProcess.inheritedSocket() else { return nil }
      return SharedDoor(Door(owning: socket))
    } catch {
      throw Fault("socket-unusable", why: "systemd must pass exactly one listening Unix socket")
    }
  }
}

extension Connection {
  /// Connects to a running controller; `nil` when none listens.
  ///
  /// - Parameter sendTimeout: seconds after which a controller that takes no bytes counts as stuck.
  package static func connect(to places: Places, sendTimeout: Int = 20) throws(WireError) -> Connection? {
    guard let number = try connected(to: places.socket) else { return nil }
    let socket = Descriptor(owning: number)
    try Door.checkPeer(socket)
    let connection = Connection(owning: socket.take(), limits: .client)
    try connection.setSendTimeout(seconds: sendTimeout)
    return connection
  }

  private static func connected(to path: String) throws(WireError) -> Int32? {
    do throws(Errno) {
      let socket = try Descriptor.unixSocket()
      try socket.connect(path)
      return socket.take()
    } catch .noSuchFile {
      return nil
    } catch .connectionRefused {
      return nil
    } catch {
      throw .system(call: "connect", errno: error.rawValue)
    }
  }
}
