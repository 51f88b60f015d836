internal import CBaileyJail

/// A message of bailey-jail on the control socket.
struct JailEvent: Equatable {
  enum Kind: UInt32 {
    case started = 1
    case ready, listener, stopped, exited, failed, reply, notStarted
  }

  var kind: Kind
  /// A program (0: the main one) or a request.
  var id: UInt64
  var numbers: [Int32]
  var text: String

  static let size = 120

  /// `nil` for what bailey-jail cannot have sent.
  init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.size, let kind = Kind(rawValue: UInt32(Self.word(bytes, 0))) else { return nil }
    self.kind = kind
    id = UInt64(Self.word(bytes, 8)) | UInt64(Self.word(bytes, 12)) << 32
    numbers = [16, 20, 24, 28].map { Int32(bitPattern: Self.word(bytes, $0)) }
    text = String(decoding: bytes[32...].prefix { $0 != 0 }, as: UTF8.self)
  }

  private static func word(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
  }
}
