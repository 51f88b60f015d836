/// What an answer says of itself.
struct AnswerKind: Sendable {
  /// Lower case, without parameters; empty where none is told.
  var contentType = ""
  /// The path of the request.
  var path = ""
}

/// Reads the content of one answer, decoded, and names what the agent is exposed to by it: `executable`, `prompt-injection`, `hidden-text`.
protocol ContentLabeller: AnyObject {
  /// - Returns: labels that are new.
  func feed(_ bytes: Span<UInt8>) -> Set<String>
  func finish() -> Set<String>
}

/// Makes a labeller for answers of a kind; `nil` where it has nothing to say of them.
typealias ContentLabelling = @Sendable (AnswerKind) -> (any ContentLabeller)?
