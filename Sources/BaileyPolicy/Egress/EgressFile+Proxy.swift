import BaileyCore

/// `upstream_proxy`: nothing of it comes from the environment.
extension EgressFile {
  private static let maximumExceptions = 256

  func proxy(_ node: YAMLNode) throws(Fault) -> UpstreamProxy {
    let members = try members(node, ["url", "username", "secret", "no_proxy"])
    guard let url = members["url"] else { throw fault("an upstream proxy has a `url`", node.mark) }
    guard let (host, port) = Self.place(try text(url, "url")) else {
      throw fault(
        "`url` is `http://HOST:PORT`", url.mark, "what passes a proxy is TLS to the server; credentials are a `secret`")
    }
    var proxy = UpstreamProxy(host: host, port: port)
    switch (members["username"], members["secret"]) {
    case (nil, nil): break
    case (let username?, let secret?): proxy.credentials = try credentials(username, secret)
    default: throw fault("`username` and `secret` belong together", node.mark)
    }
    for node in try list(members["no_proxy"], "no_proxy", Self.maximumExceptions) {
      proxy.exceptions.append(try exception(node))
    }
    return proxy
  }

  private static func place(_ url: String) -> (UpstreamProxy.Host, UInt16)? {
    guard url.hasPrefix("http://") else { return nil }
    let rest = url.dropFirst(7)
    let place = rest.hasSuffix("/") ? rest.dropLast() : rest
    guard let colon = place.lastIndex(of: ":"),
      let port = PortSpelling.range(String(place[place.index(after: colon)...])), port.count == 1
    else { return nil }
    let text = String(place[..<colon])
    if text.hasPrefix("["), text.hasSuffix("]") {
      guard let address = try? IPAddress(String(text.dropFirst().dropLast())), !address.isIPv4 else { return nil }
      return (.address(address), port.lowerBound)
    }
    if let address = try? IPAddress(text) { return address.isIPv4 ? (.address(address), port.lowerBound) : nil }
    return (try? HostName(text)).map { (.name($0), port.lowerBound) }
  }

  /// RFC 7617: a user has no colon.
  private func credentials(_ username: YAMLNode, _ secret: YAMLNode) throws(Fault) -> UpstreamProxy.Credentials {
    let (user, name) = (try text(username, "username"), try text(secret, "secret"))
    guard user.utf8.count <= 256, user.utf8.allSatisfy({ (0x20...0x7E).contains($0) && $0 != 0x3A }) else {
      throw fault("`username` is of ASCII letters, without a colon", username.mark)
    }
    guard SecretCard.isName(name) else {
      throw fault(
        "`secret` is the name of a secret", secret.mark, "`bailey secrets add NAME --host PROXY --port PORT` keeps it")
    }
    return UpstreamProxy.Credentials(username: user, secret: name)
  }

  private func exception(_ node: YAMLNode) throws(Fault) -> UpstreamProxy.Exception {
    let text = try text(node, "no_proxy")
    if let range = try? AddressRange(text) { return .addresses(range) }
    guard let pattern = try? HostPattern(text) else {
      throw fault("`no_proxy` holds host names, `*.` and one, addresses and ranges of them", node.mark)
    }
    return .host(pattern)
  }
}
