import NIOCore
import NIOHTTP2

/// Types of frames (RFC 9113 section 6).
enum FrameType {
  static let (data, headers): (UInt8, UInt8) = (0, 1)
  static let goAway: UInt8 = 7
  static let windowUpdate: UInt8 = 8
  /// ALTSVC and ORIGIN, which are counted where PING is.
  static let known = Set<UInt8>([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12])
}

/// Finds the heads of frames in a stream of bytes, however it is cut. It judges nothing.
struct FrameScanner {
  struct Frame: Equatable {
    var type: UInt8
    var length: Int
    var stream = HTTP2StreamID.rootStream
    /// Of GOAWAY.
    var errorCode: UInt32?
  }

  private static let headLength = 9
  /// Of GOAWAY the last stream and the error code as well.
  private static let goAwayLength = 17

  private var head: [UInt8] = []
  private var skip: Int

  /// - Parameter preface: bytes before the first frame.
  init(preface: Int = 0) { skip = preface }

  mutating func scan(_ bytes: ByteBuffer, _ found: (Frame) -> Void) {
    var rest = bytes.readableBytesView[...]
    while !rest.isEmpty {
      let count = min(skip > 0 ? skip : wanted - head.count, rest.count)
      if skip > 0 { skip -= count } else { head += rest.prefix(count) }
      rest = rest.dropFirst(count)
      if head.count == wanted { found(takeFrame()) }
    }
  }

  private var length: Int { Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2]) }

  private var wanted: Int {
    let hasCode = head.count >= Self.headLength && head[3] == FrameType.goAway && length >= 8
    return hasCode ? Self.goAwayLength : Self.headLength
  }

  private mutating func takeFrame() -> Frame {
    var frame = Frame(type: head[3], length: length, stream: HTTP2StreamID(Int(Self.number(head[5..<9]) & 0x7FFF_FFFF)))
    if head.count == Self.goAwayLength { frame.errorCode = Self.number(head[13...]) }
    skip = length - (head.count - Self.headLength)
    head.removeAll(keepingCapacity: true)
    return frame
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt32 { bytes.reduce(0) { $0 << 8 | UInt32($1) } }
}
