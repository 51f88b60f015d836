package import BaileyCore
import BaileyLinux

/// `egress.yaml`: whom the gate believes beside the system's authorities, what it shows of itself, names of tests, which
/// regions hosts are in, and the proxy that leads to servers.
///
/// Read anew for each session, files included. What cannot be read in full, or is not its reader's alone to write, starts no session.
package struct EgressFile: Sendable {
  package static let name = "egress.yaml"
  private static let maximumAuthorities = 64
  private static let maximumClients = 64
  private static let maximumNames = 256
  private static let maximumRegions = 1000
  static let maximumModels = 256

  let file: String
  let storage: any PolicyStorage
  /// Whose it, and every file that it names, may be.
  let owners: Set<UInt32>

  /// The administrator's and the person's together; where both speak of a host, the administrator's counts.
  ///
  /// - Parameter user: the person's id. What the administrator names is root's alone.
  package static func load(
    configuration: String, administrator: String = "/etc/bailey", user: UInt32 = CurrentProcess.user,
    _ storage: any PolicyStorage = DiskFiles()
  ) throws(Fault) -> EgressSettings {
    var settings = EgressSettings()
    let places: [(directory: String, owners: Set<UInt32>)] = [(administrator, [0]), (configuration, [0, user])]
    for (directory, owners) in places {
      let own = try EgressFile(file: "\(directory)/\(name)", storage: storage, owners: owners).read()
      settings.authorities += own.authorities
      settings.clients += own.clients
      settings.upstreamProxy = settings.upstreamProxy ?? own.upstreamProxy
      settings.names.merge(own.names) { first, _ in first }
      settings.residency.hosts += own.residency.hosts
      settings.residency.labels += own.residency.labels
      settings.models.add(own.models)
    }
    return settings
  }

  package static func reader(_ configuration: String) -> @Sendable () throws(Fault) -> EgressSettings {
    { () throws(Fault) in try load(configuration: configuration) }
  }

  private func read() throws(Fault) -> EgressSettings {
    guard let found = try storage.read(file, limit: YAMLReader.maximumBytes) else { return EgressSettings() }
    guard owners.contains(found.owner) else {
      throw Fault("egress-settings", subject: file, why: "it belongs to somebody else", hint: "chown it, or remove it")
    }
    guard found.mode & 0o022 == 0 else {
      throw Fault("egress-settings", subject: file, why: "others than its owner can write it", hint: "chmod go-w it")
    }
    return try read(found.bytes)
  }

  func read(_ bytes: [UInt8]) throws(Fault) -> EgressSettings {
    let root: YAMLNode
    do { root = try YAMLReader(file: file).read(bytes) } catch { throw ManifestIssue.fault([error], file: file) }
    let members = try members(
      root, ["authorities", "clients", "names", "residency", "models", "prices", "upstream_proxy"])
    var settings = EgressSettings()
    for node in try list(members["authorities"], "authorities", Self.maximumAuthorities) {
      settings.authorities += try authority(try path(node, "authorities"), node.mark) + [10]
    }
    for node in try list(members["clients"], "clients", Self.maximumClients) {
      settings.clients.append(try client(node))
    }
    for node in try list(members["names"], "names", Self.maximumNames) {
      let (name, address) = try mapping(node)
      guard settings.names.updateValue(address, forKey: name) == nil else {
        throw fault("`\(name)` is there twice", node.mark)
      }
    }
    if let node = members["residency"] { settings.residency = try residency(node) }
    // What is said here goes before what everybody knows.
    for node in try list(members["models"], "models", Self.maximumModels).reversed() {
      settings.models.endpoints.insert(try model(node), at: 0)
    }
    for node in try list(members["prices"], "prices", Self.maximumModels) {
      settings.models.prices.append(try price(node))
    }
    settings.upstreamProxy = try members["upstream_proxy"].map { node throws(Fault) in try proxy(node) }
    return settings
  }

  /// What is beside certificates in such a file, a key mostly, has no place there: programs inside read what is trusted.
  private func authority(_ path: String, _ mark: Mark) throws(Fault) -> [UInt8] {
    let bytes = try certificates(path, mark)
    let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
    guard lines.allSatisfy({ !$0.contains("-----BEGIN") || $0 == "-----BEGIN CERTIFICATE-----" }) else {
      throw fault(
        "\(printable(path)) holds more than certificates", mark,
        "openssl x509 -in OLD -out NEW writes the certificate alone")
    }
    return bytes
  }

  private func client(_ node: YAMLNode) throws(Fault) -> EgressSettings.Client {
    let members = try members(node, ["host", "port", "certificate", "key"])
    guard let host = members["host"], let certificate = members["certificate"], let key = members["key"] else {
      throw fault("a client has `host`, `certificate` and `key`", node.mark)
    }
    guard let pattern = try? HostPattern(text(host, "host")) else {
      throw fault("`host` is a host name, or `*.` and one", host.mark)
    }
    let port = try members["port"].map { node throws(Fault) in try self.port(node) } ?? 443
    let chain = try certificates(try path(certificate, "certificate"), certificate.mark)
    do throws(Fault) {
      let secret = try SecretFile.read(try path(key, "key"), storage, owners: owners)
      return EgressSettings.Client(host: pattern, port: port, identity: .init(chain: chain, key: secret))
    } catch {
      throw fault("the key cannot be used: " + error.why, key.mark, error.hint)
    }
  }

  /// To loopback only: what else a name leads to is the resolver's to say.
  private func mapping(_ node: YAMLNode) throws(Fault) -> (HostName, IPAddress) {
    let members = try members(node, ["name", "address"])
    guard let name = members["name"], let address = members["address"] else {
      throw fault("an entry of names has `name` and `address`", node.mark)
    }
    guard let host = try? HostName(text(name, "name")) else { throw fault("`name` is a host name", name.mark) }
    guard let value = try? IPAddress(text(address, "address")), value.addressClass == .loopback else {
      throw fault(
        "`address` is an address of this machine's loopback", address.mark,
        "other names belong into the host's own tables")
    }
    return (host, value)
  }

  private func residency(_ node: YAMLNode) throws(Fault) -> Residency {
    let members = try members(node, ["hosts", "labels"])
    var residency = Residency()
    for node in try list(members["hosts"], "hosts", Self.maximumRegions) {
      let (host, region) = try pair(node, "host", "region")
      guard let pattern = try? HostPattern(text(host, "host")) else {
        throw fault("`host` is a host name, or `*.` and one", host.mark)
      }
      residency.hosts.append(.init(pattern: pattern, region: try word(region, "region")))
    }
    for node in try list(members["labels"], "labels", Self.maximumRegions) {
      let (label, regions) = try pair(node, "label", "regions")
      var names: Set<String> = []
      for region in try list(regions, "regions", Self.maximumRegions) { names.insert(try word(region, "a region")) }
      residency.labels.append(.init(name: try text(label, "label"), regions: names))
    }
    return residency
  }

  private func pair(_ node: YAMLNode, _ first: String, _ second: String) throws(Fault) -> (YAMLNode, YAMLNode) {
    let members = try members(node, [first, second])
    guard let one = members[first], let other = members[second] else {
      throw fault("this has `\(first)` and `\(second)`", node.mark)
    }
    return (one, other)
  }

  private func word(_ node: YAMLNode, _ key: String) throws(Fault) -> String {
    let text = try text(node, key)
    guard text.utf8.count <= 64, text.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x2D...0x39).contains($0) })
    else {
      throw fault("`\(key)` is of small letters, digits and hyphens", node.mark)
    }
    return text
  }

  private func port(_ node: YAMLNode) throws(Fault) -> UInt16 {
    guard let range = PortSpelling.range(try text(node, "port")), range.count == 1 else {
      throw fault("`port` is a port", node.mark)
    }
    return range.lowerBound
  }

  private func certificates(_ path: String, _ mark: Mark) throws(Fault) -> [UInt8] {
    do throws(Fault) { return try RemoteTLS.certificates(path, storage, owners: owners) } catch {
      throw fault("\(printable(path)): \(error.why)", mark, error.hint)
    }
  }
}

