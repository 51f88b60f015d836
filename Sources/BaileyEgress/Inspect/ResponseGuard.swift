import BaileyCore
import NIOCore

/// Reads one answer on its way to the agent, and labels what it brings.
///
/// Nothing is held or altered. Findings stop nothing: they are for the record and the session's labels. What was put into requests is
/// covered before (`ReflectionGuard`).
final class ResponseGuard {
  private var inspection: PassageInspection
  private var stream: (any TrafficInspection)?
  private var unpacking: (any ContentUnpacking)?
  private var labellers: [any ContentLabeller] = []
  private let labelling: [ContentLabelling]
  private var isEncoded = false
  private var newLabels: Set<String> = []
  private(set) var labels: Set<String> = []

  init(_ inspector: any TrafficInspector, _ session: SessionID, labelling: [ContentLabelling] = []) {
    inspection = PassageInspection(inspector, session, to: nil)
    self.labelling = labelling
  }

  var findings: PassageFindings { inspection.findings }

  /// - Parameter encodings: value of `Content-Encoding`, a comma between several.
  func read(_ fields: [(name: String, value: [UInt8])], encodings: String, kind: AnswerKind) {
    inspection.read(InspectedText(answer: fields))
    stream = inspection.begin(encodings, "body")
    isEncoded = encodings.split(separator: ",").contains { $0.filter { $0 != " " }.lowercased() != "identity" }
    if isEncoded { unpacking = inspection.unpacking(encodings) }
    labellers = labelling.compactMap { $0(kind) }
    label()
  }

  func take(_ bytes: ByteBuffer) {
    if let stream { inspection.add(stream.feed(bytes.readableBytesUInt8Span), in: "body") }
    read(bytes)
    label()
  }

  func end(trailers: [(name: String, value: String)] = []) {
    if let stream { inspection.add(stream.finish(), in: "body") }
    stream = nil
    inspection.read(InspectedText(trailers: trailers))
    for labeller in labellers { newLabels.formUnion(labeller.finish()) }
    label()
  }

  /// What is decoded, where it is encoded, is what labels read.
  private func read(_ bytes: ByteBuffer) {
    guard isEncoded else { return see(bytes.readableBytesUInt8Span) }
    guard let unpacking else { return }
    if !unpacking.unpack(bytes.readableBytesUInt8Span, { see($0) }) { self.unpacking = nil }
  }

  private func see(_ bytes: Span<UInt8>) {
    for labeller in labellers { newLabels.formUnion(labeller.feed(bytes)) }
  }

  /// Labels since the last call.
  func takeLabels() -> Set<String> {
    defer { newLabels = [] }
    labels.formUnion(newLabels)
    return newLabels
  }

  private func label() {
    if findings.unreadable > 0 { newLabels.insert("unreadable") }
    newLabels.subtract(labels)
  }
}
