import BaileyCore

/// Reads the messages of one direction of a WebSocket, or the events of a stream, decoded.
///
/// They are one stream, so that what is cut over messages is found as well. Whoever asks for `isEnd` hears of all that the message holds.
final class MessageInspection {
  private var inspection: PassageInspection
  private var stream: (any TrafficInspection)?
  private var surroundings: PlaceholderSurroundings?
  private let place: String

  /// - Parameter host: where they go; `nil` for what comes in.
  init(
    _ inspector: any TrafficInspector, _ session: SessionID, to host: String?, place: String = "message",
    own: OwnPlaceholders? = nil
  ) {
    inspection = PassageInspection(inspector, session, to: host, own: own)
    self.place = place
    stream = inspection.begin("", place)
    surroundings = inspection.surroundings()
  }

  /// Of all messages so far.
  var findings: PassageFindings { inspection.findings }

  /// - Parameter isEnd: the message is whole with these bytes.
  /// - Returns: what is new, hints as well.
  func take(_ bytes: Span<UInt8>, isEnd: Bool) -> [ContentFinding] {
    guard let stream else { return findings.places.map(\.finding) }
    var copy: [UInt8] = []
    if surroundings != nil { for index in bytes.indices { copy.append(bytes[index]) } }
    let around = surroundings?.read(copy) { inspection.begin("", place) } ?? []
    let found = stream.feed(bytes) + around + (isEnd ? stream.peek() + (surroundings?.peek() ?? []) : [])
    inspection.add(found, in: place)
    return found.map(\.finding)
  }

  func finish() -> [ContentFinding] {
    guard let stream else { return [] }
    self.stream = nil
    let found = stream.finish()
    inspection.add(found, in: place)
    return found.map(\.finding)
  }
}
