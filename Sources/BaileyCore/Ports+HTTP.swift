/// One question over HTTP/1.1.
package struct HTTPCall: Sendable {
  package enum Place: Sendable, Equatable {
    case socket(String)
    case address(IPAddress, port: UInt16)
    /// Looked up as the host does it.
    case name(HostName, port: UInt16)
  }

  package var place: Place
  /// Without it, in clear: to this machine, or to where its sender says that clear is right.
  package var security: HTTPSecurity?
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

/// What a server proves over TLS before it is asked, and what it is shown.
package struct HTTPSecurity: Sendable, Hashable {
  /// A certificate chain and its key, PEM.
  package struct Identity: Sendable, Hashable, CustomStringConvertible {
    package var chain: [UInt8]
    package var key: [UInt8]

    package init(chain: [UInt8], key: [UInt8]) {
      self.chain = chain
      self.key = key
    }

    package var description: String { "a certificate and its key" }
  }

  /// Its certificate holds this name; without one, its address.
  package var name: HostName?
  /// Certificates, PEM, that are trusted in place of the system's, or beside them where `trustsSystem` says so.
  package var authorities: [UInt8]?
  package var trustsSystem = false
  package var identity: Identity?

  package init(name: HostName? = nil, authorities: [UInt8]? = nil, identity: Identity? = nil) {
    self.name = name
    self.authorities = authorities
    self.identity = identity
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
  /// It did not prove who it is, or speaks no TLS that is good enough.
  case untrusted(String)
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
