package import BaileyCore

/// Which session a command means.
package enum SessionReference: Sendable, Equatable {
  /// A session's name, or a beginning of it that only one session has; at least four letters.
  case named(String)
  /// The newest session of the project around this directory.
  case latest(directory: String)

  /// `nil` when the text cannot be the beginning of a session's name.
  package init?(_ text: String) {
    guard (4...16).contains(text.utf8.count),
      SessionID(text + String(repeating: "0", count: 16 - text.utf8.count)) != nil
    else { return nil }
    self = .named(text)
  }

  /// The one session that is meant.
  ///
  /// - Parameter sessions: all known ones, newest first.
  /// - Parameter project: the real root of the project around the directory of `latest`.
  package func pick(from sessions: [SessionSummary], project: String?) throws(Fault) -> SessionSummary {
    switch self {
    case .named(let prefix):
      let matching = sessions.filter { $0.id.text.hasPrefix(prefix) }
      guard let first = matching.first else {
        throw Self.unknown(prefix, sessions)
      }
      guard matching.count == 1 else {
        throw Fault(
          "session-ambiguous", subject: prefix, why: "\(matching.count) sessions begin so", hint: "give more letters")
      }
      return first
    case .latest(let directory):
      guard let project, let first = sessions.first(where: { $0.project == project }) else {
        throw Fault(
          "session-none", subject: directory, why: "this project has no session",
          hint: "start one with `bailey run -- COMMAND`, or name one of `bailey ps --all`")
      }
      return first
    }
  }

  /// Names the session that may have been meant: one whose beginning is spelt nearly so.
  private static func unknown(_ prefix: String, _ sessions: [SessionSummary]) -> Fault {
    let beginnings = sessions.map { String($0.id.text.prefix(prefix.count)) }
    let near = Spelling.nearest(to: prefix, among: beginnings)
    let guess = near.flatMap { near in sessions.first { $0.id.text.hasPrefix(near) } }
    let list = "`bailey ps --all` lists sessions"
    return Fault(
      "session-unknown", subject: prefix, why: "no session has this name",
      hint: guess.map { "did you mean `\($0.id.text)`? \(list)" } ?? list)
  }

  package var json: JSON {
    switch self {
    case .named(let text): ["name": .string(text)]
    case .latest(let directory): ["directory": .string(directory)]
    }
  }

  package init(json: JSON) throws(WireError) {
    var fields = try Fields(json)
    if let name = try fields.optionalString("name", limit: 16) {
      guard let reference = SessionReference(name) else { throw .badValue("name") }
      self = reference
    } else {
      self = .latest(directory: try fields.directory("directory"))
    }
    try fields.end()
  }
}

extension Fields {
  /// An absolute path.
  package mutating func directory(_ key: String) throws(WireError) -> String {
    let path = try string(key)
    guard path.hasPrefix("/") else { throw .badValue(key) }
    return path
  }
}
