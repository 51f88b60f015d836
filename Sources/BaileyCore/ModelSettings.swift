/// Where models are asked, and what they cost: `models` and `prices` in `egress.yaml`.
package struct ModelSettings: Sendable, Equatable {
  /// Forms in which models are asked.
  package enum Form: String, Sendable, CaseIterable {
    /// Anthropic's Messages.
    case messages
    /// OpenAI's Chat Completions, which many speak.
    case chat
    /// OpenAI's Responses.
    case responses
    /// Google's `generateContent`.
    case gemini
  }

  package struct Endpoint: Sendable, Equatable {
    package var host: HostPattern
    package var paths: [PathPattern]
    package var form: Form

    package init(host: HostPattern, paths: [PathPattern], form: Form) {
      (self.host, self.paths, self.form) = (host, paths, form)
    }
  }

  /// The first that matches counts.
  package var endpoints = known

  /// The first that matches counts.
  package var prices: [Price] = []

  package init() {}

  /// What another place says counts where this one says nothing.
  package mutating func add(_ other: ModelSettings) {
    let own = endpoints.dropLast(Self.known.count)
    endpoints = own + other.endpoints
    prices += other.prices
  }

  package func form(_ host: HostName, path: String) -> Form? {
    endpoints.first { $0.host.matches(host) && $0.paths.contains { $0.matches(path) } }?.form
  }
}

extension ModelSettings {
  /// What a million tokens cost, in millionths of a US dollar; so a token costs as many millionths of a millionth.
  package struct Price: Sendable, Equatable {
    /// The name of a model, or its beginning and `*`.
    package var model: String
    package var input: Int64
    package var output: Int64
    /// Of tokens that the provider had kept, and of those that it was to keep.
    package var cacheRead: Int64
    package var cacheWrite: Int64

    package init(model: String, input: Int64, output: Int64, cacheRead: Int64? = nil, cacheWrite: Int64? = nil) {
      (self.model, self.input, self.output) = (model, input, output)
      (self.cacheRead, self.cacheWrite) = (cacheRead ?? input, cacheWrite ?? input)
    }

    fileprivate func covers(_ name: String) -> Bool {
      model.hasSuffix("*") ? name.hasPrefix(model.dropLast()) : name == model
    }
  }

  /// Assumed where no price is stated: more than any model costs that is known, 100 and 500 dollars.
  package static let assumed = Price(model: "*", input: 100_000_000, output: 500_000_000)

  /// - Parameter model: as the answer names it. One that no price covers costs as much as the dearest that is stated.
  package func price(of model: String?) -> Price {
    if let model, let price = prices.first(where: { $0.covers(model) }) { return price }
    guard var dearest = prices.first else { return Self.assumed }
    for price in prices {
      dearest.input = max(dearest.input, price.input)
      dearest.output = max(dearest.output, price.output)
      dearest.cacheRead = max(dearest.cacheRead, price.cacheRead)
      dearest.cacheWrite = max(dearest.cacheWrite, price.cacheWrite)
    }
    return dearest
  }
}

/// What a session may use of models; `nil` is without limit.
package struct ModelBudget: Sendable, Equatable {
  package var tokens: Int64?
  /// Millionths of a US dollar.
  package var cost: Int64?

  package init(tokens: Int64? = nil, cost: Int64? = nil) { (self.tokens, self.cost) = (tokens, cost) }
}

/// Sums of money, as people write them.
package enum Money {
  /// `2.50` is 2,500,000. At most nine digits before the point and six behind it; `nil` for anything else.
  package static func millionths(_ text: String) -> Int64? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard let whole = parts.first, parts.count <= 2, (1...9).contains(whole.utf8.count) else { return nil }
    let rest = parts.count == 2 ? parts[1] : "0"
    guard (1...6).contains(rest.utf8.count), (whole + rest).utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    let padded = rest + String(repeating: "0", count: 6 - rest.utf8.count)
    return Int64(String(whole + padded))
  }
}

extension ModelSettings {
  /// Those that everybody knows.
  package static let known: [Endpoint] = [
    ("api.anthropic.com", .messages, Form.messages.usualPaths),
    ("api.openai.com", .chat, Form.chat.usualPaths),
    ("api.openai.com", .responses, Form.responses.usualPaths),
    ("chatgpt.com", .responses, ["/backend-api/codex/responses"]),
    ("generativelanguage.googleapis.com", .gemini, Form.gemini.usualPaths),
  ].compactMap { host, form, paths in Endpoint(host, form, paths) }
}

extension ModelSettings.Endpoint {
  /// `nil` where a host or path is none.
  package init?(_ host: String, _ form: ModelSettings.Form, _ paths: [String]) {
    let patterns = paths.compactMap { try? PathPattern($0) }
    guard let host = try? HostPattern(host), patterns.count == paths.count else { return nil }
    self.init(host: host, paths: patterns, form: form)
  }
}

extension ModelSettings.Form {
  /// Where the providers themselves have it.
  package var usualPaths: [String] {
    switch self {
    case .messages: ["/v1/messages", "/v1/messages/count_tokens"]
    case .chat: ["/v1/chat/completions"]
    case .responses: ["/v1/responses", "/v1/responses/compact", "/v1/responses/input_tokens"]
    case .gemini:
      ["/v1/models/*", "/v1beta/models/*"].flatMap { root in
        ["generateContent", "streamGenerateContent", "countTokens"].map { "\(root):\($0)" }
      }
    }
  }
}
