import BaileyCore
import BaileyLinux
import BaileyTLS
import NIOCore
import NIOPosix
import NIOSSL

/// What a connection to a server may be used for.
struct ServerKey: Sendable, Hashable {
  var scheme: HTTPScheme
  var host: NamedHost
  var port: UInt16
  /// HTTP/2 without TLS, on the agent's word that the server speaks it.
  var isPriorKnowledge: Bool

  init(_ target: HTTPTarget, _ version: HTTPVersion) {
    (scheme, host, port) = (target.scheme, target.host, target.port)
    isPriorKnowledge = scheme == .http && version == .http2
  }
}

/// A connection to a server that is ready.
enum ServerConnection {
  case http1(HTTP1Server)
  case http2(HTTP2Server)
}

/// The servers' side of one connection of the agent: dials checked addresses, and keeps what can serve a further request.
///
/// What speaks HTTP/1 stays with this connection of the agent; what speaks HTTP/2 is shared by the session (`ServerPool`). On the event loop of
/// the agent's connection.
final class Servers {
  typealias Opened = EventLoopFuture<NIOLoopBound<any ServerStream>>

  private let session: SessionCore
  /// From the tunnel in which the requests come; for the first of them.
  private var socket: DialledSocket?
  private var kept: [HTTP1Server] = []
  private var isClosed = false
  private static let maximumKept = 8

  init(_ session: SessionCore, _ socket: DialledSocket? = nil) {
    self.session = session
    self.socket = socket
  }

  private func pool(_ loop: any NIOCore.EventLoop) -> ServerPool { session.pools.pool(on: loop) }

  /// A live connection to the same scheme, host and port, if there is one.
  ///
  /// - Parameter asksForWebSocket: then it is one that takes them, or the failure is `needsHTTP1`.
  func reuse(_ key: ServerKey, asksForWebSocket: Bool, _ loop: any NIOCore.EventLoop) -> Opened? {
    if let index = kept.firstIndex(where: { $0.key == key && $0.isFree }) {
      return loop.makeSucceededFuture(NIOLoopBound(kept.remove(at: index), eventLoop: loop))
    }
    guard let server = pool(loop).find(key) else { return nil }
    socket = nil
    return stream(of: server, asksForWebSocket, loop)
  }

  /// What to wait for before looking again, where somebody else is making such a connection already. Who does not wait says `dialled` in the end.
  func wait(_ key: ServerKey, _ loop: any NIOCore.EventLoop) -> EventLoopFuture<Void>? {
    key.scheme == .https || key.isPriorKnowledge ? pool(loop).await(key, loop) : nil
  }

  func dialled(_ key: ServerKey, _ loop: any NIOCore.EventLoop) { pool(loop).dialled(key) }

  func keep(_ server: HTTP1Server) {
    kept.removeAll { !$0.isFree }
    guard !isClosed, kept.count < Self.maximumKept, server.isFree else { return server.cancel() }
    kept.append(server)
    server.wantMore()
  }

  /// One of these has died under a request: the others may have as well.
  func forget(_ key: ServerKey) {
    for server in kept where server.key == key { server.cancel() }
    kept.removeAll { $0.key == key }
  }

  func close() {
    isClosed = true
    for server in kept { server.cancel() }
    (kept, socket) = ([], nil)
  }

  func takeDialled() -> DialledSocket? {
    defer { socket = nil }
    return socket
  }

  /// - Parameters:
  ///   - address: checked.
  ///   - onlyHTTP1: nothing else is offered.
  func dial(
    _ address: IPAddress, _ key: ServerKey, asksForWebSocket: Bool = false, onlyHTTP1: Bool = false,
    _ loop: any NIOCore.EventLoop
  ) -> Opened {
    let timeout = TimeAmount(session.options.dialling)
    let route = session.route(to: key.host)
    let endpoint = Endpoint(address, route?.proxy.port ?? key.port)
    let ready = open(endpoint, key, onlyHTTP1, through: route, loop) { bootstrap throws in
      bootstrap.connectTimeout(timeout)
        .connect(to: try SocketAddress(ipAddress: address.description, port: Int(endpoint.port)))
    }
    return stream(of: ready, asksForWebSocket, loop)
  }

