package import BaileyCore

/// How a program ended that a command waited for.
package struct SessionEnding: Sendable, Equatable {
  package enum Cause: Sendable, Equatable {
    case program
    /// The program could not be started; the code is 126 or 127.
    case notStarted
    case killed
    /// Which limit of the manifest was reached.
    case limit(String)

    fileprivate var text: String {
      switch self {
      case .program: "program"
      case .notStarted: "not-started"
      case .killed: "killed"
      case .limit(let name): "limit:" + name
      }
    }

    fileprivate init?(_ text: String) {
      switch text {
      case "program": self = .program
      case "not-started": self = .notStarted
      case "killed": self = .killed
      default:
        guard text.hasPrefix("limit:") else { return nil }
        self = .limit(String(text.dropFirst(6)))
      }
    }
  }

  /// What the workspace holds that the project does not have.
  package struct Pending: Sendable, Equatable {
    package var files: Int
    package var risky: Int
    package var conflicts: Int

    package init(files: Int, risky: Int, conflicts: Int) {
      self.files = files
      self.risky = risky
      self.conflicts = conflicts
    }
  }

  package var session: SessionID
  /// What `bailey run` exits with: DESIGN.md section 9.
  package var code: Int32
  package var cause: Cause
  /// `nil` when nothing is staged, after `exec`, or when the controller could not count.
  package var pending: Pending?

  package init(session: SessionID, code: Int32, cause: Cause, pending: Pending? = nil) {
    self.session = session
    self.code = code
    self.cause = cause
    self.pending = pending
  }

  var members: [String: JSON] {
    var members: [String: JSON] = [
      "session": .string(session.text), "code": .int(Int64(code)), "cause": .string(cause.text),
    ]
    if let pending {
      members["pending"] = [
        "files": .int(Int64(pending.files)), "risky": .int(Int64(pending.risky)),
        "conflicts": .int(Int64(pending.conflicts)),
      ]
    }
    return members
  }

  init(_ fields: inout Fields) throws(WireError) {
    session = try fields.identifier("session")
    code = try fields.integer("code", as: Int32.self)
    guard (0...255).contains(code) else { throw .badValue("code") }
    guard let cause = Cause(try fields.string("cause")) else { throw .badValue("cause") }
    self.cause = cause
    pending = if let json = fields.optional("pending") { try Pending(json: json) } else { nil }
  }
}

extension SessionEnding.Pending {
  fileprivate init(json: JSON) throws(WireError) {
    var fields = try Fields(json)
    files = try fields.integer("files", as: Int.self)
    risky = try fields.integer("risky", as: Int.self)
    conflicts = try fields.integer("conflicts", as: Int.self)
    try fields.end()
  }
}
