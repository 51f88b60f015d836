package import BaileyCore

/// `log.yaml`: who may follow the log, and how often witnesses are asked. The administrator's stands in the place of the person's.
package struct LogSettings: Sendable, Equatable {
  package static let file = "log.yaml"
  private static let keys = ["listen", "witness_interval"]

  /// `nil`: the log is not served.
  package var listener: LogListener?
  /// Seconds between two rounds.
  package var witnessInterval = 60

  package init() {}

  /// Those of the first of these directories that has a file; where it is wrong, the defaults, and who tells of it.
  package static func found(in directories: [String]) -> (LogSettings, (any HealthProbe)?) {
    do throws(Fault) {
      for path in directories.map({ "\($0)/\(file)" }) {
        if let found = try DiskFiles().read(path, limit: 16 << 10) { return (try read(found.bytes, file: path), nil) }
      }
      return (LogSettings(), nil)
    } catch {
      return (LogSettings(), KnownFault(file, error))
    }
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
      switch member.key {
      case "listen": settings.listener = try listener(text, mark, file)
      case "witness_interval":
        guard let seconds = Int(text), (5...86_400).contains(seconds) else {
          throw fault("`witness_interval` is a number of seconds from 5 to 86400", mark, file)
        }
        settings.witnessInterval = seconds
      default:
        let near = Spelling.nearest(to: member.key, among: keys).map { "did you mean `\($0)`?" }
        throw fault("`\(member.key)` is no key here", member.mark, file, hint: near)
      }
    }
    return settings
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
