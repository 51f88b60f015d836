package import BaileyLinux

/// Limits and times of the gate. The defaults are the product's; tests shorten them.
package struct GateOptions: Sendable {
  /// Event-loop threads; 0 is one for each processor, four at most.
  package var threads = 0
  /// Time for a client to say what it wants.
  package var learning = Duration.seconds(10)
  /// Time for one address to accept.
  package var dialling = Duration.seconds(10)
  /// A connection on which nothing moves for so long is closed.
  package var idle = Duration.seconds(3600)
  /// The same when one side has finished.
  package var halfClosedIdle = Duration.seconds(300)
  /// Live connections of a session.
  package var maximumConnections = 4096
  /// Bytes of a session's plain HTTP that wait in the controller: heads that are not whole, and what comes while a request is decided.
  /// For each of the connections an ample head of 8 KiB.
  package var maximumHeld: Int64 = 32 << 20
  /// Names never seen before and mentioned by no rule that are decided and recorded in a minute; the rest is counted.
  package var newNamesPerMinute = 240
  /// The same for names that a wildcard rule covers.
  package var newNamesUnderWildcardPerMinute = 1200
  /// Refusals of the gate itself that get a record each in a minute; the rest is counted.
  package var refusalRecordsPerMinute = 600
  /// Time for a client to read the last answer, once all of it has been sent.
  package var lingering = Duration.seconds(2)
  /// Where a captured connection was going; tests, which have no redirection, put their own here.
  package var originalDestination: @Sendable (Int32) -> Endpoint? = { Socket.originalDestination($0) }

  package init() {}
}
