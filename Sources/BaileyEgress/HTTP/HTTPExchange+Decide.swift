import BaileyCore
import NIOCore

/// Decision, look-up and dialling of one request.
extension HTTPExchange {
  func decide(_ action: Action) {
    guard let context else { return }
    state = .deciding
    let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
    let (session, loop) = (session, context.eventLoop)
    Task {
      let ruling = await session.mediator.request(action)
      loop.execute { bound.value.ruled(ruling) }
    }
  }

  private func ruled(_ ruling: Ruling) {
    guard state == .deciding, let target = current?.target else {
      if ruling.isAllowed { session.complete(ruling, Outcome(succeeded: false, detail: ["reason": "client-gone"])) }
      return
    }
    guard ruling.isAllowed else { return speak(Refusal(ruling), host: target) }
    current?.ruling = ruling
    if let upstream, upstream.serves(target) { return send() }
    upstream?.close()
    upstream = nil
    state = .dialling
    resolve(target)
  }

  private func resolve(_ target: HTTPTarget) {
    guard let context else { return }
    let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
    let (session, loop) = (session, context.eventLoop)
    Task {
      let result: Result<[IPAddress], ResolveError>
      switch target.host {
      case .address(let address): result = .success([address])
      case .name(let name):
        do throws(ResolveError) { result = .success(try await session.resolver.addresses(of: name)) } catch {
          result = .failure(error)
        }
      }
      loop.execute { bound.value.resolved(result) }
    }
  }

  private func resolved(_ result: Result<[IPAddress], ResolveError>) {
    guard state == .dialling, let target = current?.target else { return }
    switch result {
    case .failure(let error): fail(.resolving(error, target.host.text))
    case .success(let addresses):
      candidates = session.rules.dialable(addresses, target.port)
      if candidates.isEmpty { return fail(.notDialable(target.host.text, addresses)) }
      dial()
    }
  }

  /// Dials the checked addresses in order.
  private func dial() {
    guard let context, let target = current?.target, state == .dialling else { return }
    guard !candidates.isEmpty else {
      return fail(Refusal("connection-failed", "no address of \(target.host.text) accepted the connection"))
    }
    let address = candidates.removeFirst()
    let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
    HTTPUpstream.dial(address, target, for: bound, timeout: session.options.dialling).whenComplete { result in
      switch result {
      case .success(let upstream): bound.value.dialled(upstream.value)
      case .failure: bound.value.dial()
      }
    }
  }

  private func dialled(_ new: HTTPUpstream) {
    guard state == .dialling else { return new.close() }
    upstream = new
    send()
  }

  private func send() {
    guard let current, let upstream else { return }
    state = .exchanging
    arm(session.options.idle)
    guard pass(current.head.forwarded(to: current.target)) else { return }
    upstream.begin(current.head)
    advance()
  }
}
