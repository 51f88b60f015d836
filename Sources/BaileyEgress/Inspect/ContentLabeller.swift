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

/// Those that the gate has.
enum ContentLabellers {
  static let labels: Set<String> = [ExecutableLabeller.label, HiddenTextLabeller.label, InjectionLabeller.label]
  static let all: [ContentLabelling] = [
    { _ in ExecutableLabeller() }, { $0.isMedia ? nil : HiddenTextLabeller(isText: $0.isText) },
    { $0.isMedia ? nil : InjectionLabeller(isText: $0.isText) },
  ]
}

extension AnswerKind {
  /// Nobody reads it as text.
  var isMedia: Bool {
    ["image/", "audio/", "video/", "font/"].contains { contentType.hasPrefix($0) } && contentType != "image/svg+xml"
  }

  /// It says that it is text; anything else is read as such until it shows that it is none.
  var isText: Bool {
    contentType.hasPrefix("text/") || ["json", "xml", "javascript", "yaml"].contains { contentType.hasSuffix($0) }
  }
}

/// Makes a labeller for answers of a kind; `nil` where it has nothing to say of them.
typealias ContentLabelling = @Sendable (AnswerKind) -> (any ContentLabeller)?
