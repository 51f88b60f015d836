import ArgumentParser
import BaileyCore
import BaileyWire

/// Options of commands that print data.
struct DataOptions: ParsableArguments {
  @Flag(name: .long, help: "Print versioned JSON.")
  var json = false

  var console: Console { Console(isJSON: json) }
}

/// The session that a command means.
struct SessionOption: ParsableArguments {
  @Argument(
    help: "A session's name or the beginning of it; the newest of this project if left out.",
    completion: .sessions)
  var session: String?

  func reference() throws(Failure) -> SessionReference { try Self.reference(session) }

  static func reference(_ text: String?) throws(Failure) -> SessionReference {
    guard let text else { return .latest(directory: try Surroundings.workingDirectory()) }
    guard let reference = SessionReference(text) else {
      throw Failure(
        2,
        Fault(
          "session-name-malformed", subject: text, why: "it cannot be the name of a session",
          hint: "`bailey ps` lists sessions"))
    }
    return reference
  }
}

extension CompletionKind {
  /// Names of known sessions; a controller that does not run is not started for them.
  static var sessions: CompletionKind {
    .custom { _, _, _ in
      guard let client = try? Client.openIfRunning(), case .sessions(let rows, _)? = try? client.ask(.list(all: true))
      else { return [] }
      return rows.map(\.summary.id.text)
    }
  }
}

extension Client {
  /// For orders whose only answer is that they were carried out.
  static func order(_ request: Request) throws(Failure) {
    guard case .done = try Client.open().ask(request) else { throw .misunderstood }
  }
}

extension Console {
  /// The answer of an order under `--json`.
  func confirm(_ members: [String: JSON] = [:], _ sentence: String) {
    if isJSON {
      write(.object(members.merging(["v": 1, "ok": true]) { own, _ in own }))
    } else {
      tell(sentence)
    }
  }
}
