import BaileyCore
import BaileyLinux
import NIOCore

/// Puts values into one request, after it was decided and read by all other guards, and just before the server gets it.
///
/// A short body that may get another length is held until it is whole, so that its length can be told; a longer one goes in chunks.
final class CredentialGuard: MessageGuard {
  private enum Wait { case head, body }

  private let table: CredentialTable
  private let desk: CredentialDesk
  private let told: ToldValues
  private let fetched = FetchedValues()
  private var waiting: Wait?
  private var uses: [CredentialUse] = []
  private var signed: (entry: CredentialTable.Entry, request: SignedRequest)?
  private var signer: AWSSigner?
  private var chunks: SignedChunks?
  private var walk: BodyWalk
  /// While it waits for its values, or for its body.
  private var head: RequestHead?
  private var holdsBody = false
  private var body: [UInt8] = []
  /// What the head that went on tells of the body and has not gone on yet.
  private var promised: Int64?
  private var trailers: [HTTPField]?

  /// Bytes of a body that is held; of one that is signed as a whole.
  static let shortBody: Int64 = 256 << 10
  static let signedBody = 8 << 20

  init(_ table: CredentialTable, _ desk: CredentialDesk, _ head: RequestHead, _ told: ToldValues) {
    (self.table, self.desk, self.told) = (table, desk, told)
    walk = BodyWalk(table, desk.target, method: head.method, contentType: head.values("content-type").first)
  }

  var heldBytes: Int { body.count + walk.heldBytes + (chunks?.heldBytes ?? 0) }

  func take(_ part: MessagePart) throws(Refusal) -> GuardStep {
    switch part {
    case .request(let head): return try begin(head)
    case .data(let bytes): return try feed(Array(bytes.readableBytesView), isLast: false)
    case .end(let fields):
      try check(fields)
      trailers = fields
      return try feed([], isLast: true)
    case .response: return .pass([part])
    }
  }

  func resume() throws(Refusal) -> GuardStep {
    guard let wait = waiting, let result = fetched.take() else { return .pass([]) }
    waiting = nil
    let values: [String: any SecretValue]
    switch result {
    case .success(let found): values = found
    case .failure(let refusal): throw refusal
    }
    for (name, value) in values {
      let isSigned = uses.allSatisfy { $0.secret != name || $0.isSigned }
      try told.note(value, desk.target.host.text, isSigned: isSigned)
    }
    if wait == .head { return try filled(values) }
    for use in uses { if let value = values[use.secret] { walk.supply(value, for: use) } }
    return try feed([], isLast: trailers != nil)
  }

  private func ask(_ uses: [CredentialUse], _ wait: Wait) -> GuardStep {
    (self.uses, waiting) = (uses, wait)
    return .wait { [desk, table, fetched] in await fetched.fetch(uses, desk, table) }
  }

  // MARK: the head

  private func begin(_ head: RequestHead) throws(Refusal) -> GuardStep {
    self.head = head
    signed = signature(of: head)
    var uses: [CredentialUse] = []
    _ = try HeadWalk(table: table, target: desk.target, method: head.method) { entry, place throws(Refusal) in
      uses.append(try self.use(entry, place))
      return entry.placeholder
    }.rewritten(head)
    return uses.isEmpty ? try filled([:]) : ask(uses, .head)
  }

  private func signature(of head: RequestHead) -> (CredentialTable.Entry, SignedRequest)? {
    guard let text = head.values("authorization").first, head.values("authorization").count == 1,
      let request = SignedRequest(text, time: head.values("x-amz-date").first)
    else { return nil }
    let match = table.finder.first(in: Array(text.utf8))
    return match.flatMap { match in
      let entry = table.entries[match.index]
      return entry.role == .identity ? (entry, request) : nil
    }
  }

  /// Whether a placeholder may stand there, and as what it is used.
  private func use(_ entry: CredentialTable.Entry, _ place: SecretPlace) throws(Refusal) -> CredentialUse {
    let isCovered = table.covering(desk.target, method: desk.method).contains { $0.name == entry.name }
    guard isCovered else { throw .misplaced(entry, place.description, desk.target) }
    if entry.role == .value, entry.card.rule.places.contains(place) {
      return CredentialUse(secret: entry.name, place: place)
    }
    let isSigned = signed.map { $0.entry.name == entry.name && signs($0.request, entry.card) } ?? false
    let isKey =
      entry.role == .identity && place == .header("authorization")
      || entry.role == .token && place == .header("x-amz-security-token")
    if entry.card.signing != nil, case .query = place {
      throw .misplaced(entry, "a presigned address, which is not signed anew,", desk.target)
    }
    guard isSigned, isKey, let scope = entry.card.signing else {
      throw .misplaced(entry, place.description, desk.target)
    }
    return CredentialUse(secret: entry.name, place: .sigv4(service: scope.service, region: scope.region))
  }

  private func signs(_ request: SignedRequest, _ card: SecretCard) -> Bool {
    guard let scope = card.signing else { return false }
    return scope.service == request.service && (scope.region == "*" || scope.region == request.region)
  }

