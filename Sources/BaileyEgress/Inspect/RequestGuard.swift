import BaileyCore
import NIOCore

/// Reads one request on its way to the server, and holds back what has not been read far enough.
///
/// Of a body 64 KiB are held, so that what is up to 48 KiB long is read whole before its first byte goes on, and a longer one ends at the
/// server only when all of it is clean: its last bytes and its end are given at `end`, or never. Of one to a model the value that is being read is held besides. A finding above a hint stops the guard;
/// nothing more is given until `resume`, or at all.
final class RequestGuard {
  /// What is declared of a body.
  struct Body: Sendable {
    /// Values of `Content-Encoding`.
    var encodings = ""
    /// Lower case.
    var contentType = ""
    /// Value of `grpc-encoding`.
    var messageEncoding = ""
    /// A body of unknown length may wait for an answer to its beginning; one whose length is told does not.
    var hasLength = false
    /// It asks a model, and is read value by value.
    var model: (form: ModelSettings.Form, models: SessionModels)?

    var isEncoded: Bool {
      (encodings.split(separator: ",") + [messageEncoding[...]])
        .contains { !["", "identity"].contains($0.filter { $0 != " " && $0 != "\t" }.lowercased()) }
    }

    /// Not that of browsers, which is framed in other ways.
    var isGRPC: Bool { contentType == "application/grpc" || contentType.hasPrefix("application/grpc+") }
  }

  private enum State { case open, ended, over }

  private var inspection: PassageInspection
  private let body: Body
  private var stream: (any TrafficInspection)?
  private var surroundings: PlaceholderSurroundings?
  private var hasBegun = false
  private var messages: GRPCMessages?
  private var model: ModelBody?
  private let host: String
  private var hold = BodyHold()
  private var state = State.open
  private var told = ToldFindings()
  /// Policy has to be asked about the findings before anything more is given.
  private(set) var isStopped = false

  /// - Parameter found: what policy was told of before.
  init(
    _ inspector: any TrafficInspector, _ session: SessionID, to host: String, _ body: Body = Body(),
    found: PassageFindings = PassageFindings(), own: OwnPlaceholders? = nil
  ) {
    inspection = PassageInspection(inspector, session, to: host, found: found, own: own)
    inspection.isEncoded = body.isEncoded
    surroundings = inspection.surroundings()
    (self.body, self.host) = (body, host)
    if body.isGRPC { messages = GRPCMessages(encoding: body.messageEncoding) }
    told.tell(findings)
  }

  var findings: PassageFindings { inspection.findings }
  /// Bytes of the body that are held.
  var heldBytes: Int { hold.count }

  /// The head. Its findings go with the first question to policy, so they stop nothing.
  func read(_ head: InspectedText) {
    inspection.read(head)
    told.tell(findings)
  }

  /// - Returns: what may go on. Nothing may be taken while the guard is stopped.
  func take(_ bytes: ByteBuffer) -> [ByteBuffer] {
    guard state == .open, bytes.readableBytes > 0 else { return [] }
    if !hasBegun { begin() }
    model?.read(bytes.readableBytesUInt8Span, &inspection)
    if let stream { inspection.add(stream.feed(bytes.readableBytesUInt8Span), in: "body") }
    readAround(bytes.readableBytesView)
    messages?.read(bytes, &inspection)
    hold.add(bytes)
    return look() ? hold.surplus(behind: model?.open ?? 0) : []
  }

  private func begin() {
    hasBegun = true
    if let (form, models) = body.model {
      model = ModelBody(form, models, to: host, &inspection)
    } else {
      stream = inspection.begin(body.encodings, "body")
    }
  }

  private func readAround(_ bytes: some Sequence<UInt8>, isLast: Bool = false) {
    let found = surroundings?.read(bytes, isLast: isLast) { inspection.begin("", "body") }
    inspection.add(found ?? [], in: "body")
  }

  /// Whether `pause` may give something.
  /// No model answers half a question.
  var waits: Bool { state == .open && !body.hasLength && model == nil && !isStopped && hold.count > 0 }

  /// So far nothing more has come: what was sent is read as if it ended here, and goes on but for a word that may.
  ///
  /// A server that answers each message gets it so. A message of gRPC that is whole goes on whole, and of one that is compressed nothing goes
  /// on before it is, or is more than may be held.
  func pause() -> [ByteBuffer] {
    guard waits else { return [] }
    if let stream { inspection.add(stream.peek(), in: "body") }
    inspection.add(surroundings?.peek() ?? [], in: "body")
    guard look() else { return [] }
    return hold.all(but: messages?.unreadable ?? hold.openWord)
  }

  /// Whether waiting for more before `pause` would only delay a message.
  var isBetweenMessages: Bool { messages?.isBetween ?? false }

  /// The body is whole. Unless the guard is stopped by what it found, the rest of it is given, and its end may follow.
  func end(trailers: [(name: String, value: String)] = []) -> [ByteBuffer] {
    guard state == .open else { return [] }
    state = .ended
    if let stream { inspection.add(stream.finish(), in: "body") }
    readAround([], isLast: true)
    messages?.end(&inspection)
    model?.end(&inspection)
    stream = nil
    inspection.read(InspectedText(trailers: trailers))
    return look() ? finished() : []
  }

  /// All of the request has been given.
  var isOver: Bool { state == .over }

  /// Policy has allowed what was found so far.
  func resume() -> [ByteBuffer] {
    isStopped = false
    return state == .ended ? finished() : hold.surplus(behind: model?.open ?? 0)
  }

  /// Nothing of what is held will go on.
  func refuse() {
    (state, stream) = (.over, nil)
    hold.drop()
  }

  private func finished() -> [ByteBuffer] {
    state = .over
    return hold.all()
  }

  /// - Returns: whether nothing was found that policy has to hear of.
  private func look() -> Bool {
    if told.lacks(findings) {
      told.tell(findings)
      isStopped = true
    }
    return !isStopped
  }
}