  /// - Parameter socket: connected to a checked address of the key's host.
  func adopt(_ socket: DialledSocket, _ key: ServerKey, asksForWebSocket: Bool, _ loop: any NIOCore.EventLoop) -> Opened
  {
    let ready = open(socket.endpoint, key, false, loop) { bootstrap throws in
      guard let number = socket.take() else { throw HTTPFailure.unreachable("it is in use") }
      // NIO closes what it cannot take over.
      return bootstrap.withConnectedSocket(number)
    }
    return stream(of: ready, asksForWebSocket, loop)
  }

  private func stream(
    of ready: EventLoopFuture<NIOLoopBound<ServerConnection>>, _ asksForWebSocket: Bool, _ loop: any NIOCore.EventLoop
  ) -> Opened {
    let servers = NIOLoopBound(self, eventLoop: loop)
    return ready.flatMap { ready in
      switch ready.value {
      case .http1(let server): loop.makeSucceededFuture(NIOLoopBound(server, eventLoop: loop))
      case .http2(let server): servers.value.stream(of: server, asksForWebSocket, loop)
      }
    }
  }

  private func stream(of server: HTTP2Server, _ asksForWebSocket: Bool, _ loop: any NIOCore.EventLoop) -> Opened {
    let gone: Opened = loop.makeFailedFuture(HTTPFailure.unreachable("it closed the connection"))
    guard asksForWebSocket else { return server.open() ?? gone }
    let bound = NIOLoopBound(server, eventLoop: loop)
    return (server.webSockets() ?? loop.makeSucceededFuture(false)).flatMap { takes in
      takes ? bound.value.open() ?? gone : loop.makeFailedFuture(NeedsHTTP1())
    }
  }

  private func open(
    _ endpoint: Endpoint, _ key: ServerKey, _ onlyHTTP1: Bool, through route: ProxyRoute? = nil,
    _ loop: any NIOCore.EventLoop,
    connect: (ClientBootstrap) throws -> EventLoopFuture<any Channel>
  ) -> EventLoopFuture<NIOLoopBound<ServerConnection>> {
    guard session.dials.enter() else { return loop.makeFailedFuture(TooManyServers()) }
    let promise = loop.makePromise(of: NIOLoopBound<ServerConnection>.self)
    let door = NIOLoopBound(
      ServerDoor(key, onlyHTTP1: onlyHTTP1, endpoint.description, session, self, pool(loop), promise), eventLoop: loop)
    do {
      let secure =
        key.scheme == .https
        ? session.interception.upstream.context(for: key.host, key.port, onlyHTTP1: onlyHTTP1) : nil
      let (session, request) = (session, route?.request(for: key.host, key.port))
      let bootstrap = ClientBootstrap(group: loop)
        .channelOption(.autoRead, value: false)
        .channelOption(.allowRemoteHalfClosure, value: false)
        .channelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            guard session.servers.add(channel) else { throw HTTPFailure.unreachable("the session has ended") }
            let pipeline = channel.pipeline.syncOperations
            if let request { try pipeline.addHandler(ProxyTunnel(request) { door.value.fail($0) }) }
            if let secure { try pipeline.addTLS(secure, key.host.name) { door.value.cut($0) } }
            try pipeline.addHandler(door.value)
          }
        }
      let timeout = TimeAmount(session.options.dialling)
      try connect(bootstrap).whenComplete { result in
        switch result {
        case .success(let channel): channel.closeFuture.whenComplete { _ in session.dials.leave() }
        case .failure: session.dials.leave()
        }
        door.value.connected(result, handshake: secure == nil && route == nil ? nil : timeout)
      }
    } catch {
      session.dials.leave()
      promise.fail(error)
    }
    return promise.futureResult
  }
}

/// Of the session, or of all.
struct TooManyServers: Error {}

/// The server speaks HTTP/2, and takes no WebSocket in it.
struct NeedsHTTP1: Error {}
