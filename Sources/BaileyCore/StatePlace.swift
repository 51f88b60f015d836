/// Where content lies that the log names, below Bailey's state directory.
package enum StatePlace {
  package static let recordings = "recordings"

  /// - Parameter sha256: lower-case hex.
  package static func payload(sha256: String) -> String { "payloads/\(sha256.prefix(2))/\(sha256.dropFirst(2))" }

  /// A recording that is being written, below `recordings`.
  package static func recording(_ session: String, program: Int) -> String { "\(session).\(program).cast" }
}
