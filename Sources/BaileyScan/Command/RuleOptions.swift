internal import ArgumentParser
internal import BaileyCore
internal import BaileyFingerprints
internal import BaileyInspect
internal import BaileyLinux
internal import BaileyWire

/// A tier as the command line names it.
enum TierName: String, CaseIterable, ExpressibleByArgument {
  case certain, likely, hint

  var tier: Tier {
    switch self {
    case .certain: .certain
    case .likely: .likely
    case .hint: .hint
    }
  }
}

enum KindName: String, CaseIterable, ExpressibleByArgument {
  case secret, personal, financial, identifier
}

/// Which rules there are, and what is excused.
struct RuleOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Tell findings of this tier and above: certain, likely, hint.", valueName: "tier"))
  var minTier = TierName.likely
  @Option(
    help: ArgumentHelp(
      "Only rules of this kind: secret, personal, financial, identifier. Can be repeated.", valueName: "kind"))
  var kind: [KindName] = []
  @Option(help: ArgumentHelp("Rules of your own besides. Can be repeated.", valueName: "file"), completion: .file())
  var rules: [String] = []
  @Option(
    help: ArgumentHelp(
      "What is accepted: rules, paths, fingerprints; instead of .bailey/inspection.yaml.", valueName: "file"),
    completion: .file())
  var allow: [String] = []
  @Flag(help: "Do not read .bailey/inspection.yaml.")
  var noAllow = false
  @Flag(help: "Tell also what a comment `bailey:allow` in the same line excuses.")
  var ignoreAllowComments = false
  @Flag(help: "Leave out what is registered with `bailey fingerprint`.")
  var noRegistered = false

  func ruleSet() throws(Fault) -> RuleSet {
    var own: [Rule] = []
    for path in rules {
      let text = try read(path)
      do throws(RuleIssue) { own += try RuleSet.read(text, file: path) } catch { throw Self.fault(error) }
    }
    do throws(RuleIssue) { return try RuleSet(adding: own) } catch { throw Self.fault(error) }
  }

  /// - Parameter project: where an allowlist may lie; nil for a stream.
  func setup(_ set: RuleSet, project: String?) throws(Fault) -> ScanSetup {
    var setup = ScanSetup(rules: set)
    setup.honoursComments = !ignoreAllowComments
    setup.least = minTier.tier
    setup.kinds = Set(kind.compactMap { Rule.Kind(rawValue: $0.rawValue) })
    for path in allow { setup.allowlists.append(try allowlist(path, try read(path), set)) }
    if allow.isEmpty, !noAllow, let project, let text = try ProjectAllowlist.read(in: project) {
      setup.allowlists.append(try allowlist(ProjectAllowlist.path(in: project), text, set))
    }
    if !noRegistered { setup.registered = try registered() }
    return setup
  }

  private func allowlist(_ path: String, _ text: [UInt8], _ set: RuleSet) throws(Fault) -> AllowlistFile {
    do throws(RuleIssue) {
      return AllowlistFile(path: path, list: try Allowlist.read(text, file: path, rules: set))
    } catch {
      throw Self.fault(error)
    }
  }

  private func registered() throws(Fault) -> Registered? {
    do throws(Fault) { return try FingerprintStore(stateDirectory: try Places.current().state).load() } catch {
      var fault = error
      fault.hint = (error.hint.map { $0 + "; " } ?? "") + "--no-registered scans without what is registered"
      throw fault
    }
  }

  private func read(_ path: String) throws(Fault) -> [UInt8] {
    do throws(Errno) {
      guard let file = try WholeFile.read(path, limit: ProjectAllowlist.maximumBytes) else { throw .noSuchFile }
      return file.bytes
    } catch {
      throw Fault("scan-file-unreadable", subject: path, why: error.message)
    }
  }

  /// The rules' own codes stand in docs/errors.md, too.
  private static func fault(_ issue: RuleIssue) -> Fault {
    Fault(issue.code, subject: issue.place, why: issue.why, hint: issue.hint)
  }
}
