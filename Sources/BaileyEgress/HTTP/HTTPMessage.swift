import NIOCore

enum HTTPVersion: Sendable, Comparable { case http10, http11, http2 }

/// One field of a head or of trailers. Values are bytes: servers do send others than ASCII.
struct HTTPField: Sendable, Equatable {
  /// Lower case.
  var name: String
  var value: [UInt8]

  init(name: String, value: [UInt8]) {
    self.name = name
    self.value = value
  }

  init(name: String, _ text: String) { self.init(name: name, value: Array(text.utf8)) }

  var text: String { String(decoding: value, as: UTF8.self) }
}

extension [HTTPField] {
  func values(_ name: String) -> [String] { filter { $0.name == name }.map(\.text) }

  /// Type and subtype of the body, lower case, without parameters; empty without one. Of several the first.
  var mediaType: String {
    values("content-type").first.map {
      HTTPToken.lower(RequestHead.trimmed($0.utf8.prefix { $0 != UInt8(ascii: ";") }))
    }
      ?? ""
  }

  /// The body has to be decoded before it can be read.
  var isEncoded: Bool { values("content-encoding").contains { HTTPToken.lower($0.utf8) != "identity" } }

  /// The options of `Connection`, lower case.
  var connectionOptions: Set<String> {
    Set(
      values("connection").flatMap { $0.utf8.split(separator: UInt8(ascii: ",")) }
        .map { HTTPToken.lower(RequestHead.trimmed($0)) })
  }
}

/// How the end of a body is known.
enum BodyFraming: Sendable, Equatable {
  case none
  case length(Int64)
  /// By a mark behind it: the last chunk, or the end of a stream.
  case chunked

  /// Length of the body, where it is known beforehand.
  var bytes: Int64? {
    switch self {
    case .none: 0
    case .length(let count): count
    case .chunked: nil
    }
  }
}

/// The head of a request, the same whatever version of HTTP it came in or goes out in.
struct RequestHead: Sendable, Equatable {
  /// WebSocket is asked for by `GET`, in HTTP/2 too.
  var method: String
  /// Origin form, or as it came: see `HTTPTarget`.
  var target: String
  var version: HTTPVersion
  /// With exactly one `host`, in HTTP/2 made of `:authority`.
  var fields: [HTTPField]
  var framing: BodyFraming
  /// Bytes of the head as it came.
  var length: Int
  /// As HTTP/2 names it; HTTP/1 has none.
  var scheme: String?
  /// Whether the client wants to speak WebSocket (RFC 6455, RFC 8441); no other upgrade passes.
  var wantsWebSocket = false

  func values(_ name: String) -> [String] { fields.values(name) }
}

/// The head of an answer; `101` says in every version that WebSocket begins.
struct ResponseHead: Sendable, Equatable {
  var status: Int
  var reason: [UInt8]
  var version: HTTPVersion
  var fields: [HTTPField]
  var framing = BodyFraming.none
  /// Bytes of the head as it came.
  var length: Int

  func values(_ name: String) -> [String] { fields.values(name) }

  var isInterim: Bool { status < 200 && status != 101 }
}

/// What passes in one direction of an exchange, in this order.
enum MessagePart: Sendable {
  case request(RequestHead)
  /// Interim ones (1xx) first.
  case response(ResponseHead)
  /// Of the body, decoded from its framing; after `101` of the tunnel.
  case data(ByteBuffer)
  /// Once, with the trailers; of a tunnel, when this side has finished.
  case end([HTTPField])

  /// Of a body.
  var bytes: Int { if case .data(let bytes) = self { bytes.readableBytes } else { 0 } }

  /// What a part costs that waits, besides its bytes: its place in a queue, and the head of its buffer.
  static let overhead = 256
  /// Parts up to here become one, bytes.
  private static let merged = 16 << 10

  /// Takes up the next part of a body, so that many small ones do not each keep a place, and the buffer in which they came.
  ///
  /// - Returns: `false` where the two stay apart.
  mutating func absorb(_ next: MessagePart) -> Bool {
    guard case .data(var bytes) = self, case .data(let more) = next,
      bytes.readableBytes + more.readableBytes <= Self.merged
    else { return false }
    // Else its storage would be shared, and copied each time.
    self = .end([])
    bytes.writeImmutableBuffer(more)
    self = .data(bytes)
    return true
  }
}

extension CircularBuffer<MessagePart> {
  /// Parts of one body side by side are one.
  mutating func add(_ part: MessagePart) {
    if let last = indices.last, modify(last, { $0.absorb(part) }) { return }
    append(part)
  }
}
