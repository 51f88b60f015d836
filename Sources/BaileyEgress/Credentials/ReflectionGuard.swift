import BaileyCore
import NIOCore

/// Covers values in the answers of the hosts that were told them: a server may say back what it knows.
///
/// A host may be told more while its answer comes already; from then on that is covered, too.
final class ReflectionGuard: MessageGuard {
  private let told: ToldValues
  private let host: String
  private let notes: ExchangeNotes
  private var masker: ValueMasker?
  private var known = 0
  private var isEncoded = false

  init(_ told: ToldValues, _ host: String, _ notes: ExchangeNotes) {
    (self.told, self.host, self.notes) = (told, host, notes)
  }

  var heldBytes: Int { masker?.held.count ?? 0 }

  func take(_ part: MessagePart) throws(Refusal) -> GuardStep {
    if case .response(let head) = part, !head.isInterim { isEncoded = head.isUnreadable }
    masker = told.masker(host, &known, after: masker)
    guard masker != nil else { return .pass([part]) }
    if isEncoded { throw .encodedAnswer }
    let before = masker?.covered ?? 0
    let parts = try covered(part)
    let now = masker?.covered ?? 0
    if now != before { notes.write { $0.detail["covered"] = .int(Int64(now)) } }
    return .pass(parts)
  }

  func resume() -> GuardStep { .pass([]) }

  private func covered(_ part: MessagePart) throws(Refusal) -> [MessagePart] {
    switch part {
    case .request: return [part]
    case .response(var head):
      // The gate asks such a host for no parts: each could be a part of a value.
      if head.status == 206, told.isToldOpenly(host) { throw .partialAnswer }
      head.fields = head.fields.map(covered)
      head.reason = masker?.masked(head.reason) ?? head.reason
      return [.response(head)]
    case .data(let bytes): return Self.data(masker?.mask(bytes.readableBytesView))
    case .end(let fields): return Self.data(masker?.finish()) + [.end(fields.map(covered))]
    }
  }

  private func covered(_ field: HTTPField) -> HTTPField {
    HTTPField(name: field.name, value: masker?.masked(field.value) ?? field.value)
  }

  private static func data(_ bytes: [UInt8]?) -> [MessagePart] {
    guard let bytes, !bytes.isEmpty else { return [] }
    return [.data(ByteBuffer(bytes: bytes))]
  }
}

extension ToldValues {
  /// - Parameter known: how many values the other one covers.
  func masker(_ host: String, _ known: inout Int, after other: ValueMasker?) -> ValueMasker? {
    let count = count(host)
    guard count != known else { return other }
    known = count
    return ValueMasker(texts(host), after: other)
  }
}

extension ResponseHead {
  /// A body follows that is encoded, as a whole or message by message.
  fileprivate var isUnreadable: Bool {
    let isPacked = values("grpc-encoding").contains { HTTPToken.lower($0.utf8) != "identity" }
    return framing != .none && (fields.isEncoded || isPacked)
  }
}

extension RequestHead {
  /// Asks for nothing that could not be covered: a value must come back as it is, and whole.
  mutating func askPlainly(inParts: Bool) {
    var names: Set = ["accept-encoding", "grpc-accept-encoding"]
    if !inParts { names.formUnion(["range", "if-range"]) }
    fields.removeAll { names.contains($0.name) }
    fields.append(HTTPField(name: "accept-encoding", "identity"))
  }
}

extension Refusal {
  static let encodedAnswer = Refusal(
    "answer-encoded", "the answer is compressed though that was not asked for, and might show a secret",
    hint: "send the request again: of this host nothing compressed is asked any more")

  fileprivate static let partialAnswer = Refusal(
    "answer-partial",
    "the answer is a part of something, though that was not asked for, and might show parts of a secret")
}
