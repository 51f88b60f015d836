import BaileyCore
import NIOCore

/// The beginning of a body that policy waits for.
struct EarlyBody {
  var action: Action
  var preview: BodyPreview
  /// What has come so far, for the server once it may have it.
  var parts: [MessagePart] = []
  var bytes = 0
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
    guard var body = early else { return }
    // Else each part would copy all that came before it.
    early = nil
    body.parts.append(part)
    if case .data(let bytes) = part {
      body.bytes += bytes.readableBytes
      body.preview.feed(Array(bytes.readableBytesView), isEnd: false)
    }
    if case .end = part { body.preview.feed([], isEnd: true) }
    early = body
    guard session.settle(body.bytes, counted: &held) else { return fail(.busy) }
    if !body.preview.isWaiting { endPreview() }
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
    let parts = early?.parts ?? []
    early = nil
    for part in parts { pass(part) }
  }
}
