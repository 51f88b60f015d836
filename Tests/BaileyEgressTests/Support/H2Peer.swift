import BaileyLinux
import NIOCore
import NIOHPACK
import Synchronization

/// A frame as it came. Its fields are read at once, since HPACK has a state.
struct H2Frame {
  var type: UInt8
  var flags: UInt8
  var stream: UInt32
  var payload: [UInt8]
  var fields: [(name: String, value: String)] = []

  var endsStream: Bool { (type == H2.data || type == H2.headers) && flags & 1 == 1 }
  /// Of RST_STREAM and GOAWAY.
  var errorCode: UInt32? {
    switch type {
    case H2.reset: H2.number(payload.prefix(4))
    case H2.goAway: H2.number(payload.dropFirst(4).prefix(4))
    default: nil
    }
  }

  subscript(name: String) -> String? { fields.first { $0.name == name }?.value }
}

/// Numbers and bytes of RFC 9113, written by hand so that what is wrong can be said.
enum H2 {
  static let (data, headers, priority, reset): (UInt8, UInt8, UInt8, UInt8) = (0, 1, 2, 3)
  static let (settings, push, ping, goAway): (UInt8, UInt8, UInt8, UInt8) = (4, 5, 6, 7)
  static let (windowUpdate, continuation): (UInt8, UInt8) = (8, 9)
  static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

  static func frame(_ type: UInt8, _ flags: UInt8 = 0, _ stream: UInt32 = 0, _ payload: [UInt8] = []) -> [UInt8] {
    Array(bytes(UInt32(payload.count)).dropFirst()) + [type, flags] + bytes(stream) + payload
  }

  static func bytes(_ number: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) } }

  static func number(_ bytes: some Sequence<UInt8>) -> UInt32 { bytes.reduce(0) { $0 << 8 | UInt32($1) } }

  static func settings(_ values: [(UInt16, UInt32)] = []) -> [UInt8] {
    frame(settings, 0, 0, values.flatMap { [UInt8($0.0 >> 8), UInt8($0.0 & 0xFF)] + bytes($0.1) })
  }

  /// Literal fields without indexing and without Huffman coding.
  static func block(_ fields: [(String, String)]) -> [UInt8] {
    fields.flatMap { [0] + string(Array($0.0.utf8)) + string($0.1.unicodeScalars.map { UInt8($0.value) }) }
  }

  private static func string(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.count >= 127 else { return [UInt8(bytes.count)] + bytes }
    var (out, rest) = ([UInt8(127)], bytes.count - 127)
    while rest >= 128 {
      out.append(UInt8(rest & 127) | 128)
      rest >>= 7
    }
    return out + [UInt8(rest)] + bytes
  }

  static func request(
    _ stream: UInt32, _ fields: [(String, String)], ends: Bool = true
  ) -> [UInt8] { frame(headers, 4 | (ends ? 1 : 0), stream, block(fields)) }

  static func get(_ host: String, _ path: String = "/", _ more: [(String, String)] = []) -> [(String, String)] {
    [(":method", "GET"), (":scheme", "http"), (":authority", host), (":path", path)] + more
  }

  static func post(_ host: String, _ path: String = "/", _ more: [(String, String)] = []) -> [(String, String)] {
    [(":method", "POST"), (":scheme", "http"), (":authority", host), (":path", path)] + more
  }
}

/// What came back in one stream.
struct H2Answer {
  var interim: [String] = []
  var head: H2Frame?
  var body: [UInt8] = []
  var trailers: H2Frame?
  var reset: UInt32?

  var status: String? { head?[":status"] }
  var text: String { String(decoding: body, as: UTF8.self) }
}

/// One end of an HTTP/2 connection without TLS. On one thread.
final class H2Peer {
  let peer: Peer
  private var decoder = HPACKDecoder(allocator: ByteBufferAllocator())
  /// Whether DATA is answered by WINDOW_UPDATE.
  var opensWindows = true
  /// What may be sent, as far as it was told.
  private var window = 65_535
  private var windows: [UInt32: Int] = [:]
  /// Of streams to come; their windows so far are counted from it.
  private var initialWindow = 65_535

  init(_ peer: Peer) { self.peer = peer }

  /// As a client.
  static func client(_ peer: Peer, settings: [(UInt16, UInt32)] = []) throws -> H2Peer {
    try peer.send(H2.preface + H2.settings(settings))
    return H2Peer(peer)
  }

  func send(_ bytes: [UInt8]) throws { try peer.send(bytes) }

  /// The next frame; SETTINGS are acknowledged on the way. `nil` at the end.
  func next() throws -> H2Frame? {
    guard let head = try? peer.receive(exactly: 9) else { return nil }
    let length = Int(H2.number(head.prefix(3)))
    var frame = H2Frame(
      type: head[3], flags: head[4], stream: H2.number(head.suffix(4)) & 0x7FFF_FFFF,
      payload: try peer.receive(exactly: length))
    if frame.type == H2.headers || frame.type == H2.continuation {
      var buffer = ByteBuffer(bytes: frame.payload)
      frame.fields = try decoder.decodeHeaders(from: &buffer).map { ($0.name, $0.value) }
    }
    if frame.type == H2.settings, frame.flags & 1 == 0 {
      heed(frame.payload)
      try? send(H2.frame(H2.settings, 1))
    }
    if frame.type == H2.data, opensWindows, length > 0 {
      try? send(
        H2.frame(H2.windowUpdate, 0, 0, H2.bytes(UInt32(length)))
          + H2.frame(H2.windowUpdate, 0, frame.stream, H2.bytes(UInt32(length))))
    }
    if frame.type == H2.windowUpdate {
      let more = Int(H2.number(frame.payload))
      if frame.stream == 0 { window += more } else { windows[frame.stream, default: initialWindow] += more }
    }
    return frame
  }

