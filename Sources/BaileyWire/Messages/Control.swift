package import BaileyCore

/// What the client says while its session runs; keys travel as data frames beside it.
package enum Control: Sendable, Equatable {
  case resize(TerminalSize)
  /// For the program in the foreground of the session.
  case signal(Int32)
  /// After `stopped`: the person's job is in the foreground again.
  case resume
  /// The answer yes to `needsTrust`; a no closes the connection.
  case agree(digest: String)
  /// Leave the session running and end this connection.
  case detach

  package var json: JSON {
    switch self {
    case .resize(let size):
      .envelope("control", "resize", ["rows": .int(Int64(size.rows)), "columns": .int(Int64(size.columns))])
    case .signal(let number): .envelope("control", "signal", ["signal": .int(Int64(number))])
    case .resume: .envelope("control", "resume", [:])
    case .agree(let digest): .envelope("control", "agree", ["sha256": .string(digest)])
    case .detach: .envelope("control", "detach", [:])
    }
  }

  package init(json: JSON) throws(WireError) {
    var fields = try Fields(json)
    switch try fields.envelope("control") {
    case "resize":
      self = .resize(
        TerminalSize(
          rows: try fields.integer("rows", as: UInt16.self), columns: try fields.integer("columns", as: UInt16.self)))
    case "signal":
      let number = try fields.integer("signal", as: Int32.self)
      guard (1...64).contains(number) else { throw .badValue("signal") }
      self = .signal(number)
    case "resume": self = .resume
    case "agree": self = .agree(digest: try fields.digest())
    case "detach": self = .detach
    default: throw .badValue("control")
    }
    try fields.end()
  }
}
