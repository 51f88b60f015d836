/// Why bytes that begin like TLS are not an acceptable ClientHello.
enum ClientHelloError: Error, Sendable, Equatable {
  case notTLS
  case malformed
  /// More than 16 KiB.
  case tooLong
  /// More than one name, a name of another type, or the extension twice.
  case ambiguousName
}

/// What the first flight of a TLS client says of the server it wants (RFC 8446 section 4.1.2, RFC 6066 section 3).
///
/// The handshake message may lie in any number of records. Only the outer ClientHello is read; nothing is verified.
struct ClientHello: Sendable, Equatable {
  /// As sent; `nil` without the extension. Not yet a valid host name.
  var serverName: String?
  /// The extension `encrypted_client_hello` (0xfe0d) is there, real or as grease: the true name may be another.
  var hidesName: Bool
  /// Bytes of its records.
  var length = 0

  static let limit = 16 << 10

  /// `nil` while more bytes are needed.
  static func parse(_ bytes: [UInt8]) throws(ClientHelloError) -> ClientHello? {
    guard let (message, length) = try handshake(bytes) else { return nil }
    var result = try hello(message)
    result.length = length
    return result
  }

  /// The body of the first handshake message, put together from its records.
  private static func handshake(_ bytes: [UInt8]) throws(ClientHelloError) -> (ArraySlice<UInt8>, length: Int)? {
    var reader = ByteReader(bytes)
    var message: [UInt8] = []
    while true {
      guard let type = reader.byte() else { return try pending(bytes) }
      guard type == 22 else { throw message.isEmpty ? .notTLS : .malformed }
      guard let major = reader.byte() else { return try pending(bytes) }
      guard major == 3 else { throw .notTLS }
      guard reader.byte() != nil, let length = reader.short() else { return try pending(bytes) }
      guard (1...(1 << 14)).contains(length) else { throw .malformed }
      let part = reader.take(min(length, reader.remaining)) ?? []
      message += part
      if let first = message.first, first != 1 { throw .malformed }
      if message.count >= 4, let body = try whole(message, missing: length - part.count) {
        return (body, reader.position)
      }
      if part.count < length { return try pending(bytes) }
    }
  }

  private static func pending(_ bytes: [UInt8]) throws(ClientHelloError) -> (ArraySlice<UInt8>, length: Int)? {
    if bytes.count >= limit { throw .tooLong }
    return nil
  }

  /// - Parameter missing: bytes of the last record that have not come yet.
  private static func whole(_ message: [UInt8], missing: Int) throws(ClientHelloError) -> ArraySlice<UInt8>? {
    var reader = ByteReader(message)
    guard reader.byte() == 1, let length = reader.triple() else { throw .malformed }
    guard length <= limit else { throw .tooLong }
    // A second message in the client's first flight: only a server that is confused would read on.
    guard reader.remaining + missing <= length else { throw .malformed }
    return reader.take(length)
  }

  private static func hello(_ body: ArraySlice<UInt8>) throws(ClientHelloError) -> ClientHello {
    var reader = ByteReader(body)
    guard reader.take(34) != nil, let session = reader.byte(), session <= 32, reader.take(Int(session)) != nil,
      let suites = reader.short(), suites % 2 == 0, suites > 0, reader.take(suites) != nil,
      let methods = reader.byte(), methods > 0, reader.take(Int(methods)) != nil
    else { throw .malformed }
    if reader.isAtEnd { return ClientHello(serverName: nil, hidesName: false) }
    guard let length = reader.short(), length == reader.remaining, let extensions = reader.take(length) else {
      throw .malformed
    }
    return try read(extensions)
  }

  private static func read(_ extensions: ArraySlice<UInt8>) throws(ClientHelloError) -> ClientHello {
    var hello = ClientHello(serverName: nil, hidesName: false)
    var reader = ByteReader(extensions)
    while !reader.isAtEnd {
      guard let type = reader.short(), let length = reader.short(), let data = reader.take(length) else {
        throw .malformed
      }
      if type == 0 {
        guard hello.serverName == nil else { throw .ambiguousName }
        hello.serverName = try name(data)
      }
      // The drafts' numbers as well: a server that still speaks one would decrypt it.
      if (0xFE08...0xFE0D).contains(type) || type == 0xFFCE { hello.hidesName = true }
    }
    return hello
  }

  private static func name(_ data: ArraySlice<UInt8>) throws(ClientHelloError) -> String {
    var reader = ByteReader(data)
    guard let list = reader.short(), list == reader.remaining, let type = reader.byte(), let length = reader.short(),
      let name = reader.take(length), !name.isEmpty
    else { throw .malformed }
    guard type == 0, reader.isAtEnd else { throw .ambiguousName }
    // Bytes, not text: what is not ASCII fails in `HostName`, in whatever encoding.
    return String(String.UnicodeScalarView(name.map { Unicode.Scalar($0) }))
  }
}