  /// SETTINGS_INITIAL_WINDOW_SIZE moves the windows of all streams (RFC 9113 section 6.9.2).
  private func heed(_ settings: [UInt8]) {
    for start in stride(from: 0, to: settings.count - 5, by: 6) where settings[start + 1] == 4 {
      let value = Int(H2.number(settings[(start + 2)..<(start + 6)]))
      for stream in windows.keys { windows[stream]? += value - initialWindow }
      initialWindow = value
    }
  }

  /// Sends so many bytes as the windows allow them, and the end of the stream.
  ///
  /// - Returns: how many were sent until the other side answered or ended the stream.
  @discardableResult
  func upload(_ stream: UInt32, _ count: Int, untilReset: Bool = false) throws -> Int {
    var left = count
    while left > 0 {
      let piece = min(left, 16_384, window, windows[stream, default: initialWindow])
      if piece > 0 {
        left -= piece
        window -= piece
        windows[stream, default: initialWindow] -= piece
        try send(H2.frame(H2.data, left == 0 ? 1 : 0, stream, [UInt8](repeating: 0x78, count: piece)))
        continue
      }
      guard let frame = try next() else { break }
      if untilReset, frame.stream == stream, frame.type == H2.reset || frame.type == H2.headers { break }
    }
    return count - left
  }

  /// Reads until all of these streams have ended.
  func answers(_ streams: [UInt32]) throws -> [UInt32: H2Answer] {
    var answers: [UInt32: H2Answer] = [:]
    var open = Set(streams)
    while !open.isEmpty, let frame = try next() {
      guard frame.stream != 0 else { continue }
      take(frame, &answers[frame.stream, default: H2Answer()])
      if frame.endsStream || frame.type == H2.reset { open.remove(frame.stream) }
    }
    return answers
  }

  func answer(_ stream: UInt32) throws -> H2Answer { try answers([stream])[stream] ?? H2Answer() }

  private func take(_ frame: H2Frame, _ answer: inout H2Answer) {
    switch frame.type {
    case H2.headers where frame[":status"]?.hasPrefix("1") == true: answer.interim.append(frame[":status"] ?? "")
    case H2.headers where answer.head == nil: answer.head = frame
    case H2.headers: answer.trailers = frame
    case H2.data: answer.body += frame.payload
    case H2.reset: answer.reset = frame.errorCode
    default: break
    }
  }

  /// All that comes until the connection ends.
  func rest() throws -> [H2Frame] {
    var frames: [H2Frame] = []
    while let frame = try? next() { frames.append(frame) }
    return frames
  }
}

extension TestServer {
  /// Speaks HTTP/2 without TLS.
  ///
  /// - Parameter handle: gets all frames of streams.
  static func http2(
    settings: [(UInt16, UInt32)] = [], _ handle: @escaping @Sendable (H2Peer, H2Frame) throws -> Void
  ) throws -> TestServer {
    try TestServer { peer in
      _ = try peer.receive(exactly: H2.preface.count)
      let server = H2Peer(peer)
      try server.send(H2.settings(settings))
      while let frame = try server.next() {
        if frame.type == H2.ping, frame.flags & 1 == 0 { try server.send(H2.frame(H2.ping, 1, 0, frame.payload)) }
        if frame.stream != 0 { try handle(server, frame) }
      }
    }
  }

  /// Answers each request with a body that holds its fields and its body.
  static func http2Echo() throws -> TestServer {
    let requests = Bodies()
    return try http2 { server, frame in
      let text =
        frame.type == H2.headers
        ? frame.fields.map { "\($0.name): \($0.value)\n" }.joined() : String(decoding: frame.payload, as: UTF8.self)
      guard frame.type == H2.headers || frame.type == H2.data else { return }
      let key = "\(server.peer.number) \(frame.stream)"
      let all = requests.add(key, text)
      guard frame.endsStream else { return }
      try server.send(H2.frame(H2.headers, 4, frame.stream, H2.block([(":status", "200"), ("x-test", "1")])))
      for start in stride(from: 0, to: all.utf8.count, by: 16_384) {
        let piece = Array(all.utf8.dropFirst(start).prefix(16_384))
        try server.send(H2.frame(H2.data, 0, frame.stream, piece))
      }
      try server.send(H2.frame(H2.data, 1, frame.stream))
    }
  }
}

/// What came of requests until now.
private final class Bodies: Sendable {
  private let texts = Mutex<[String: String]>([:])

  func add(_ key: String, _ text: String) -> String {
    texts.withLock {
      $0[key, default: ""] += text
      return $0[key] ?? ""
    }
  }
}
