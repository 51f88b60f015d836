import BaileyCore
import BaileyLinux

/// The explicit proxy: CONNECT and SOCKS5. Absolute-form HTTP goes to the HTTP pipeline.
extension Connection {
  func learnProxyRequest(_ bytes: [UInt8]) {
    voice = .http
    guard bytes.starts(with: "CONNECT ".utf8) else { return handOff(to: .proxy) }
    let head: RequestHead
    do throws(RequestHeadError) {
      guard let parsed = try RequestHead.parse(bytes) else { return }
      head = parsed
    } catch {
      return refuse(.http(error))
    }
    connect(head)
  }

  private func connect(_ head: RequestHead) {
    guard let target = Authority(head.target), let targetPort = target.port else {
      return refuse(.host(head.target))
    }
    guard head.framing == .none || head.framing == .length(0) else { return refuse(.http(.ambiguousLength)) }
    if let host = head.values("host").first {
      guard let authority = Authority(host), authority.host == target.host,
        authority.port == nil || authority.port == targetPort
      else { return refuse(.mismatch(host, head.target)) }
    }
    guard consume(head.length) else { return end(Refusal("client-gone", "the connection broke")) }
    claimAndDecide(target.host, targetPort, transport: "connect")
  }

  private func claimAndDecide(_ host: NamedHost, _ number: UInt16, transport: String) {
    port = number
    guard case .address(let address) = host else {
      claim = host
      return decide(transport: transport)
    }
    switch adopt(address) {
    case .failure(let refusal): refuse(refusal, address: address)
    case .success(let adopted):
      claim = adopted
      decide(transport: transport)
    }
  }

  /// Takes bytes that were peeked at, and judged, out of the kernel.
  private func consume(_ count: Int) -> Bool {
    var left = count
    while left > 0 {
      guard let taken = try? thread.buffer.receive(from: client, limit: left), taken > 0 else { return false }
      left -= taken
    }
    return true
  }

  func beginSOCKS() {
    voice = .socks
    stage = .socksGreeting
    continueSOCKS()
  }

  func continueSOCKS() {
    guard let count = try? thread.buffer.receive(from: client, limit: 512, peek: true) else { return }
    if count == 0 { return end(Refusal("client-gone", "the client closed the connection")) }
    let bytes = thread.buffer.bytes(0, count)
    do throws(SOCKSError) {
      if stage == .socksGreeting { try greet(bytes) } else { try take(bytes) }
    } catch {
      refuseSOCKS(error)
    }
  }

  private func greet(_ bytes: [UInt8]) throws(SOCKSError) {
    guard let length = try SOCKSRequest.greeting(bytes) else { return }
    guard consume(length), (try? Socket.send([5, 0], to: client)) == 2 else {
      return end(Refusal("client-gone", "the connection broke"))
    }
    stage = .socksRequest
    continueSOCKS()
  }

  private func take(_ bytes: [UInt8]) throws(SOCKSError) {
    guard let request = try SOCKSRequest.connect(bytes) else { return }
    guard consume(request.length) else { return end(Refusal("client-gone", "the connection broke")) }
    claimAndDecide(request.host, request.port, transport: "socks5")
  }

  private func refuseSOCKS(_ error: SOCKSError) {
    switch error {
    case .method:
      refuse(Refusal("proxy-request-malformed", "only SOCKS5 without authentication is served"), reply: [5, 0xFF])
    case .command:
      let refusal = Refusal("proxy-request-malformed", "SOCKS5 BIND and UDP ASSOCIATE are not served")
      refuse(refusal, reply: SOCKSRequest.reply(SOCKSRequest.commandNotSupported))
    case .addressType:
      let refusal = Refusal("proxy-request-malformed", "the SOCKS5 address type is unknown")
      refuse(refusal, reply: SOCKSRequest.reply(SOCKSRequest.addressTypeNotSupported))
    case .malformed:
      let refusal = Refusal("proxy-request-malformed", "the SOCKS5 message is malformed")
      refuse(refusal, reply: SOCKSRequest.reply(SOCKSRequest.failed))
    case .name(let text): refuse(.host(text))
    }
  }

  func refuseSOCKS4() {
    let refusal = Refusal("proxy-request-malformed", "SOCKS4 is not served", hint: "use SOCKS5 with names: socks5h://")
    refuse(refusal, reply: [0, 0x5B, 0, 0, 0, 0, 0, 0])
  }
}
