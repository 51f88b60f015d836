import BaileyCore
import NIOCore

/// What is found in the parts of one request or answer, each part a stream of its own.
///
/// Where no rules are in force that is a finding, and a certain one.
struct PassageInspection {
  private let inspector: any TrafficInspector
  private let session: SessionID
  private let host: String?
  private(set) var findings = PassageFindings()
  private let own: OwnPlaceholders?
  /// The body is encoded, as was declared: no value is put in there, so no placeholder belongs there.
  var isEncoded = false

  /// - Parameter host: where it goes; `nil` for what comes in.
  init(
    _ inspector: any TrafficInspector, _ session: SessionID, to host: String?,
    found: PassageFindings = PassageFindings(), own: OwnPlaceholders? = nil
  ) {
    (self.inspector, self.session, self.host, self.own) = (inspector, session, host, own)
    findings = found
  }

  mutating func begin(_ encodings: String, _ place: String) -> (any TrafficInspection)? {
    do throws(Fault) {
      return try inspector.begin(encoded: encodings, to: host, of: session)
    } catch {
      findings.add(.unread("what is sent cannot be inspected: \(error.why)"), in: place)
      return nil
    }
  }

  /// All of a short text.
  mutating func read(_ text: InspectedText) {
    guard !text.bytes.isEmpty, let stream = begin("", text.places(of: [0])[0]) else { return }
    let found = stream.feed(text.bytes.span) + stream.finish()
    for (placed, place) in zip(found, text.places(of: found.map(\.offset))) { add(placed.finding, place) }
    readAround(text)
  }

  /// The same as if the placeholders were not there.
  private mutating func readAround(_ text: InspectedText) {
    guard let (rest, cuts) = own?.cut(text.bytes), let stream = begin("", text.places(of: [0])[0]) else { return }
    let found = stream.feed(rest.span) + stream.finish()
    let offsets = found.map { one in cuts.reduce(one.offset) { $1.at <= one.offset ? $0 + $1.count : $0 } }
    for (placed, place) in zip(found, text.places(of: offsets)) { add(placed.finding, place) }
  }

  /// For one stream. What is encoded shows no placeholder as it is, and one in a disguise is a finding.
  func surroundings() -> PlaceholderSurroundings? { own.map(PlaceholderSurroundings.init) }

  mutating func add(_ found: [PlacedFinding], in place: String) {
    for placed in found { add(placed.finding, place) }
  }

  mutating func add(_ finding: ContentFinding, _ place: String) {
    let isOwn = own?.accepts(finding, in: place) == true && !(isEncoded && place == "body")
    if !isOwn { findings.add(finding, in: place) }
  }

  /// What findings rest on.
  var basis: InspectionBasis { inspector.basis(of: session) }

  func unpacking(_ encodings: String) -> (any ContentUnpacking)? { inspector.unpacking(encodings) }
}
