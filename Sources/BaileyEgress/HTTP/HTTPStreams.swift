import NIOCore

/// The agent's side of one exchange, in whatever version of HTTP the agent speaks. On the exchange's event loop.
protocol AgentStream: AnyObject {
  /// `nil` when the connection is gone.
  var loop: (any NIOCore.EventLoop)? { get }
  var isWritable: Bool { get }
  /// Writes a part of the answer.
  ///
  /// - Returns: bytes that it has there.
  func send(_ part: MessagePart) -> Int
  func flush()
  /// Reads on, when it may.
  func wantMore()
  /// The exchange can send now: what came meanwhile is wanted.
  func advance()
  /// Answers with a refusal, and ends.
  func speak(_ refusal: Refusal, host: HTTPTarget?)
  /// Ends so that the client cannot take a part of an answer for all of it; where the protocol has words for why, with them.
  func abort(_ refusal: Refusal)
  /// The answer is whole, and all of it was sent.
  ///
  /// - Parameter isWhole: whether all of the request was read.
  func finish(isWhole: Bool)
}

/// The server's side of one exchange. On the exchange's event loop.
protocol ServerStream: AnyObject {
  /// The address that was dialled, with its port.
  var endpoint: String { get }
  var isWritable: Bool { get }
  func begin(_ exchange: Exchange)
  /// Writes a part of the request.
  ///
  /// - Parameter count: told of the bytes before they leave; what it throws keeps them back.
  func send(_ part: MessagePart, count: (Int) throws(Refusal) -> Void) throws(Refusal)
  func flush()
  /// Reads on, when it may.
  func wantMore()
  /// The exchange is over and gone well.
  func release()
  /// Gives the exchange up: the server gets no proper end of it.
  func cancel()
}
