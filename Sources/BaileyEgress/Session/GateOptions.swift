import BaileyCore
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
  /// Live streams of HTTP/2 of a session, those whose client is gone before the decision included.
  package var maximumStreams = 2048
  /// Of those, the ones whose TLS is opened; and of all sessions together.
  package var maximumOpened = 512
  package var maximumOpenedInAll = 2048
  /// Connections to servers that speak HTTP, of a session and of all together: an agent can make the gate dial for each of its own.
  package var maximumServers = 4096
  package var maximumServersInAll = 8192
  /// Bytes that servers of HTTP/2 have sent and nobody has read, for each session: each of its streams lets a server send 256 KiB.
  package var maximumUnreadAnswers: Int64 = 256 << 20
  /// Bytes that a session may send by opaque rules where its manifest sets no budget for all that it sends.
  package var maximumUnread: Int64 = 256 << 20
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
  /// What reads and alters messages on their way, between the inspection and the server.
  var guards: any MessageGuards = NoGuards()
  /// What labels answers.
  var labelling = ContentLabellers.all

  package init() {}

  func reading(_ inspector: any TrafficInspector) -> GateOptions {
    var options = self
    options.guards = GuardChain([
      InspectionGuards(inspector: inspector, labelling: labelling), ModelGuards(inspector: inspector), guards,
    ])
    return options
  }
}
