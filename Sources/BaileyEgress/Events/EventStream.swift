/// Reads a stream of events (WHATWG HTML section 9.2) beside its way, so that each can be looked at as a whole.
///
/// Bytes pass without it, at once. It holds the data of one event, and no more than `limit` of it: what is longer is told in parts.
/// Comments, `id` and `retry` are not told.
struct EventStream: Sendable {
  struct Part: Sendable, Equatable {
    /// `message` where the stream has named none so far.
    var event: String
    var data: [UInt8]
    /// The event is whole with this part.
    var isEnd: Bool
  }

  /// Bytes of data in one part.
  static let limit = 64 << 10
  /// Bytes of a field's name, and of an event's; what is longer is cut.
  private static let nameLimit = 256
  private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

  private enum Place { case mark(Int), field, space, value }

  private var place = Place.mark(0)
  private var wasReturn = false
  private var field: [UInt8] = []
  private var value: [UInt8] = []
  private var name: [UInt8] = []
  private var data: [UInt8]?

  /// - Parameter tell: is given each event as soon as its empty line is there.
  mutating func feed(_ bytes: Span<UInt8>, _ tell: (Part) -> Void) {
    for index in bytes.indices {
      let byte = bytes[index]
      if byte == 13 || byte == 10 && !wasReturn {
        endLine(tell)
      } else if byte != 10 {
        take(byte, tell)
      }
      wasReturn = byte == 13
    }
  }

  /// The end of the answer. What has no empty line behind it is no event for a browser, but it has passed.
  mutating func finish(_ tell: (Part) -> Void) {
    if !field.isEmpty { endLine(tell) }
    dispatch(tell)
  }

  private mutating func take(_ byte: UInt8, _ tell: (Part) -> Void) {
    switch place {
    // A byte order mark before everything else is no part of it.
    case .mark(let count) where byte == Self.mark[count]: place = count == 2 ? .field : .mark(count + 1)
    case .mark(let count):
      place = .field
      field = Array(Self.mark.prefix(count))
      take(byte, tell)
    case .field where byte == UInt8(ascii: ":"):
      place = .space
      if isData { beginData(tell) }
    case .field: if field.count < Self.nameLimit { field.append(byte) }
    case .space:
      place = .value
      if byte != 32 { take(byte, tell) }
    case .value where isData: add(byte, tell)
    case .value: if value.count < Self.nameLimit { value.append(byte) }
    }
  }

  private var isData: Bool { field.elementsEqual("data".utf8) }

  private mutating func endLine(_ tell: (Part) -> Void) {
    switch place {
    case .field where field.isEmpty: dispatch(tell)
    case .field where isData: beginData(tell)
    default: if field.elementsEqual("event".utf8) { name = value }
    }
    (place, field, value) = (.field, [], [])
  }

  /// Lines of data are joined by line feeds.
  private mutating func beginData(_ tell: (Part) -> Void) {
    if data == nil { data = [] } else { add(10, tell) }
  }

  private mutating func add(_ byte: UInt8, _ tell: (Part) -> Void) {
    data?.append(byte)
    guard let part = data, part.count >= Self.limit else { return }
    tell(Part(event: event, data: part, isEnd: false))
    data = []
  }

  private mutating func dispatch(_ tell: (Part) -> Void) {
    if let data { tell(Part(event: event, data: data, isEnd: true)) }
    (data, name) = (nil, [])
  }

  private var event: String { name.isEmpty ? "message" : String(decoding: name, as: UTF8.self) }
}
