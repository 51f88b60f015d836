import BaileyCore

/// The answers the resolver gives; it knows no others.
enum DNSAnswer: Sendable, Equatable {
  case address(IPAddress)
  case pointer(HostName)
  /// The name exists, this type does not.
  case noData
  case noName
  case refused, serverFailure, notImplemented, malformed

  private var code: UInt8 {
    switch self {
    case .address, .pointer, .noData: 0
    case .malformed: 1
    case .serverFailure: 2
    case .noName: 3
    case .notImplemented: 4
    case .refused: 5
    }
  }

  /// Seconds that a client may keep an answer; `SyntheticNames` keeps the mapping longer.
  static let lifetime: UInt8 = 60

  /// The message in answer to `question`.
  func message(to question: DNSQuestion) -> [UInt8] {
    let record = resourceRecord
    var out = Self.header(question.identifier, code, recursionDesired: question.recursionDesired)
    out += [0, 1, 0, record == nil ? 0 : 1, 0, 0, 0, question.hasExtension ? 1 : 0]
    for label in question.labels { out += [UInt8(truncatingIfNeeded: label.count)] + label }
    out += [0, UInt8(question.type >> 8), UInt8(question.type & 0xFF), 0, 1]
    if let record { out += record }
    // OPT: root name, type 41, payload size 1232, no options.
    if question.hasExtension { out += [0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0] }
    return out
  }

  /// The header alone, for messages whose question could not be read.
  func message(toUnreadable bytes: [UInt8]) -> [UInt8]? {
    guard bytes.count >= 12 else { return nil }
    let identifier = UInt16(bytes[0]) << 8 | UInt16(bytes[1])
    return Self.header(identifier, code, recursionDesired: bytes[2] & 1 == 1) + [UInt8](repeating: 0, count: 8)
  }

  private static func header(_ identifier: UInt16, _ code: UInt8, recursionDesired: Bool) -> [UInt8] {
    [UInt8(identifier >> 8), UInt8(identifier & 0xFF), 0x80 | (recursionDesired ? 1 : 0), 0x80 | code]
  }

  /// The name of the record points to the question at offset 12.
  private var resourceRecord: [UInt8]? {
    func record(_ type: UInt8, _ data: [UInt8]) -> [UInt8] {
      [0xC0, 12, 0, type, 0, 1, 0, 0, 0, Self.lifetime, UInt8(data.count >> 8), UInt8(data.count & 0xFF)] + data
    }
    switch self {
    case .address(let address): return record(address.isIPv4 ? 1 : 28, address.bytes)
    case .pointer(let name):
      return record(12, name.labels.flatMap { [UInt8(truncatingIfNeeded: $0.utf8.count)] + Array($0.utf8) } + [0])
    default: return nil
    }
  }
}
