import BaileyCore
import NIOCore

/// Bodies and tunnels, refusals and ends.
extension HTTPExchange {
  /// Passes bytes to the server, if the budget holds.
  func pass(_ bytes: [UInt8]) -> Bool {
    guard let context else { return false }
    return pass(context.channel.allocator.buffer(bytes: bytes))
  }

  private func pass(_ bytes: ByteBuffer) -> Bool {
    guard let upstream else { return false }
    guard session.countSent(bytes.readableBytes) else {
      fail(.budget)
      return false
    }
    moved()
    current?.sent += Int64(bytes.readableBytes)
    upstream.write(bytes)
    return true
  }

  func passBody() {
    guard var body = current?.body, !body.isDone, let framing = current?.head.framing else { return }
    do throws(BodyError) {
      while let part = try body.next(&input) {
        guard passPart(part, isChunked: framing == .chunked) else { return }
      }
    } catch {
      // The server gets no end of this body: its connection is closed, not finished.
      return fail(Refusal("http-malformed", "the chunked body is malformed", hint: "send strict HTTP/1.1 (RFC 9112)"))
    }
    current?.body = body
    upstream?.flush()
    if body.isDone { finishIfComplete() }
  }

  private func passPart(_ part: BodyDecoder.Part, isChunked: Bool) -> Bool {
    switch part {
    case .data(let bytes) where isChunked:
      var framed = ByteBuffer(string: String(bytes.readableBytes, radix: 16) + "\r\n")
      framed.writeImmutableBuffer(bytes)
      framed.writeString("\r\n")
      return pass(framed)
    case .data(let bytes): return pass(bytes)
    case .end: return isChunked ? pass(ByteBuffer(string: "0\r\n\r\n")) : true
    }
  }

  func passTunnel() {
    guard input.readableBytes > 0 else { return }
    let bytes = input.readSlice(length: input.readableBytes) ?? ByteBuffer()
    input.clear()
    if pass(bytes) { upstream?.flush() }
  }

  // MARK: from the server

  var isWritable: Bool { context?.channel.isWritable ?? false }

  func deliver(_ bytes: ByteBuffer) {
    session.countReceived(bytes.readableBytes)
    moved()
    current?.received += Int64(bytes.readableBytes)
    context?.write(wrapOutboundOut(bytes), promise: nil)
  }

  func deliver(_ bytes: [UInt8]) { deliver(ByteBuffer(bytes: bytes)) }

  func flushToClient() { context?.flush() }

  func becomeTunnel() {
    state = .tunnel
    arm(session.options.idle)
    advance()
  }

  /// The server's answer is whole.
  func answered(status: Int, keepsAlive: Bool) {
    current?.status = status
    current?.isAnswered = true
    if !keepsAlive {
      upstream?.close()
      upstream = nil
    }
    finishIfComplete()
  }

  private func finishIfComplete() {
    guard let current, current.isAnswered, state == .exchanging else { return }
    let isReusable = current.body.isDone && current.head.keepsAlive && !upstreamAnswerEndsConnection
    report(nil)
    if isReusable {
      startOver()
    } else {
      closeAfterFlush()
    }
  }

  /// The server's connection ended. Before an answer that is an error to tell; after a part of one, only a close is honest.
  func upstreamEnded(afterHead: Bool) {
    upstream = nil
    switch state {
    case .exchanging where current?.isAnswered == false:
      if afterHead {
        report(Refusal("connection-lost", "the server closed the connection in the middle of its answer"))
        close()
      } else {
        fail(Refusal("connection-failed", "the server closed the connection without an answer"))
      }
    case .tunnel:
      report(nil)
      closeAfterFlush()
    default: break
    }
  }

  // MARK: ends

  func report(_ reason: Refusal?) {
    guard let current, let ruling = current.ruling else { return }
    self.current?.ruling = nil
    var detail: [String: JSON] = ["sent": .int(current.sent), "received": .int(current.received)]
    if let status = current.status { detail["status"] = .int(Int64(status)) }
    if let address = upstream?.endpoint { detail["address"] = .string(address) }
    if let reason { detail["reason"] = reason.detail }
    session.complete(ruling, Outcome(succeeded: reason == nil, detail: .object(detail)))
  }

  /// Refuses before anybody was asked, on the gate's own account.
  func refuse(_ refusal: Refusal, observing action: Action?, host: HTTPTarget?) {
    session.observe(action ?? unreadable, refusal)
    speak(refusal, host: host)
  }

  /// What can be said of a request that could not be read.
  private var unreadable: Action {
    guard case .transparent(let claim, let port, _) = origin else {
      return Action(.httpRequest, session.subject, resource: ["scheme": "http"])
    }
    return Action(
      .httpRequest, session.subject,
      resource: ["scheme": "http", "host": claim.map { .string($0.text) } ?? .null, "port": .int(Int64(port))])
  }

  /// Ends an allowed request that did not work out.
  func fail(_ refusal: Refusal) {
    let hasBegun = upstream?.hasDeliveredHead ?? false
    report(refusal)
    upstream?.close()
    upstream = nil
    if hasBegun { close() } else { speak(refusal, host: current?.target) }
  }

  func speak(_ refusal: Refusal, host: HTTPTarget?) {
    guard state != .closing, let context else { return }
    let bytes = refusal.response(status: refusal.status, host: host?.host.text, port: host?.port)
    context.write(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
    closeAfterFlush()
  }

  /// Sends what is written, then the end, and waits a little for the client to read it.
  func closeAfterFlush() {
    guard let context else { return }
    state = .closing
    upstream?.close()
    upstream = nil
    input.clear()
    arm(session.options.idle)
    let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
    // A slow reader gets all of the answer; the wait begins when the kernel has it.
    context.writeAndFlush(wrapOutboundOut(ByteBuffer())).whenComplete { _ in bound.value.linger() }
    wantMore()
  }

  private func linger() {
    context?.close(mode: .output, promise: nil)
    arm(session.options.lingering)
  }

  func close() {
    state = .closing
    context?.close(promise: nil)
  }
}
