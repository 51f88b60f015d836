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
  /// A closure of who puts credentials in: what it knows to belong there is no finding.
  private let accepts: @Sendable (ContentFinding) -> Bool

  /// - Parameter host: where it goes; `nil` for what comes in.
  init(
    _ inspector: any TrafficInspector, _ session: SessionID, to host: String?,
    found: PassageFindings = PassageFindings(), accepts: @escaping @Sendable (ContentFinding) -> Bool = { _ in false }
  ) {
    (self.inspector, self.session, self.host, self.accepts) = (inspector, session, host, accepts)
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
  }

  mutating func add(_ found: [PlacedFinding], in place: String) {
    for placed in found { add(placed.finding, place) }
  }

  private mutating func add(_ finding: ContentFinding, _ place: String) {
    if !accepts(finding) { findings.add(finding, in: place) }
  }

  func unpacking(_ encodings: String) -> (any ContentUnpacking)? { inspector.unpacking(encodings) }
}
