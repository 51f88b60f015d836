import BaileyCore

/// Short-lived tokens of OAuth (RFC 6749): kept until shortly before their end, and fetched once, however many wait.
actor TokenSource {
  private struct Token {
    var value: SecretBytes
    /// Nanoseconds since 1970-01-01 UTC.
    var end: Int64
    /// Which value of the secret it was had with.
    var stamp: Int64
  }

  private let caller: (any HTTPCaller)?
  private let now: @Sendable () -> Int64
  private var tokens: [String: Token] = [:]
  private var fetches: [String: Task<Result<Token, Fault>, Never>] = [:]

  /// A token that ends sooner is fetched anew: a request takes its time. Nanoseconds.
  private static let margin: Int64 = 60_000_000_000
  /// Where a server does not say how long it holds; seconds.
  private static let usualLife: Int64 = 300

  init(caller: (any HTTPCaller)?, now: @escaping @Sendable () -> Int64) {
    self.caller = caller
    self.now = now
  }

  /// - Parameter renew: keeps another refresh token, where the server gave one, and says its version; `nil` where the secret has another
  ///   value by now.
  func token(
    for card: SecretCard, _ grant: OAuthGrant, _ value: SecretBytes,
    renew: @escaping @Sendable (SecretBytes) throws(Fault) -> Int64?
  ) async throws(Fault) -> SecretBytes {
    let stamp = card.version
    if let token = tokens[card.name], token.stamp == stamp, token.end > now() { return token.value }
    let key = "\(card.name) \(stamp)"
    let fetch = fetches[key] ?? start(key, card, grant, value, stamp, renew)
    return try await fetch.value.get().value
  }

  private func start(
    _ key: String, _ card: SecretCard, _ grant: OAuthGrant, _ value: SecretBytes, _ stamp: Int64,
    _ renew: @escaping @Sendable (SecretBytes) throws(Fault) -> Int64?
  ) -> Task<Result<Token, Fault>, Never> {
    let fetch = Task { await self.fetch(card, grant, value, stamp, renew, key) }
    fetches[key] = fetch
    return fetch
  }

  private func fetch(
    _ card: SecretCard, _ grant: OAuthGrant, _ value: SecretBytes, _ stamp: Int64,
    _ renew: @Sendable (SecretBytes) throws(Fault) -> Int64?, _ key: String
  ) async -> Result<Token, Fault> {
    defer { fetches[key] = nil }
    do throws(Fault) {
      let answer = try await ask(card, grant, value)
      let life = max(0, min(answer.life ?? Self.usualLife, 86_400)) * 1_000_000_000
      var token = Token(value: answer.token, end: now() + life - min(Self.margin, life / 2), stamp: stamp)
      // The old one may be worth nothing from now on.
      if let refresh = answer.refresh {
        guard let stamp = try renew(refresh) else {
          throw Self.fault(card, "the person gave it another value meanwhile; try again")
        }
        token.stamp = stamp
      }
      tokens[card.name] = token
      return .success(token)
    } catch {
      return .failure(error)
    }
  }

  private func ask(_ card: SecretCard, _ grant: OAuthGrant, _ value: SecretBytes) async throws(Fault) -> TokenAnswer {
    guard let caller else { throw Self.fault(card, "nothing here can ask its server") }
    let question = TokenQuestion(grant, value)
    guard let call = question.call else { throw Self.fault(card, "the address of its server is none") }
    let reply: HTTPReply
    do throws(HTTPFailure) { reply = try await caller.call(call) } catch {
      throw Self.fault(card, "its server gave no answer (\(Self.word(error)))")
    }
    guard reply.status == 200 else { throw Self.fault(card, "its server answered with status \(reply.status)") }
    guard let answer = TokenAnswer(reply.body, question) else {
      throw Self.fault(card, "its server's answer is no token")
    }
    return answer
  }

  private static func fault(_ card: SecretCard, _ why: String) -> Fault {
    Fault("secret-token-refused", subject: card.name, why: "no token can be had: \(why)")
  }

  private static func word(_ failure: HTTPFailure) -> String {
    switch failure {
    case .timedOut: "too slow"
    case .unreachable: "unreachable"
    case .untrusted: "it does not prove who it is"
    case .malformed, .tooLong: "malformed"
    }
  }
}

/// The question for a token, with what is kept in it.
struct TokenQuestion {
  let grant: OAuthGrant
  /// The refresh token, of `refreshToken`.
  let refresh: String?
  let clientSecret: String?

  init(_ grant: OAuthGrant, _ value: SecretBytes) {
    self.grant = grant
    let text = value.lend { String(decoding: Array($0), as: UTF8.self) }
    let lines = text.split(separator: "\n", maxSplits: 1).map(String.init)
    switch grant.kind {
    case .clientCredentials: (refresh, clientSecret) = (nil, text)
    case .refreshToken: (refresh, clientSecret) = (lines.first, lines.count == 2 ? lines[1] : nil)
    }
  }

  var call: HTTPCall? {
    let (base, path) = RemoteURL.parts(grant.tokenURL)
    guard let url = try? RemoteURL(base) else { return nil }
    var call = HTTPCall(url.place, path.isEmpty ? "/" : path)
    call.security = HTTPSecurity(name: url.name)
    call.headers = ["content-type": "application/x-www-form-urlencoded", "accept": "application/json"]
    call.headers["host"] = url.host
    var fields = [("grant_type", grant.kind == .clientCredentials ? "client_credentials" : "refresh_token")]
    if let refresh { fields.append(("refresh_token", refresh)) }
    if let scope = grant.scope { fields.append(("scope", scope)) }
    if let clientSecret {
      // RFC 6749, section 2.3.1.
      let pair = Self.encoded(grant.clientID) + ":" + Self.encoded(clientSecret)
      call.headers["authorization"] = "Basic " + Base64.encode(Array(pair.utf8))
    } else {
      fields.append(("client_id", grant.clientID))
    }
    call.body = Array(fields.map { $0.0 + "=" + Self.encoded($0.1) }.joined(separator: "&").utf8)
    call.maximumBody = 64 << 10
    call.timeout = 10_000
    return call
  }

  private static func encoded(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      let isPlain =
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || [0x2D, 0x2E, 0x5F, 0x7E].contains(byte)
      bytes += isPlain ? [byte] : [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// RFC 6749, section 5.1.
struct TokenAnswer {
  let token: SecretBytes
  /// Seconds.
  let life: Int64?
  let refresh: SecretBytes?

  init?(_ body: [UInt8], _ question: TokenQuestion) {
    guard let json = try? JSON.parse(body, maximumBytes: 64 << 10), let text = json["access_token"]?.string,
      (1...16384).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
      json["token_type"]?.string?.lowercased() == "bearer", let token = try? Self.secret(text)
    else { return nil }
    self.token = token
    life = json["expires_in"]?.int
    guard question.grant.kind == .refreshToken, let next = json["refresh_token"]?.string, next != question.refresh
    else {
      refresh = nil
      return
    }
    refresh = try? Self.secret([next, question.clientSecret].compactMap(\.self).joined(separator: "\n"))
  }

  private static func secret(_ text: String) throws(Fault) -> SecretBytes {
    var bytes = Array(text.utf8)
    return try SecretBytes.taking(&bytes)
  }
}
