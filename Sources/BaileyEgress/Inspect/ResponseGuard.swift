import BaileyCore
import NIOCore

/// Reads one answer on its way to the agent, covers the credentials that were put into its request, and labels what it brings.
///
/// Nothing is held but what may be the beginning of a credential. Findings stop nothing: they are for the record and the session's labels. An
/// encoded answer cannot be covered: one that shows a credential, or cannot be decoded, is ended (`isExposed`).
final class ResponseGuard {
  private var inspection: PassageInspection
  private var stream: (any TrafficInspection)?
  private var masker: ValueMasker?
  /// Looks for the same in what was decoded.
  private var witness: ValueMasker?
  private var unpacking: (any ContentUnpacking)?
  private var labellers: [any ContentLabeller] = []
  private let labelling: [ContentLabelling]
  private var isEncoded = false
  private var hold = BodyHold()
  private var newLabels: Set<String> = []
  private(set) var labels: Set<String> = []
  /// A credential would be seen: nothing more may go on, and the answer must not end as if it were whole.
  private(set) var isExposed = false

  /// - Parameter hidden: what was put into the request.
  init(
    _ inspector: any TrafficInspector, _ session: SessionID, hidden: [KnownSecret] = [],
    labelling: [ContentLabelling] = []
  ) {
    inspection = PassageInspection(inspector, session, to: nil)
    (masker, self.labelling) = (ValueMasker(hidden), labelling)
  }

  var findings: PassageFindings { inspection.findings }
  var heldBytes: Int { hold.count }

  /// How often a credential was covered.
  var covered: Int { (masker?.covered ?? 0) + coveredFields }
  private var coveredFields = 0

  /// - Parameter encodings: value of `Content-Encoding`, a comma between several.
  /// - Returns: the fields as the agent may see them, each as long as it was.
  func read(
    _ fields: [(name: String, value: [UInt8])], encodings: String, kind: AnswerKind
  ) -> [(name: String, value: [UInt8])] {
    inspection.read(InspectedText(answer: fields))
    stream = inspection.begin(encodings, "body")
    isEncoded = encodings.split(separator: ",").contains { $0.filter { $0 != " " }.lowercased() != "identity" }
    if isEncoded {
      (unpacking, witness, masker) = (inspection.unpacking(encodings), masker, nil)
      // What cannot be decoded shows nothing that could be covered.
      if witness != nil, unpacking == nil { isExposed = true }
    }
    labellers = labelling.compactMap { $0(kind) }
    label()
    return masked(fields)
  }

  /// Fields, each as long as it was.
  func masked(_ fields: [(name: String, value: [UInt8])]) -> [(name: String, value: [UInt8])] {
    guard let masker = masker ?? witness else { return fields }
    return fields.map { name, value in
      let clean = masker.masked(value)
      if clean != value { coveredFields += 1 }
      return (name, clean)
    }
  }

  func take(_ bytes: ByteBuffer) -> [ByteBuffer] {
    guard !isExposed else { return [] }
    if let stream { inspection.add(stream.feed(bytes.readableBytesUInt8Span), in: "body") }
    read(bytes)
    label()
    if isExposed { return [] }
    if masker != nil { return [ByteBuffer(bytes: masker?.mask(bytes.readableBytesUInt8Span) ?? [])] }
    guard let witness else { return [bytes] }
    hold.add(bytes)
    if !witness.isWaiting { return hold.all() }
    // What is decoded so far is all that its reader could decode. Only the beginning of a credential has to wait for more.
    if hold.count > BodyHold.most { isExposed = true }
    return []
  }

  func end(trailers: [(name: String, value: String)] = []) -> [ByteBuffer] {
    guard !isExposed else { return [] }
    if let stream { inspection.add(stream.finish(), in: "body") }
    stream = nil
    inspection.read(InspectedText(trailers: trailers))
    for labeller in labellers { newLabels.formUnion(labeller.finish()) }
    label()
    return masker.map { _ in [ByteBuffer(bytes: masker?.finish() ?? [])] } ?? hold.all()
  }

  /// What is decoded, where it is encoded, is what labels and witnesses read.
  private func read(_ bytes: ByteBuffer) {
    guard isEncoded else { return see(bytes.readableBytesUInt8Span) }
    guard let unpacking else { return }
    if !unpacking.unpack(bytes.readableBytesUInt8Span, { see($0) }) {
      self.unpacking = nil
      if witness != nil { isExposed = true }
    }
  }

  private func see(_ bytes: Span<UInt8>) {
    for labeller in labellers { newLabels.formUnion(labeller.feed(bytes)) }
    guard witness != nil else { return }
    _ = witness?.mask(bytes)
    if (witness?.covered ?? 0) > 0 { isExposed = true }
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
