import BaileyCore
import NIOCore

/// The beginning of a body that policy waits for.
struct EarlyBody {
  var action: Action
  var preview: BodyPreview
  /// What has come so far, for the server once it may have it.
  var body = BodyHold()
  /// The body is whole.
  var trailers: [HTTPField]?
  /// The agent's program was told to go on, in the place of the server.
  var hasContinued = false
}

extension Exchange {
  /// Asks, where the body can call for something when its first part has come.
  func preview(_ action: Action, _ body: BodyPreview) {
    early = EarlyBody(action: action, preview: body)
    guard body.isWaiting, let loop = agent?.loop else { return endPreview() }
    state = .previewing
    sendContinue()
    let bound = NIOLoopBound(self, eventLoop: loop)
    timer = loop.scheduleTask(in: TimeAmount(session.options.learning)) {
      if bound.value.state == .previewing { bound.value.endPreview() }
    }
    agent?.advance()
  }

  /// Programs that wait for a `100 Continue` would wait for ever.
  private func sendContinue() {
    guard head.values("expect").contains(where: { HTTPToken.lower($0.utf8) == "100-continue" }) else { return }
    early?.hasContinued = true
    let interim = ResponseHead(status: 100, reason: Array("Continue".utf8), version: .http11, fields: [], length: 0)
    _ = agent?.send(.response(interim))
    agent?.flush()
  }

  func preview(_ part: MessagePart) {
    guard var early else { return }
    // Else each part would copy all that came before it.
    self.early = nil
    switch part {
    case .data(let bytes):
      early.body.add(bytes)
      early.preview.feed(Array(bytes.readableBytesView), isEnd: false)
    case .end(let trailers):
      early.trailers = trailers
      early.preview.feed([], isEnd: true)
    case .request, .response: break
    }
    self.early = early
    guard session.settle(early.body.count, counted: &held) else { return fail(.busy) }
    if !early.preview.isWaiting { endPreview() }
  }

  /// Enough has come, or nothing more in time: then policy is told that there is more.
  private func endPreview() {
    guard var action = early?.action else { return }
    timer?.cancel()
    state = .deciding
    action.add(early?.preview.members ?? [:])
    decide(action)
  }

  /// The request goes out: its head, and what was read of its body.
  func begin(_ target: HTTPTarget) {
    var directed = head.directed(to: target)
    if let offer { directed = offer.applied(to: directed) }
    if early?.hasContinued == true { directed.fields.removeAll { $0.name == "expect" } }
    pass(.request(directed))
    guard var early else { return }
    self.early = nil
    for bytes in early.body.all() { pass(.data(bytes)) }
    if let trailers = early.trailers { pass(.end(trailers)) }
  }
}
