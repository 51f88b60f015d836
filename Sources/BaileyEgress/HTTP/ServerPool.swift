import NIOCore

/// Connections to servers that exchanges of one session share, on one event loop.
///
/// Each goes to one checked address for one scheme, host and port; no certificate makes it good for another host.
final class ServerPool {
  private var shared: [ServerKey: [HTTP2Server]] = [:]
  /// Where a connection is being made whose version is not known yet, others wait for it.
  private var dialling: [ServerKey: [EventLoopPromise<Void>]] = [:]
  /// Servers that spoke HTTP/1 last time: nobody waits for them.
  private var simple: Set<ServerKey> = []
  private static let maximumSimple = 1024

  func find(_ key: ServerKey) -> HTTP2Server? { shared[key]?.first(where: \.isFree) }

  func keep(_ server: HTTP2Server) {
    simple.remove(server.key)
    shared[server.key, default: []].append(server)
  }

  func forget(_ server: HTTP2Server) {
    shared[server.key]?.removeAll { $0 === server }
    if shared[server.key]?.isEmpty == true { shared[server.key] = nil }
  }

  func noteSimple(_ key: ServerKey) {
    if simple.count >= Self.maximumSimple { simple.removeAll() }
    simple.insert(key)
  }

  /// - Returns: what to wait for before looking again; `nil` where this caller is the one who dials, and then says `dialled`.
  func await(_ key: ServerKey, _ loop: any NIOCore.EventLoop) -> EventLoopFuture<Void>? {
    guard !simple.contains(key) else { return nil }
    guard dialling[key] != nil else {
      dialling[key] = []
      return nil
    }
    let promise = loop.makePromise(of: Void.self)
    dialling[key]?.append(promise)
    return promise.futureResult
  }

  func dialled(_ key: ServerKey) {
    for promise in dialling.removeValue(forKey: key) ?? [] { promise.succeed() }
  }
}
