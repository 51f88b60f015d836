package import BaileyCore

/// `log.yaml`: what key the log has, who may follow it, and how witnesses are asked. The administrator's stands in the place of the person's.
package struct LogSettings: Sendable, Equatable {
  package static let file = "log.yaml"
  private static let keys = ["listen", "witness_interval", "witness_ca", "witness", "key"]

  /// `nil`: the log is not served.
  package var listener: LogListener?
  /// Seconds between two rounds.
  package var witnessInterval = 60
  /// A file of certificates that witnesses' are checked by, in place of the system's.
  package var witnessAuthorities: String?
  package var requiresWitness = false
  /// Of a log that is begun; one that is there keeps its own.
  package var key = LogKeyType.ed25519

  package init() {}

  package var witness: WitnessSettings {
    let path = witnessAuthorities
    return WitnessSettings(interval: witnessInterval, isRequired: requiresWitness) { () throws(Fault) in
      guard let path else { return nil }
      return try RemoteTLS.certificates(path, DiskFiles())
    }
  }

  /// The administrator's, or else the person's; where his is wrong, the defaults, and who tells of it.
  ///
  /// - Throws: where the administrator's is wrong: nobody knows what he requires.
  package static func found(administrator: String, person: String) throws(Fault) -> (
    LogSettings, (any HealthProbe)?
  ) {
    if let settings = try read(at: "\(administrator)/\(file)") { return (settings, nil) }
    do throws(Fault) { return (try read(at: "\(person)/\(file)") ?? LogSettings(), nil) } catch {
      return (LogSettings(), KnownFault(file, error))
    }
  }

  private static func read(at path: String) throws(Fault) -> LogSettings? {
    guard let found = try DiskFiles().read(path, limit: 16 << 10) else { return nil }
    return try read(found.bytes, file: path)
  }

  static func read(_ bytes: [UInt8], file: String) throws(Fault) -> LogSettings {
    let root: YAMLNode
    do { root = try YAMLReader(file: file).read(bytes) } catch { throw ManifestIssue.fault([error], file: file) }
    guard case .mapping(let members, _) = root else {
      throw fault("this is \(root.typeName), not a map", root.mark, file)
    }
    var settings = LogSettings()
    for member in members {
      guard case .scalar(let text, _, let mark) = member.value else {
        throw fault("`\(member.key)` is no text", member.mark, file)
      }
      guard keys.contains(member.key) else {
        let near = Spelling.nearest(to: member.key, among: keys).map { "did you mean `\($0)`?" }
        throw fault("`\(member.key)` is no key here", member.mark, file, hint: near)
      }
      if let why = try settings.take(member.key, text, mark, file) { throw fault(why, mark, file) }
    }
    return settings
  }

  /// - Returns: why it cannot be.
  private mutating func take(_ key: String, _ text: String, _ mark: Mark, _ file: String) throws(Fault) -> String? {
    switch key {
    case "listen": listener = try Self.listener(text, mark, file)
    case "witness_interval":
      guard let seconds = Int(text), (5...86_400).contains(seconds) else {
        return "`witness_interval` is a number of seconds from 5 to 86400"
      }
      witnessInterval = seconds
    case "witness_ca":
      guard text.hasPrefix("/"), text.utf8.count <= 1024 else { return "`witness_ca` is an absolute path" }
      witnessAuthorities = text
    case "witness":
      guard ["required", "optional"].contains(text) else { return "`witness` is `required` or `optional`" }
      requiresWitness = text == "required"
    default:
      guard let type = LogKeyType(rawValue: text) else { return "`key` is `ed25519` or `p256`" }
      self.key = type
    }
    return nil
  }

  private static func listener(_ text: String, _ mark: Mark, _ file: String) throws(Fault) -> LogListener {
    if text == "socket" { return .socket }
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]), port > 0 else {
      throw fault("`listen` is `socket`, `127.0.0.1:PORT` or `[::1]:PORT`", mark, file)
    }
    var name = String(text[..<colon])
    if name.hasPrefix("["), name.hasSuffix("]") { name = String(name.dropFirst().dropLast()) }
    guard let address = try? IPAddress(name == "localhost" ? "127.0.0.1" : name), address.addressClass == .loopback
    else {
      throw fault(
        "`\(name)` is no address of loopback", mark, file,
        hint: "let a server that knows its readers pass the log on from there")
    }
    return .loopback(address, port: port)
  }

  private static func fault(_ why: String, _ mark: Mark, _ file: String, hint: String? = nil) -> Fault {
    Fault("log-settings", subject: "\(file):\(mark.line):\(mark.column)", why: why, hint: hint)
  }
}
