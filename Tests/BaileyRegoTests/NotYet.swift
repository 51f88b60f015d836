/// What does not pass, and why: builtins that are refused for good.
enum NotYet {
  /// By the builtin's name.
  private static let refused = [
    "graphql.": "GraphQL is a language of its own that policies for agents have no use for",
    "http.send": "a decision does no I/O", "net.lookup_ip_addr": "a decision does no I/O",
    "providers.aws.": "signing requests is no decision's task",
  ]

  /// Whether a failure is the refusal of one of these.
  static func explains(_ failure: String) -> Bool {
    refused.keys.contains { failure.contains("undefined function " + $0) }
  }
}
