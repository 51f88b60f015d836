import BaileyCore

extension Refusal {
  /// What to ask the person for.
  static func advice(on reason: Reason?) -> String {
    let keys = [
      "method-not-allowed": "methods", "path-not-allowed": "paths", "query-not-allowed": "query",
      "header-not-allowed": "headers", "content-type-not-allowed": "content_types", "body-too-large": "max_body",
      "identity-foreign": "identity",
    ]
    guard let reason, let key = keys[reason.code] else {
      return "this sandbox reaches only what its manifest allows; ask the person to add a rule"
    }
    return
      "send another request, or ask the person to extend `\(key)` of the rule at \(reason.source?.text ?? "this host")"
  }
}
