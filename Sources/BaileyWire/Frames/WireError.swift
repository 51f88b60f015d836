package import BaileyCore

/// Why a frame or message of the local API is refused, or a connection cannot go on.
///
/// After any of these the connection is closed: nothing is skipped and nothing is guessed.
package enum WireError: Error, Sendable, Equatable {
  case json(JSONError)
  case notAnObject
  case missing(String)
  case unknownMember(String)
  case wrongType(String)
  case tooLong(String)
  case nulByte(String)
  case badValue(String)
  case unsupportedVersion(Int64)
  case frameTooLarge(Int)
  case unknownFrameType(UInt8)
  case tooManyDescriptors
  case unexpectedDescriptors
  /// The peer closed in the middle of a frame.
  case truncated
  /// The peer closed where a message was due.
  case closed
  case timedOut
  /// The peer runs as another user.
  case foreignPeer(user: UInt32)
  case system(call: String, errno: Int32)
}

extension WireError {
  package var sentence: String {
    switch self {
    case .json: "a message is not JSON"
    case .notAnObject: "a message is not an object"
    case .missing(let key): "a message lacks '\(printable(key))'"
    case .unknownMember(let key): "a message has an unknown member '\(printable(key))'"
    case .wrongType(let key): "'\(printable(key))' has the wrong type"
    case .tooLong(let key): "'\(printable(key))' is too long"
    case .nulByte(let key): "'\(printable(key))' holds a NUL byte"
    case .badValue(let key): "'\(printable(key))' has no valid value"
    case .unsupportedVersion(let version): "the peer speaks version \(version) of the local API, this is version 1"
    case .frameTooLarge(let size): "a frame of \(size) bytes is too large"
    case .unknownFrameType(let type): "a frame has the unknown type \(type)"
    case .tooManyDescriptors: "too many descriptors were passed"
    case .unexpectedDescriptors: "descriptors were passed where none are due"
    case .truncated: "the connection ended inside a frame"
    case .closed: "the connection was closed"
    case .timedOut: "the peer does not take or give data in time"
    case .foreignPeer(let user): "the peer runs as user \(user)"
    case .system(let call, let number): "\(call) failed with error \(number)"
    }
  }

  /// The form in which a person is told.
  package var fault: Fault {
    switch self {
    case .unsupportedVersion:
      Fault(
        "wire-version", why: sentence,
        hint: "after an update, end the old controller with `bailey kill --all --controller` and try again")
    case .closed, .truncated:
      Fault(
        "controller-lost", why: "the controller ended; its sandboxes ended with it",
        hint: "`bailey doctor` says what is wrong; its messages are in baileyd.log")
    case .timedOut:
      Fault("controller-stuck", why: "the controller does not answer", hint: "see baileyd.log, or end baileyd")
    case .foreignPeer:
      Fault("controller-foreign", why: sentence, hint: "remove the socket; another user made it")
    case .system: Fault("wire-io", why: sentence)
    default: Fault("wire-malformed", why: sentence)
    }
  }
}
