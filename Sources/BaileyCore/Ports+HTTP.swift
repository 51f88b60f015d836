/// One question over HTTP/1.1, in clear: to this machine, or to where its sender says that clear is right.
package struct HTTPCall: Sendable {
  package enum Place: Sendable, Equatable {
    case socket(String)
    case address(IPAddress, port: UInt16)
  }

  package var place: Place
  package var method = "POST"
  /// Path and query.
  package var target: String
  package var headers: [String: String] = [:]
  package var body: [UInt8] = []
  /// Of the reply.
  package var maximumBody = 1 << 20
  /// For all of it, milliseconds.
  package var timeout = 250

  package init(_ place: Place, _ target: String) {
    self.place = place
    self.target = target
  }
}

package struct HTTPReply: Sendable, Equatable {
  package var status: Int
  /// Names in lower case.
  package var headers: [String: String]
  package var body: [UInt8]

  package init(status: Int, headers: [String: String] = [:], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }
}

/// Why there is no reply.
package enum HTTPFailure: Error, Sendable, Equatable {
  case timedOut
  case unreachable(String)
  case malformed(String)
  case tooLong
}

/// Asks over HTTP; never longer than the call says.
package protocol HTTPCaller: Sendable {
  func call(_ call: HTTPCall) async throws(HTTPFailure) -> HTTPReply
}

/// A judge outside of this process. What goes wrong on the way is a deny reason, as with `Judge`.
package protocol RemoteJudge: Sendable {
  func opinion(_ action: Action) async -> Opinion
  /// As with `Judge`; false where nobody is asked at present.
  var readsFacts: Bool { get }
}

extension RemoteJudge {
  package var readsFacts: Bool { true }
}
