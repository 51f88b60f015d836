import BaileyLinux

/// The tunnel through the upstream proxy, before anything else goes that way.
extension Connection {
  /// Once for each connection to the proxy.
  func askForTunnel(_ route: ProxyRoute) {
    guard let claim else { return refuse(.nameMissing) }
    stage = .tunnelling
    let request = route.request(for: claim, port)
    guard (try? Socket.send(request, to: upstream)) == request.count else { return refuse(.proxyGone) }
    continueTunnelling()
  }

  /// What comes behind the answer is the server's, and stays in the kernel.
  func continueTunnelling() {
    do throws(Errno) {
      let count = try thread.buffer.receive(from: upstream, limit: ProxyAnswer.limit, peek: true)
      guard count > 0 else { return refuse(.proxyGone) }
      guard looksAgain() else { return refuse(.proxyMalformed) }
      switch ProxyAnswer(thread.buffer.bytes(0, count)) {
      // What is only looked at hides the end behind it.
      case .undecided: if down.isEnding { refuse(.proxyGone) }
      case .refused(let refusal): refuse(refusal)
      case .tunnel(let length):
        var left = length
        while left > 0 { left -= try thread.buffer.receive(from: upstream, limit: left) }
        isTunnelled = true
        connected()
      }
    } catch .tryAgain {
      return
    } catch {
      refuse(.proxyGone)
    }
  }
}
