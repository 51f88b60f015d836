import BaileyLinux
import Synchronization

/// A server that keeps every byte it gets, one stream for each connection, and answers what looks like a whole request.
final class RecordingOrigin: Sendable {
  private final class Memory: Sendable { let streams = Mutex<[[UInt8]]>([]) }

  private let memory = Memory()
  private let server: TestServer

  init() throws {
    server = try TestServer { [memory] peer in
      var stream: [UInt8] = []
      var start = 0
      while let more = try? peer.receive(), !more.isEmpty {
        stream += more
        while let length = Self.request(stream[start...]) {
          start += length
          try? peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Origin: 1\r\n\r\nok")
        }
      }
      memory.streams.withLock { $0.append(stream) }
    }
  }

  var port: UInt16 { server.port }

  /// Length of the request that stands first, in the form in which the gate writes them.
  private static func request(_ bytes: ArraySlice<UInt8>) -> Int? {
    guard let end = bytes.firstRange(of: [13, 10, 13, 10]) else { return nil }
    let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).lowercased()
    let length = end.upperBound - bytes.startIndex
    if head.contains("transfer-encoding: chunked") {
      let body = bytes[end.upperBound...]
      let last =
        body.starts(with: [48, 13, 10]) ? body.startIndex : body.firstRange(of: [13, 10, 48, 13, 10])?.lowerBound
      return last.flatMap { bytes[$0...].firstRange(of: [13, 10, 13, 10]) }.map { $0.upperBound - bytes.startIndex }
    }
    let body = head.components(after: "content-length: ").flatMap { Int($0) } ?? 0
    return bytes.count >= length + body ? length + body : nil
  }

  /// All streams, when every connection has come to its end. One of the test's own comes last, since connections are accepted in order.
  func ended() throws -> [[UInt8]] {
    let last = Array("last\n".utf8)
    let peer = try Peer.connect(to: server.endpoint)
    try peer.send(last)
    peer.close()
    for _ in 0..<2000 {
      let streams = memory.streams.withLock { $0 }
      if streams.contains(last), streams.count == server.connections { return streams.filter { $0 != last } }
      _ = try poll([], milliseconds: 10)
    }
    throw PeerError.timedOut
  }
}
