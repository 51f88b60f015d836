import BaileyCore

/// `remote.yaml`: judges and bundles elsewhere.
struct RemoteFile: Sendable, Equatable {
  private static let maximumEntries = 8
  private static let keys = ["name", "url", "socket", "path", "timeout", "token_file", "clear", "ca", "cert", "key"]

  var judges: [RemoteSettings] = []
  var bundles: [RemoteSettings] = []
  /// Seconds between two questions for bundles.
  var interval = 60

  static func read(_ bytes: [UInt8]?, file: String) throws(Fault) -> RemoteFile {
    guard let bytes else { return RemoteFile() }
    let root: YAMLNode
    do { root = try YAMLReader(file: file).read(bytes) } catch { throw ManifestIssue.fault([error], file: file) }
    let reader = RemoteReader(file: file)
    let members = try reader.members(root, keys: ["judges", "bundles", "interval"])
    var remote = RemoteFile()
    remote.judges = try entries(members["judges"], reader, RemoteSettings())
    remote.bundles = try entries(members["bundles"], reader, RemoteSettings(isBundle: true, timeout: 5000))
    if case .scalar(let text, _, let mark)? = members["interval"] {
      guard let number = Int(text), (10...86_400).contains(number) else {
        throw reader.fault("`interval` is a number of seconds from 10 to 86400", mark)
      }
      remote.interval = number
    }
    return remote
  }

  private static func entries(_ node: YAMLNode?, _ reader: RemoteReader, _ start: RemoteSettings) throws(Fault)
    -> [RemoteSettings]
  {
    guard let node else { return [] }
    guard case .sequence(let nodes, _) = node, nodes.count <= maximumEntries else {
      throw reader.fault("this is no list of at most \(maximumEntries)", node.mark)
    }
    var all: [RemoteSettings] = []
    for node in nodes {
      all.append(try reader.settings(node, keys, start))
      guard Set(all.map(\.name)).count == all.count else { throw reader.fault("two of these have one name", node.mark) }
    }
    return all
  }
}

/// One entry of it: where a server is, and what it is asked for.
///
/// In clear it goes to a Unix socket or this machine; anywhere else only with `clear: true`.
struct RemoteSettings: Sendable, Equatable {
  static let file = "remote.yaml"

  /// A file's path is asked for, and who may answer is checked by signature.
  var isBundle = false
  var name = ""
  var place = HTTPCall.Place.socket("")
  /// For the `Host` header and for reasons.
  var host = "localhost"
  /// Of the document or bundle, with slashes: `bailey/decision`.
  var path = ""
  /// Milliseconds.
  var timeout = 250
  /// A file with a bearer token.
  var tokenFile: String?
  /// For `https://`.
  var tls: RemoteTLS?

  /// On this machine.
  var isLocal: Bool {
    switch place {
    case .socket: true
    case .address(let address, _): address.addressClass == .loopback
    case .name: false
    }
  }

  /// What tells one place from another.
  var source: String {
    switch place {
    case _ where tls != nil: "https \(host) \(path)"
    case .socket(let path): "\(path) \(self.path)"
    case .address(let address, let port): "\(address) \(port) \(path)"
    case .name(let name, let port): "\(name) \(port) \(path)"
    }
  }

  /// With what its files hold at this moment.
  func call(_ target: String, _ storage: any PolicyStorage) throws(Fault) -> HTTPCall {
    var call = HTTPCall(place, target)
    call.timeout = timeout
    call.headers = ["host": host]
    if let token = try RemoteToken.read(tokenFile, storage) { call.headers["authorization"] = "Bearer " + token }
    call.security = try tls?.read(storage)
    return call
  }
}

private struct RemoteReader {
  let file: String

  func fault(_ why: String, _ mark: Mark, hint: String? = nil) -> Fault {
    Fault("policy-remote-settings", subject: "\(file):\(mark.line):\(mark.column)", why: why, hint: hint)
  }

  func members(_ node: YAMLNode, keys: [String]) throws(Fault) -> [String: YAMLNode] {
    try node.members(keys: keys) { fault($0, $1, hint: $2) }
  }