  private func filled(_ values: [String: any SecretValue]) throws(Refusal) -> GuardStep {
    guard var head else { return .pass([]) }
    if !values.isEmpty {
      head = try HeadWalk(table: table, target: desk.target, method: head.method) { entry, _ in
        Self.part(of: values[entry.name], entry)
      }.rewritten(head)
    }
    if told.isTold(desk.target.host.text) || walk.mayChange {
      head.askPlainly(inParts: !told.isToldOpenly(desk.target.host.text) && !walk.mayChange)
    }
    if let signed, let value = values[signed.entry.name] { signer = AWSSigner(signed.request, value) }
    // A message that is compressed could not be read: neither for a placeholder nor for a value that comes back.
    let showsValues = told.isTold(desk.target.host.text) || table.speaks(to: desk.target, method: desk.method)
    if head.wantsWebSocket, showsValues {
      head.fields.removeAll { $0.name == "sec-websocket-extensions" }
    }
    self.head = head
    return try started(head)
  }

  private static func part(of value: (any SecretValue)?, _ entry: CredentialTable.Entry) -> [UInt8] {
    guard let value else { return entry.placeholder }
    switch entry.role {
    case .value: return value.bytes
    case .identity, .key: return entry.placeholder
    case .token:
      var all = value.bytes
      defer { Erasing.erase(&all) }
      return Array(all.split(separator: UInt8(ascii: ":"), maxSplits: 2).last ?? [])
    }
  }

  private func started(_ head: RequestHead) throws(Refusal) -> GuardStep {
    var head = head
    let payload = head.values("x-amz-content-sha256").first
    let isStream = payload?.hasPrefix("STREAMING-") ?? false
    // A body that another secret may change has another hash and another length than the program tells.
    if signer != nil, payload == nil || walk.mayChange, !isStream {
      holdsBody = true
      return .pass([])
    }
    if let payload, signer != nil {
      try sign(&head, payload)
    } else if walk.mayChange, let length = head.framing.bytes, length <= Self.shortBody {
      holdsBody = true
      return .pass([])
    } else if walk.mayChange {
      head.framing = .chunked
    }
    return .pass([passed(head)])
  }

  private func passed(_ head: RequestHead) -> MessagePart {
    self.head = nil
    promised = head.framing.bytes
    return .request(head)
  }

  private func sign(_ head: inout RequestHead, _ payload: String) throws(Refusal) {
    let isStream = payload == SignedChunks.payload
    let isReadable = isStream || !payload.hasPrefix("STREAMING-") || payload == "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
    guard isReadable, let signer, let (header, signature) = signer.authorization(head, payload: payload) else {
      throw Refusal(
        "secret-body-unfit",
        "the request cannot be signed for AWS: a signed header is missing, or its body is signed otherwise")
    }
    head.fields.removeAll { $0.name == "authorization" }
    head.fields.append(HTTPField(name: "authorization", header))
    if isStream { chunks = SignedChunks(signer, seed: signature) }
  }

  // MARK: the body

  private func feed(_ bytes: [UInt8], isLast: Bool) throws(Refusal) -> GuardStep {
    switch try walk.feed(bytes, isLast: isLast) {
    case .needs(let use): return ask([use], .body)
    case .bytes(var bytes):
      if var chunks {
        bytes = try chunks.feed(bytes, isLast: isLast)
        self.chunks = chunks
      }
      return holdsBody ? try hold(bytes, isLast: isLast) : .pass(try parts(bytes, isLast: isLast))
    }
  }

  /// - Throws: where the body would have another length than its head tells: its server would read the rest as another request.
  private func parts(_ bytes: [UInt8], isLast: Bool) throws(Refusal) -> [MessagePart] {
    if let promised {
      let left = promised - Int64(bytes.count)
      guard left >= 0, left == 0 || !isLast else {
        throw Refusal("secret-body-unfit", "with its secrets the body has another length than its head tells")
      }
      self.promised = left
    }
    return (bytes.isEmpty ? [] : [.data(ByteBuffer(bytes: bytes))]) + (isLast ? [.end(trailers ?? [])] : [])
  }

  private func hold(_ bytes: [UInt8], isLast: Bool) throws(Refusal) -> GuardStep {
    body += bytes
    guard body.count <= Self.signedBody else {
      throw Refusal("secret-body-unfit", "the body has more than 8 MiB, and would have to be read before it is signed")
    }
    guard isLast, var head else { return .pass([]) }
    if head.framing != .none { head.framing = .length(Int64(body.count)) }
    if signer != nil { try sign(&head, stated(&head)) }
    defer { Erasing.erase(&body) }
    return .pass([passed(head)] + (try parts(body, isLast: true)))
  }

  /// The body's hash, and in the head where the program told one; a body that is not signed stays so.
  private func stated(_ head: inout RequestHead) -> String {
    let hash = AWSSigner.hash(body)
    guard let index = head.fields.firstIndex(where: { $0.name == "x-amz-content-sha256" }) else { return hash }
    if head.fields[index].text == "UNSIGNED-PAYLOAD" { return "UNSIGNED-PAYLOAD" }
    head.fields[index] = HTTPField(name: "x-amz-content-sha256", hash)
    return hash
  }

  private func check(_ trailers: [HTTPField]) throws(Refusal) {
    for field in trailers {
      guard let match = table.finder.first(in: field.value) else { continue }
      throw .misplaced(table.entries[match.index], "a trailer", desk.target)
    }
  }
}
