import BaileyCore

/// Names of the settings first: they lead to loopback, and nothing else is asked about them.
struct MappedResolver: NameResolver {
  let names: [HostName: IPAddress]
  let otherwise: any NameResolver

  func addresses(of name: HostName) async throws(ResolveError) -> [IPAddress] {
    if let address = names[name] { return [address] }
    return try await otherwise.addresses(of: name)
  }
}