  func settings(_ node: YAMLNode, _ keys: [String], _ start: RemoteSettings) throws(Fault) -> RemoteSettings {
    let members = try members(node, keys: keys)
    var settings = start
    settings.name = try text(members, "name", node) ?? ""
    settings.path = try path(members, node, isFile: start.isBundle)
    if let timeout = try text(members, "timeout", node) { settings.timeout = try milliseconds(timeout, node) }
    settings.tokenFile = try text(members, "token_file", node)
    guard !settings.name.isEmpty, Self.isPlain(settings.name, isFile: false),
      settings.tokenFile.map({ $0.hasPrefix("/") }) ?? true
    else {
      throw fault("this needs a `name` of letters, digits, - and _, and `token_file` is an absolute path", node.mark)
    }
    // A bundle is believed by its signature; a token is not for everybody to read.
    let clear = try text(members, "clear", node) == "true" || (start.isBundle && settings.tokenFile == nil)
    switch (try text(members, "url", node), try text(members, "socket", node)) {
    case (let url?, nil): try read(url, clear: clear, node, &settings)
    case (nil, let socket?) where socket.hasPrefix("/"): settings.place = .socket(socket)
    default: throw fault("this needs one of `url` and `socket`, the latter an absolute path", node.mark)
    }
    try readFiles(members, node, &settings)
    return settings
  }

  private func readFiles(_ members: [String: YAMLNode], _ node: YAMLNode, _ settings: inout RemoteSettings)
    throws(Fault)
  {
    var paths: [String: String] = [:]
    for key in ["ca", "cert", "key"] { paths[key] = try text(members, key, node) }
    guard paths.isEmpty || settings.tls != nil else {
      throw fault("`ca`, `cert` and `key` need a `url` with `https://`", node.mark)
    }
    guard paths.values.allSatisfy({ $0.hasPrefix("/") }), (paths["cert"] == nil) == (paths["key"] == nil) else {
      throw fault("`ca`, `cert` and `key` are absolute paths, and `cert` and `key` come together", node.mark)
    }
    settings.tls = settings.tls.map {
      RemoteTLS(name: $0.name, authorities: paths["ca"], certificate: paths["cert"], key: paths["key"])
    }
  }

  private func text(_ members: [String: YAMLNode], _ key: String, _ node: YAMLNode) throws(Fault) -> String? {
    guard let value = members[key] else { return nil }
    guard case .scalar(let text, _, _) = value, !text.isEmpty, text.utf8.count <= 1024,
      text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
    else { throw fault("`\(key)` is no text without blanks", value.mark) }
    return text
  }

  private static func isPlain(_ part: some StringProtocol, isFile: Bool) -> Bool {
    !part.isEmpty && part != "." && part != ".."
      && part.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || byte == 0x5F
          || byte == 0x2D || (isFile && byte == 0x2E)
      }
  }

  private func path(_ members: [String: YAMLNode], _ node: YAMLNode, isFile: Bool) throws(Fault) -> String {
    let path = try text(members, "path", node) ?? ""
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let isPlain = parts.allSatisfy { Self.isPlain($0, isFile: isFile) }
    guard isPlain, !parts.isEmpty else {
      throw fault("`path` is of names with slashes between, such as `bailey/decision`", node.mark)
    }
    return path
  }

  private func milliseconds(_ text: String, _ node: YAMLNode) throws(Fault) -> Int {
    guard let number = Int(text), (10...5000).contains(number) else {
      throw fault("`timeout` is a number of milliseconds from 10 to 5000", node.mark)
    }
    return number
  }

  private func read(_ text: String, clear: Bool, _ node: YAMLNode, _ settings: inout RemoteSettings) throws(Fault) {
    let url: RemoteURL
    do throws(RemoteURL.Refused) { url = try RemoteURL(text) } catch {
      throw fault(error.why, node.mark, hint: error.hint)
    }
    settings.place = url.place
    settings.host = url.host
    if url.isSecure { settings.tls = RemoteTLS(name: url.name) }
    guard clear || url.isSecure || settings.isLocal else {
      throw fault(
        "\(url.host) is another machine, and HTTP is in clear", node.mark,
        hint: "use `https://`, or say `clear: true` to accept it")
    }
  }
}
