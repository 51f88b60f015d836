import BaileyCore
import BaileyLinux

/// How a refusal is recorded, and told to the agent in the language it speaks.
extension Connection {
  /// Refuses what the gate itself finds wrong; a ruling of the mediator goes to `speak`, for it is recorded already.
  func refuse(_ refusal: Refusal, as voice: Voice? = nil, reply: [UInt8]? = nil, address: IPAddress? = nil) {
    if let voice { self.voice = voice }
    if ruling != nil {
      report(refusal)
    } else {
      let action =
        action
        ?? Action.connect(
          session.subject, host: claim?.name?.text, address: (address ?? claimedAddress)?.description, port: port,
          transport: word)
      session.observe(action, refusal)
    }
    speak(refusal, reply: reply)
  }

  private var word: String {
    switch voice {
    case .silence: "tcp"
    case .tls: "tls"
    case .http: door == .proxy ? "connect" : "http"
    case .socks: "socks5"
    }
  }

  func speak(_ refusal: Refusal, reply: [UInt8]? = nil) {
    closeUpstream()
    let bytes = reply ?? message(refusal)
    guard !bytes.isEmpty else { return reset() }
    stage = .lingering
    deadline = thread.after(session.options.lingering)
    _ = try? Socket.send(bytes, to: client)
    Socket.shutdown(client, .write)
    discard()
  }

  private func message(_ refusal: Refusal) -> [UInt8] {
    switch voice {
    case .silence: []
    // A fatal alert, access_denied, as a plaintext record (RFC 8446 section 6).
    case .tls: [21, 3, 3, 0, 2, 2, 49]
    case .http: refusal.response(status: refusal.status, host: claim?.text, port: port == 0 ? nil : port)
    case .socks:
      SOCKSRequest.reply(
        refusal.code == "connection-failed" || refusal.code == "connection-timeout"
          ? SOCKSRequest.unreachable : SOCKSRequest.refused)
    }
  }

  /// Reads what the client still sends, so that the close is no reset that would overtake the answer. Who sends on and on gets the reset.
  func discard() {
    do throws(Errno) {
      while discarded < Self.maximumDiscarded {
        let count = try thread.buffer.receive(from: client)
        if count == 0 { return finish() }
        discarded += count
      }
      reset()
    } catch .tryAgain {
      return
    } catch {
      finish()
    }
  }
}