// MARK: nodes

extension EgressFile {
  func list(_ node: YAMLNode?, _ key: String, _ maximum: Int) throws(Fault) -> [YAMLNode] {
    guard let node else { return [] }
    guard case .sequence(let nodes, _) = node, nodes.count <= maximum else {
      throw fault("`\(key)` is a list of at most \(maximum)", node.mark)
    }
    return nodes
  }

  func text(_ node: YAMLNode, _ key: String) throws(Fault) -> String {
    guard case .scalar(let text, _, _) = node, !text.isEmpty, text.utf8.count <= 4096 else {
      throw fault("`\(key)` is a text", node.mark)
    }
    return text
  }

  private func path(_ node: YAMLNode, _ key: String) throws(Fault) -> String {
    let text = try text(node, key)
    guard text.hasPrefix("/") else { throw fault("`\(key)` is an absolute path", node.mark) }
    return text
  }

  func members(_ node: YAMLNode, _ keys: [String]) throws(Fault) -> [String: YAMLNode] {
    try node.members(keys: keys) { fault($0, $1, $2) }
  }

  func fault(_ why: String, _ mark: Mark, _ hint: String? = nil) -> Fault {
    Fault("egress-settings", subject: "\(file):\(mark.line):\(mark.column)", why: why, hint: hint)
  }
}
