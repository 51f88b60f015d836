/// Why a file of rules is refused.
public struct RuleIssue: Error, Sendable, Equatable, CustomStringConvertible {
  /// Stable, kebab-case, with an entry in docs/errors.md.
  public var code: String
  /// The file's name, line and column.
  public var place: String
  public var why: String
  public var hint: String?

  public var description: String {
    "\(place): \(why) [\(code)]" + (hint.map { "\nhint: \($0)" } ?? "")
  }
}
