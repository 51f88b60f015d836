/// What does not pass yet, by the builtin that is missing.
enum NotYet {
  /// Refused for good: they would do I/O in a decision, or are beyond what policies here need.
  private static let refused = ["graphql.", "http.send", "net.lookup_ip_addr", "providers.aws."]

  /// Still to be written.
  private static let open = ["rego.parse_module"]

  /// Whether a failure is that of a builtin which is known to be missing.
  static func explains(_ failure: String) -> Bool {
    failure.contains("there is no reader of YAML")
      || (refused + open).contains { failure.contains("undefined function " + $0) }
  }
}
