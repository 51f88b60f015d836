package import BaileyCore

/// What a frame carries.
package enum FrameType: UInt8, Sendable, CaseIterable {
  /// A JSON message, or the last part of one.
  case message = 0
  /// Keys to the session's terminal, or its output.
  case data = 1
  /// A part of a message that goes on in the next frame; only a client takes these.
  case part = 2
}

/// Length as 32 bits little-endian, type as one byte, then as many bytes.
package enum Frame {
  package static let headerSize = 5

  package static func encode(_ type: FrameType, _ payload: [UInt8]) throws(WireError) -> [UInt8] {
    guard payload.count <= WireLimit.frame else { throw .frameTooLarge(payload.count) }
    let length = UInt32(truncatingIfNeeded: payload.count)
    var bytes = (0..<4).map { UInt8(truncatingIfNeeded: length >> UInt32(8 * $0)) }
    bytes.append(type.rawValue)
    return bytes + payload
  }

  /// One frame, or several where the message is larger than a frame may be.
  package static func encode(_ json: JSON) throws(WireError) -> [[UInt8]] {
    let text = json.canonical
    guard text.count > WireLimit.frame else { return [try encode(.message, text)] }
    guard text.count <= WireLimit.message else { throw .frameTooLarge(text.count) }
    var frames: [[UInt8]] = []
    var rest = text[...]
    while rest.count > WireLimit.frame {
      frames.append(try encode(.part, Array(rest.prefix(WireLimit.frame))))
      rest = rest.dropFirst(WireLimit.frame)
    }
    frames.append(try encode(.message, Array(rest)))
    return frames
  }
}

/// What a connection received: a whole message or some bytes of the terminal.
package enum Incoming: Sendable {
  case message(JSON, PassedDescriptors)
  case data([UInt8])
}
