/// What the policies of the administrator and the person say to a question from outside of any session.
package protocol PolicyAnswers: Sendable {
  /// A document below `data`, as JSON text; `nil` where it is undefined.
  ///
  /// - Parameters:
  ///   - body: `{"input": …}`, or nothing.
  ///   - now: nanoseconds since 1970-01-01 UTC.
  ///   - isStrict: an error of a builtin ends the evaluation.
  func document(_ path: [String], body: [UInt8], now: Int64, isStrict: Bool) throws(Fault) -> [UInt8]?
  /// What all policies together decide on an input of version 1.
  func decision(on input: JSON, now: Int64) -> Decision
  /// Of the bundles in force, by their names.
  var revisions: [String: String] { get }
  /// Why a layer denies everything; `nil` where all are in force.
  var health: Fault? { get }
}
