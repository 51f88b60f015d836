import NIOCore

enum BodyError: Error, Sendable, Equatable { case chunkSize, chunkEnd, trailer }

/// Takes one message's body out of a stream of bytes.
///
/// Chunked coding is read strictly (RFC 9112 section 7.1): plain hexadecimal sizes of at most 15 digits, CR LF, visible extensions. What
/// is read is framed anew on the other side, so extensions do not pass.
struct BodyDecoder {
  private enum State {
    case length(Int64)
    case chunkHead, chunkData(Int64), chunkEnd
    case trailer(used: Int, [HTTPField])
    case untilClose
    case done
  }

  private var state: State
  /// Chunks that are gathered, bytes.
  private static let small = 4 << 10

  init(_ framing: BodyFraming) {
    switch framing {
    case .none: state = .length(0)
    case .length(let length): state = .length(length)
    case .chunked: state = .chunkHead
    }
  }

  init(untilClose: Void) { state = .untilClose }

  var isDone: Bool {
    if case .done = state { return true }
    return false
  }

  var endsWithConnection: Bool {
    if case .untilClose = state { return true }
    return false
  }

  /// As `next`, and small chunks that are there together are one part.
  mutating func nextOfReading(_ input: inout ByteBuffer) throws(BodyError) -> MessagePart? {
    guard var part = try next(&input) else { return nil }
    while part.bytes < Self.small, case .data = part, input.readableBytes > 0 {
      // What does not fit, or is wrong, is for who asks next.
      var (decoder, rest) = (self, input)
      guard let more = try? decoder.next(&rest), part.absorb(more) else { break }
      (self, input) = (decoder, rest)
    }
    return part
  }

  /// `nil` while more bytes are needed; nothing more after `end`.
  mutating func next(_ input: inout ByteBuffer) throws(BodyError) -> MessagePart? {
    while true {
      switch state {
      case .done: return nil
      case .untilClose: return take(.max, &input).map { .data($0) }
      case .length(0):
        state = .done
        return .end([])
      case .length(let left):
        guard let data = take(left, &input) else { return nil }
        state = .length(left - Int64(data.readableBytes))
        return .data(data)
      case .chunkHead:
        guard let size = try chunkSize(&input) else { return nil }
        state = size == 0 ? .trailer(used: 0, []) : .chunkData(size)
      case .chunkData(let left):
        guard let data = take(left, &input) else { return nil }
        let rest = left - Int64(data.readableBytes)
        state = rest == 0 ? .chunkEnd : .chunkData(rest)
        return .data(data)
      case .chunkEnd:
        guard let line = try line(&input, limit: 2, .chunkEnd) else { return nil }
        guard line.isEmpty else { throw .chunkEnd }
        state = .chunkHead
      case .trailer(let used, let fields):
        guard let line = try line(&input, limit: 8192 - used, .trailer) else { return nil }
        if line.isEmpty {
          state = .done
          return .end(fields)
        }
        guard fields.count < 64 else { throw .trailer }
        state = .trailer(used: used + line.count + 2, fields + [try Self.trailer(line)])
      }
    }
  }

  private static func trailer(_ line: [UInt8]) throws(BodyError) -> HTTPField {
    do throws(RequestHeadError) {
      let field = try RequestHead.field(line[...])
      if Trailers.mayHold(field.name) { return field }
    } catch {}
    throw .trailer
  }

  private func take(_ limit: Int64, _ input: inout ByteBuffer) -> ByteBuffer? {
    let count = Int(min(limit, Int64(input.readableBytes)))
    return count > 0 ? input.readSlice(length: count) : nil
  }

  private func chunkSize(_ input: inout ByteBuffer) throws(BodyError) -> Int64? {
    guard let line = try line(&input, limit: 1024, .chunkSize) else { return nil }
    let digits = line.prefix { Self.isHex($0) }
    let rest = line[digits.endIndex...]
    guard (1...15).contains(digits.count), rest.isEmpty || Self.isExtension(rest) else { throw .chunkSize }
    return Int64(String(decoding: digits, as: UTF8.self), radix: 16)
  }

  /// `;name`, and whatever is visible after it.
  private static func isExtension(_ rest: ArraySlice<UInt8>) -> Bool {
    guard rest.first == UInt8(ascii: ";"), let next = rest.dropFirst().first else { return false }
    return HTTPToken.isToken(next) && rest.allSatisfy(HTTPToken.isFieldByte)
  }

  private static func isHex(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte | 0x20)
  }

  /// A line without its CR LF; a bare CR or LF is an error.
  private func line(_ input: inout ByteBuffer, limit: Int, _ error: BodyError) throws(BodyError) -> [UInt8]? {
    let view = input.readableBytesView
    guard let feed = view.firstIndex(of: 10) else {
      if view.count > limit { throw error }
      return nil
    }
    let count = feed - view.startIndex
    guard count >= 1, count <= limit, view[feed - 1] == 13, let bytes = input.readBytes(length: count + 1) else {
      throw error
    }
    let line = bytes.dropLast(2)
    guard !line.contains(13) else { throw error }
    return Array(line)
  }
}

enum Trailers {
  /// What decides where a message goes, who sends it or how it is read must stand in its head (RFC 9110 section 6.5.1).
  private static let never: Set<String> = [
    "authorization", "cache-control", "connection", "content-encoding", "content-length", "content-range",
    "content-type", "cookie", "expect", "host", "keep-alive", "max-forwards", "pragma", "proxy-authenticate",
    "proxy-authorization", "proxy-connection", "range", "set-cookie", "te", "trailer", "transfer-encoding", "upgrade",
    "www-authenticate",
  ]

  static func mayHold(_ name: String) -> Bool { !never.contains(name) }
}
