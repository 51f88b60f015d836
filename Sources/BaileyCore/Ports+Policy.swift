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
  /// Each layer, the strongest first; with `reload` they are read anew before.
  func status(reload: Bool) -> [PolicyLayerStatus]
  /// Why a layer denies everything; `nil` where all are in force.
  var health: Fault? { get }
}

/// What is in force of one layer of policies.
package struct PolicyLayerStatus: Sendable, Equatable {
  package var name: String
  /// Without this the layer denies everything.
  package var isLoaded: Bool
  /// Of all of it; empty where there are no policies.
  package var sha256 = ""
  package var modules: [String] = []
  /// Revisions by name.
  package var bundles: [String: String] = [:]
  /// Remote ones, by name.
  package var judges: [String] = []
  /// What is wrong with the files as they are now.
  package var fault: Fault?

  package init(name: String, isLoaded: Bool) {
    self.name = name
    self.isLoaded = isLoaded
  }
}

/// A thread for work that may take long, so that nobody else waits for it.
package protocol WorkQueue: Sendable {
  /// Does the work after all that was given before.
  ///
  /// - Returns: false, and the work is never done, where too much waits or no thread can be had.
  func enqueue(_ work: @escaping @Sendable () -> Void) -> Bool
}
