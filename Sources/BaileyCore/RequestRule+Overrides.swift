/// How a request may be another one than its line says: fields and keys that some servers obey instead of method and path.
///
/// Where a rule limits methods or paths they are refused, unless it names the field in `headers`, or the key in `query`, letter by letter.
extension RequestRule {
  /// Lower case, with hyphens.
  static let methodFields: Set<String> = ["x-http-method-override", "x-http-method", "x-method-override"]
  static let pathFields: Set<String> = ["x-original-url", "x-rewrite-url", "x-original-uri", "x-http-destinationurl"]
  static let methodKeys: Set<String> = ["_method", "_httpmethod", "$httpmethod", "x-http-method-override"]

  /// Whether a field of a query or form is one that servers take for the method.
  package static func isMethod(key: String) -> Bool { methodKeys.contains(folded(key)) }

  /// Servers read `Force`, `+force`, `force[]` and, some, `fo.rce` for `fo_rce`.
  static func folded(_ key: String) -> String {
    let name = key.drop { $0 == " " }.prefix { $0 != "[" }
    return name.lowercased().replacing(".", with: "_")
  }

  /// Some servers cannot tell `_` and `-` in the name of a field.
  private static func field(_ names: [String]?, _ known: Set<String>) -> [String] {
    (names ?? []).filter { known.contains($0.replacing("_", with: "-")) }
  }

  func methodOverrides(_ facts: RequestFacts) -> [String] {
    Self.field(facts.headers, Self.methodFields) + (facts.query?.keys ?? []).filter(Self.isMethod(key:))
  }

  func pathOverrides(_ facts: RequestFacts) -> [String] { Self.field(facts.headers, Self.pathFields) }

  func override(_ facts: RequestFacts) -> Reason? {
    let said = (methods == nil ? [] : methodOverrides(facts)) + (paths == nil ? [] : pathOverrides(facts))
    let named = Set((headers ?? []) + (query ?? []))
    guard let other = said.first(where: { !named.contains($0) }) else { return nil }
    return Reason(
      .deny, "override-not-allowed",
      "`\(printable(other))` may make another request of this one, and the rule does not name it")
  }
}
