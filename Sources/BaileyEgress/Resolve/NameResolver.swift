package import BaileyCore

/// Why a name that policy allowed has no address.
package enum ResolveError: Error, Sendable, Equatable {
  case noSuchName, timedOut, tooBusy
}

/// Looks names up outside of the sandbox. Called only after the decision.
package protocol NameResolver: Sendable {
  func addresses(of name: HostName) async throws(ResolveError) -> [IPAddress]
}
