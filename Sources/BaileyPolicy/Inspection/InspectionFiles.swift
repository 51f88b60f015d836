import BaileyCore
import BaileyInspect

/// What the administrator and the person add to the inspection: `inspection/*.yaml`, files of rules, and `inspection/allow.yaml`, what is
/// known and accepted.
///
/// Any other name is a fault, so that nothing is believed to be in force that is not.
struct InspectionFiles: Equatable {
  private struct File: Equatable {
    var path: String
    var bytes: [UInt8]
    var isAdministrators: Bool
  }

  static let allow = "allow.yaml"
  static let maximumFiles = 100
  private static let maximumFile = 1 << 20

  private var rules: [File] = []
  private var allows: [File] = []

  /// - Parameter roots: directories, the administrator's first; one that does not exist is empty.
  init(_ roots: [String], _ storage: any PolicyStorage) throws(Fault) {
    for root in roots {
      for entry in (try storage.list(root) ?? []).sorted(by: { $0.name < $1.name }) {
        if entry.name.hasPrefix(".") || entry.name.hasPrefix("README") { continue }
        let path = root + "/" + entry.name
        guard entry.name.hasSuffix(".yaml"), !entry.isDirectory else {
          throw Fault(
            "inspection-settings", subject: path, why: "by its name this is no file of rules",
            hint: "files of rules are *.yaml: move anything else away")
        }
        let file = File(path: path, bytes: try Self.bytes(path, storage), isAdministrators: root == roots[0])
        if entry.name == Self.allow { allows.append(file) } else { rules.append(file) }
      }
    }
    guard rules.count <= Self.maximumFiles else {
      throw Fault("inspection-settings", subject: roots.last, why: "more than \(Self.maximumFiles) files of rules")
    }
  }

  private static func bytes(_ path: String, _ storage: any PolicyStorage) throws(Fault) -> [UInt8] {
    guard let file = try storage.read(path, limit: maximumFile) else {
      throw Fault("inspection-settings", subject: path, why: "it went away while it was read", hint: "try again")
    }
    guard file.mode & 0o022 == 0 else {
      throw Fault(
        "inspection-settings", subject: path, why: "others than its owner can write it", hint: "chmod go-w it")
    }
    return file.bytes
  }

  func ruleSet() throws(Fault) -> (rules: RuleSet, own: Int) {
    do throws(RuleIssue) {
      var own: [Rule] = []
      for file in rules { own += try RuleSet.read(file.bytes, file: file.path) }
      return (try RuleSet(adding: own), own.count)
    } catch {
      throw Fault(error.code, subject: error.place, why: error.why, hint: error.hint)
    }
  }

  func accepted() throws(Fault) -> Accepted {
    var accepted = Accepted()
    for file in allows {
      let reader = AllowReader(file: file.path)
      if file.isAdministrators {
        try reader.read(file.bytes, into: &accepted.always, &accepted.alwaysAt)
      } else {
        try reader.read(file.bytes, into: &accepted.person, &accepted.personAt)
      }
    }
    for file in rules where file.isAdministrators {
      do throws(RuleIssue) { accepted.fixed.formUnion(try RuleSet.read(file.bytes, file: file.path).map(\.id)) } catch {
        throw Fault(error.code, subject: error.place, why: error.why, hint: error.hint)
      }
    }
    return accepted
  }
}

/// What is known and harmless. Of the administrator's rules only the administrator says so.
struct Accepted: Sendable {
  var always = Allowlist()
  fileprivate(set) var person = Allowlist()
  fileprivate var alwaysAt = AcceptedHosts()
  fileprivate var personAt = AcceptedHosts()
  /// Rules of the administrator.
  fileprivate(set) var fixed: Set<String> = []

  /// - Parameter path: of a file; `nil` for what is none.
  func personally(_ finding: Finding, _ path: String? = nil) -> Bool {
    !fixed.contains(finding.rule) && person.covers(finding, path: path)
  }

  /// In a request to this host.
  func covers(_ finding: Finding, to host: String?) -> Bool {
    if alwaysAt.covers(finding.rule, host) || personally(finding) { return true }
    return !fixed.contains(finding.rule) && personAt.covers(finding.rule, host)
  }
}

/// Reads `allow.yaml`: lists `rules`, `fingerprints`, `paths` and `hosts`.
private struct AllowReader {
  let file: String

  func read(_ bytes: [UInt8], into list: inout Allowlist, _ hosts: inout AcceptedHosts) throws(Fault) {
    let root: YAMLNode
    do { root = try YAMLReader(file: file).read(bytes) } catch { throw ManifestIssue.fault([error], file: file) }
    let members = try root.members(keys: ["rules", "fingerprints", "paths", "hosts"]) { fault($0, $1, $2) }
    list.rules.formUnion(try texts(members["rules"]))
    list.fingerprints.formUnion(try texts(members["fingerprints"]))
    list.paths += try texts(members["paths"])
    try read(members["hosts"], into: &hosts)
  }

  private func read(_ node: YAMLNode?, into hosts: inout AcceptedHosts) throws(Fault) {
    for item in try items(node) {
      let members = try item.members(keys: ["host", "rules"]) { fault($0, $1, $2) }
      let rules = try texts(members["rules"])
      guard case .scalar(let host, _, let mark)? = members["host"], !rules.isEmpty else {
        throw fault("a host and the rules that are accepted there belong together", item.mark, nil)
      }
      do throws(HostNameError) { try hosts.add(host, rules: rules) } catch {
        throw fault("`\(printable(host))` is no name of hosts", mark, "write api.example.com or *.example.com")
      }
    }
  }

  private func items(_ node: YAMLNode?) throws(Fault) -> [YAMLNode] {
    guard let node else { return [] }
    guard case .sequence(let items, _) = node else {
      throw fault("this is \(node.typeName), not a list", node.mark, nil)
    }
    return items
  }

  private func texts(_ node: YAMLNode?) throws(Fault) -> [String] {
    var result: [String] = []
    for item in try items(node) {
      guard case .scalar(let text, _, _) = item, !item.isNull, !text.isEmpty, text != "*" else {
        throw fault("this is \(item.typeName), not a name", item.mark, nil)
      }
      result.append(text)
    }
    return result
  }

  private func fault(_ why: String, _ mark: Mark, _ hint: String?) -> Fault {
    Fault("inspection-settings", subject: "\(file):\(mark.line):\(mark.column)", why: why, hint: hint)
  }
}
