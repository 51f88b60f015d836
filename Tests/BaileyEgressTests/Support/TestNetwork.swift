import BaileyCore
import BaileyEgress
import BaileyLinux
import Synchronization

let loopback = Endpoint(ip("127.0.0.1"), 0)

func ip(_ text: String) -> IPAddress {
  guard let address = try? IPAddress(text) else { preconditionFailure("not an address: \(text)") }
  return address
}

func name(_ text: String) -> HostName {
  guard let name = try? HostName(text) else { preconditionFailure("not a name: \(text)") }
  return name
}

/// Runs blocking code on a thread of its own, so that the tasks under test keep theirs.
func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
  try await withCheckedThrowingContinuation { continuation in
    do {
      try startThread("test") { continuation.resume(with: Result { try body() }) }
    } catch {
      continuation.resume(throwing: error)
    }
  }
}

private func attempt(_ body: () throws(Errno) -> Int) -> Result<Int, Errno> {
  do throws(Errno) { return .success(try body()) } catch { return .failure(error) }
}

enum PeerError: Error { case timedOut, closed }

/// One end of a TCP connection, with calls that wait.
final class Peer: Sendable {
  let number: Int32
  private let isOpen = Mutex(true)

  init(owning number: Int32) { self.number = number }
  deinit { close() }

  static func connect(to endpoint: Endpoint) throws -> Peer {
    let peer = Peer(owning: try Socket.stream(for: endpoint))
    if try !Socket.connect(peer.number, to: endpoint) {
      try peer.wait(.output)
      // Refused already: that shows when it is read.
      if let error = Socket.takeError(peer.number), error != .connectionReset { throw error }
    }
    return peer
  }

  func close() {
    let wasOpen = isOpen.withLock { open in
      defer { open = false }
      return open
    }
    if wasOpen { Socket.close(number) }
  }

  private func wait(_ event: Readiness) throws {
    let ready = try poll([(number, event)], milliseconds: 60_000)
    if ready[0].isEmpty { throw PeerError.timedOut }
  }

  func send(_ bytes: [UInt8]) throws {
    var start = 0
    while start < bytes.count {
      switch attempt({ () throws(Errno) in try Socket.send(bytes, from: start, to: number) }) {
      case .success(let count): start += count
      case .failure(.tryAgain): try wait(.output)
      case .failure(let error): throw error
      }
    }
  }

  func send(_ text: String) throws { try send(Array(text.utf8)) }

  func finish() { Socket.shutdown(number, .write) }

  /// The next bytes; empty at the end of the stream.
  func receive(atMost limit: Int = 1 << 16) throws -> [UInt8] {
    let buffer = TransferBuffer(capacity: 1 << 16)
    while true {
      switch attempt({ () throws(Errno) in try buffer.receive(from: number, limit: limit) }) {
      case .success(let count): return buffer.bytes(0, count)
      case .failure(.tryAgain): try wait(.input)
      case .failure(let error): throw error
      }
    }
  }

  func receive(exactly count: Int) throws -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count {
      let more = try receive(atMost: count - bytes.count)
      if more.isEmpty { throw PeerError.closed }
      bytes += more
    }
    return bytes
  }

  /// All until the end; a reset counts as the end.
  func receiveAll() throws -> [UInt8] {
    var bytes: [UInt8] = []
    while let more = try receiveUnlessReset(), !more.isEmpty { bytes += more }
    return bytes
  }

  private func receiveUnlessReset() throws -> [UInt8]? {
    do { return try receive() } catch let error as Errno {
      if error == .connectionReset { return nil }
      throw error
    }
  }

  func receiveText() throws -> String { String(decoding: try receiveAll(), as: UTF8.self) }

  /// Bytes up to and with an empty line.
  func receiveHead() throws -> String {
    var bytes: [UInt8] = []
    while !bytes.suffix(4).elementsEqual([13, 10, 13, 10]) {
      let more = try receive(atMost: 1)
      if more.isEmpty { throw PeerError.closed }
      bytes += more
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// A listener that serves each connection on a thread of its own.
final class TestServer: Sendable {
  let endpoint: Endpoint
  let accepted = Mutex(0)
  private let listener: Int32

  init(on host: Endpoint = loopback, _ serve: @escaping @Sendable (Peer) throws -> Void) throws {
    listener = try Socket.listener(on: host)
    endpoint = Endpoint(host.address, Socket.localEndpoint(listener)?.port ?? 0)
    try startThread("server") { [self] in
      while true {
        // Long enough for a test that is refused again and again meanwhile.
        guard let ready = try? poll([(listener, .input)], milliseconds: 600_000), !ready[0].isEmpty else { return }
        guard let number = try? Socket.accept(listener) else { continue }
        accepted.withLock { $0 += 1 }
        try? startThread("serve") { try? serve(Peer(owning: number)) }
      }
    }
  }

  var port: UInt16 { endpoint.port }
  var connections: Int { accepted.withLock { $0 } }

  static func echo(on host: Endpoint = loopback) throws -> TestServer {
    try TestServer(on: host) { peer in
      while true {
        let bytes = try peer.receive()
        if bytes.isEmpty { return peer.finish() }
        try peer.send(bytes)
      }
    }
  }

  /// Answers each request with a body that holds the request's head and body.
  static func http() throws -> TestServer {
    try TestServer { peer in
      while true {
        let head = try peer.receiveHead()
        let length = head.lowercased().components(after: "content-length: ").flatMap { Int($0) } ?? 0
        let body = String(decoding: try peer.receive(exactly: length), as: UTF8.self)
        let content = head + body
        try peer.send("HTTP/1.1 200 OK\r\nContent-Length: \(content.utf8.count)\r\nX-Test: 1\r\n\r\n\(content)")
      }
    }
  }
}

extension String {
  /// The rest of the line after a marker.
  func components(after marker: String) -> String? {
    guard let range = firstRange(of: marker) else { return nil }
    return String(self[range.upperBound...].prefix { $0 != "\r\n" && $0 != "\r" })
  }
}

/// Knows only what the test says, and remembers what was asked.
final class TestResolver: NameResolver {
  private let table: [String: [String]]
  private let asked = Mutex<[String]>([])

  private let otherwise: [String]?

  /// - Parameter otherwise: the addresses of every other name.
  init(_ table: [String: [String]], otherwise: [String]? = nil) { (self.table, self.otherwise) = (table, otherwise) }

  var questions: [String] { asked.withLock { $0 } }

  func addresses(of name: HostName) async throws(ResolveError) -> [IPAddress] {
    asked.withLock { $0.append(name.text) }
    guard let list = table[name.text] ?? otherwise else { throw .noSuchName }
    return list.compactMap { try? IPAddress($0) }
  }
}
