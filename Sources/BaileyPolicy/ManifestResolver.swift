package import BaileyCore
import BaileyLinux

/// Finds, reads and merges the manifests of a start.
///
/// Administrator `/etc/bailey/manifest.yaml`, user `manifest.yaml` in the configuration directory, project `.bailey/manifest.yaml`
/// (also `.yml`, `.json`) or the file that `--manifest` names, profiles, command line. A manifest that cannot be read
/// is a fault, never an absent one.
package struct ManifestResolver: ManifestProvider {
  package struct Places: Sendable {
    package var administrator = "/etc/bailey/manifest.yaml"
    package var user: String
    /// Where `egress.yaml` of the person lies.
    package var configuration: String
    package var trustDirectory: String
    /// Bailey's own directories, which no manifest can grant.
    package var ownDirectories: [String]

    /// - Parameters: Bailey's configuration, state and runtime directories.
    package init(configuration: String, state: String, runtime: String) {
      user = configuration + "/manifest.yaml"
      self.configuration = configuration
      trustDirectory = state + "/trust"
      ownDirectories = [configuration, state, runtime]
    }
  }

  private let storage: any PolicyStorage
  private let places: Places
  private let trust: ManifestTrust
  private let sha256: @Sendable ([UInt8]) -> String
  private let parsedProfiles = ParsedProfiles()
  private let policies: PolicyStore?
  private let table: VersionTable?

  /// - Parameter policies: the policies of the administrator and the person; without them those of projects are not read either.
  package init(
    storage: any PolicyStorage, places: Places, policies: PolicyStore? = nil,
    sha256: @escaping @Sendable ([UInt8]) -> String
  ) {
    self.storage = storage
    self.places = places
    self.policies = policies
    table = policies.map { VersionTable($0, sha256: sha256) }
    self.sha256 = sha256
    trust = ManifestTrust(storage: storage, directory: places.trustDirectory, sha256: sha256)
  }

  package func resolve(project: String, workingDirectory: String, home: String, options: ManifestOptions)
    async
    throws(Fault) -> ResolvedManifest
  {
    let (layers, manifest) = try merged(project, workingDirectory, home, options)
    let floor = Floor(home: home, ownDirectories: places.ownDirectories)
    let basis = try basis(layers, manifest, floor, project, options)
    let refused = floor.refusals(of: manifest.files) { storage.realPath($0) }
    if let first = refused.first { throw ManifestIssue.fault(refused, file: first.source.file) }
    var judges = basis
    // All policies are read anew; where one is at fault, the last good one stays in force and the start says so.
    let faults = try await reloaded()
    let form = Self.data(manifest, project: project)
    judges += policies?.judges(manifest: form) ?? []
    let own = try projectPolicies(project)
    let state = try trustState(of: layers.project, rego: own, project: project, options: options)
    if let own { judges += try await projectJudges(own, project, state, form) }
    var resolved = ResolvedManifest(
      manifest: manifest, judges: judges, remoteJudges: policies?.remoteJudges ?? [], trust: state,
      notices: notices(manifest) + faults)
    resolved.basis = basis
    resolved.ceilings = layers.ceilings.map(\.manifest.network)
    // What nobody has agreed to is not looked into; it decides nothing either.
    resolved.versions = versions(state == .trusted ? own : nil, project)
    return resolved
  }

  private func basis(
    _ layers: ManifestLayers, _ manifest: Manifest, _ floor: Floor, _ project: String, _ options: ManifestOptions
  ) throws(Fault) -> [any Judge] {
    let residency = try EgressFile.load(configuration: places.configuration, storage).residency
    return [floor] + layers.ceilings.map { CeilingJudge($0) } + (residency.isEmpty ? [] : [ResidencyJudge(residency)])
      + [ManifestJudge(manifest, project: project, personsPorts: options.hostPorts)]
  }

  package func basis(project: String, home: String, manifest: Manifest?) async throws(Fault) -> PolicyBasis {
    if let manifest { return PolicyBasis(manifest: Self.data(manifest, project: project), judges: []) }
    let (layers, manifest) = try merged(project, project, home, ManifestOptions())
    let floor = Floor(home: home, ownDirectories: places.ownDirectories)
    return PolicyBasis(
      manifest: Self.data(manifest, project: project),
      judges: try basis(layers, manifest, floor, project, ManifestOptions()))
  }

  private func merged(_ project: String, _ workingDirectory: String, _ home: String, _ options: ManifestOptions)
    throws(Fault) -> (ManifestLayers, Manifest)
  {
    var layers = ManifestLayers(
      administrator: try administrator(home: home), user: try read(places.user, home: home),
      project: try projectDocument(project, workingDirectory, home, options),
      commandLine: try .commandLine(options, directory: workingDirectory, home: home))
    layers.profiles = try profiles(for: layers, options: options, home: home)
    var manifest = try layers.merged()
    manifest.digest = digest(manifest.canonicalForm)
    return (layers, manifest)
  }

  package func trust(project: String, digest: String) async throws(Fault) {
    try trust.trust(project: project, digest: digest)
  }

  /// A manifest in the project, or one that `--manifest` names there, counts once the person has agreed to it, as do the policies
  /// of the project; a manifest from elsewhere that he names is his own word.
  private func trustState(
    of document: ManifestDocument?, rego: PolicyFiles?, project: String, options: ManifestOptions
  ) throws(Fault) -> ResolvedManifest.Trust {
    let document = document.flatMap { isPersons($0, project: project, options: options) ? nil : $0 }
    var summary = document.map { PermissionSummary(of: $0) } ?? PermissionSummary()
    var digest = document.map { self.digest($0.canonicalForm) }
    if let rego {
      summary.add(policies: rego, sha256)
      digest = sha256(Array("\(digest ?? "") \(rego.digest(sha256))".utf8))
    }
    guard let digest else { return .trusted }
    let previous: [String]?
    switch try trust.status(project: project, digest: digest) {
    case .trusted: return .trusted
    case .new: previous = nil
    case .changed(let permissions): previous = permissions
    }
    trust.propose(project: project, digest: digest, permissions: summary.texts)
    return .needed(summary: summary.changes(since: previous), digest: digest)
  }

  private func isPersons(_ document: ManifestDocument, project: String, options: ManifestOptions) -> Bool {
    let real = storage.realPath(document.file) ?? document.file
    return options.manifestPath != nil && !PathSpelling.isPath(real, within: project)
      && !PathSpelling.isPath(document.file, within: project)
  }

  private func digest(_ form: JSON) -> String { sha256(form.canonical) }

  private func notices(_ manifest: Manifest) -> [String] {
    manifest.optional.map(\.rawValue).sorted().map { "the manifest lets this session start without \($0)" }
  }
}

// MARK: - Policies in Rego

extension ManifestResolver {
  /// What is as it was is found so here; reading and compiling what changed can take long.
  private func reloaded() async throws(Fault) -> [String] {
    guard let policies, !policies.isCurrent else { return [] }
    return try await onOwnThread("policies") { () throws(Fault) in try policies.reload() }
  }

  private func projectJudges(
    _ files: PolicyFiles, _ project: String, _ state: ResolvedManifest.Trust, _ form: JSON
  ) async throws(Fault) -> [any Judge] {
    guard state == .trusted, policies?.isCompiled(files, root: Self.root(project)) == false else {
      return try projectJudges(files, project, isAgreed: state == .trusted, form)
    }
    return try await onOwnThread("policies") { () throws(Fault) in
      try projectJudges(files, project, isAgreed: true, form)
    }
  }

  private static func root(_ project: String) -> String { project + "/.bailey/policy" }

  /// Those that come with a project, as bytes: they are not looked into before the person has agreed to them.
  private func projectPolicies(_ project: String) throws(Fault) -> PolicyFiles? {
    guard policies != nil else { return nil }
    do throws(Fault) { return try readPolicies(project) } catch { throw error.ofProject(Self.root(project)) }
  }

  private func readPolicies(_ project: String) throws(Fault) -> PolicyFiles? {
    let root = Self.root(project)
    let files = try PolicyFilesReader.read(root, isAdministrators: false, storage.within(project))
    guard files.remote == nil else {
      throw Fault(
        "policy-remote-project", subject: root + "/" + RemoteSettings.file, why: "a project cannot name remote judges",
        hint: "they belong to the person's or the administrator's policies")
    }
    return files.isEmpty ? nil : files
  }

  private func projectJudges(_ files: PolicyFiles, _ project: String, isAgreed: Bool, _ form: JSON) throws(Fault)
    -> [any Judge]
  {
    isAgreed ? try compiled(files, project, form) : [UnagreedJudge()]
  }

  private func compiled(_ files: PolicyFiles, _ project: String, _ form: JSON) throws(Fault) -> [any Judge] {
    let root = Self.root(project)
    do throws(Fault) { return try policies?.judges(files, root: root, manifest: form) ?? [] } catch {
      throw error.ofProject(root)
    }
  }

  /// What the log is told of them.
  private func versions(_ own: PolicyFiles?, _ project: String) -> PolicyVersions {
    guard let table else { return PolicyJudges().versions }
    let version = own.map { $0.version($0.revisions(root: Self.root(project)), sha256) }
    return { table.versions(project: version) }
  }

  package func policies(project: String, home: String, manifest: Manifest?) async throws(Fault) -> PolicyJudges {
    var all = PolicyJudges()
    guard let policies else { return all }
    _ = try await reloaded()
    // A broken manifest is in nobody's way where nothing reads it.
    let own = try projectPolicies(project)
    if policies.isEmpty, own == nil { return all }
    let seen: Manifest
    if let manifest { seen = manifest } else { seen = try merged(project, project, home, ManifestOptions()).1 }
    let form = Self.data(seen, project: project)
    // They only tighten, so those that nobody has agreed to are asked as well.
    all.judges = policies.judges(manifest: form)
    if let own { all.judges += try await projectJudges(own, project, .trusted, form) }
    all.remoteJudges = policies.remoteJudges
    all.versions = versions(own, project)
    return all
  }
}

extension Fault {
  /// What is wrong with the policies of a project holds up its starts, applies and undos until the person has mended it: to pass over what
  /// may deny would loosen it. Nothing keeps him from his own files.
  fileprivate func ofProject(_ root: String) -> Fault {
    var fault = self
    if fault.subject == nil { fault.subject = root }
    let own = code == "policy-invalid" ? nil : hint
    fault.hint =
      [own].compactMap { $0.map { $0 + "; " } }.joined()
      + "nothing starts, is applied or undone in this project until its policy is whole: mend it, or move it away;"
      + " `bailey policy check \(printable(root))` shows what is wrong"
    return fault
  }
}

/// In the place of policies that nobody has agreed to yet: without them nothing goes on.
private struct UnagreedJudge: Judge {
  func judge(_ action: Action) -> [Reason] {
    [Reason(.deny, "policy-not-loaded", "the policies of the project have not been agreed to")]
  }
}

extension ManifestResolver {
  /// What policies see as `data.manifest`: all that the manifest permits, what it is called in the log, and where the project lies.
  package static func data(_ manifest: Manifest, project: String) -> JSON {
    var members = manifest.canonicalForm.object ?? [:]
    members["sha256"] = .string(manifest.digest)
    members["project"] = .string(project)
    return .object(members)
  }
}

// MARK: - Reading

extension ManifestResolver {
  private func read(_ path: String, home: String) throws(Fault) -> ManifestDocument? {
    guard let file = try storage.read(path, limit: YAMLReader.maximumBytes) else { return nil }
    return try parse(file.bytes, path, home)
  }

  private func parse(_ bytes: [UInt8], _ path: String, _ home: String) throws(Fault) -> ManifestDocument {
    do {
      return try ManifestReader.read(bytes, file: path, home: home)
    } catch {
      throw ManifestIssue.fault(error.issues, file: path)
    }
  }

  /// Anybody but root who could write it could lift what it forbids.
  private func administrator(home: String) throws(Fault) -> ManifestDocument? {
    guard let file = try storage.read(places.administrator, limit: YAMLReader.maximumBytes) else { return nil }
    guard file.owner == 0, file.mode & 0o022 == 0 else {
      throw Fault(
        "manifest-owner", subject: places.administrator, why: "not only root can write the administrator's manifest",
        hint: "chown root and chmod go-w, or remove it")
    }
    return try parse(file.bytes, places.administrator, home)
  }

  private func projectDocument(_ project: String, _ directory: String, _ home: String, _ options: ManifestOptions)
    throws(Fault) -> ManifestDocument?
  {
    if let named = options.manifestPath {
      let path = ExactText(named).isAbsolute ? named : directory + "/" + named
      if let document = try read(path, home: home) { return document }
      throw Fault("manifest-missing", subject: named, why: "there is no such manifest", hint: "check --manifest")
    }
    var found: [ManifestDocument] = []
    for name in ["manifest.yaml", "manifest.yml", "manifest.json"] {
      if let document = try read(project + "/.bailey/" + name, home: home) { found.append(document) }
    }
    guard found.count <= 1 else {
      throw Fault(
        "manifest-ambiguous", subject: project + "/.bailey", why: "there is more than one manifest", hint: "keep one")
    }
    return found.first
  }

  /// `--profile`, else what the manifests extend, else `default`; the profiles' own bases come before them.
  private func profiles(for layers: ManifestLayers, options: ManifestOptions, home: String) throws(Fault)
    -> [ManifestDocument]
  {
    var names = ["default"]
    for document in [layers.administrator, layers.user, layers.project] { names += document?.extends ?? [] }
    names += options.profile.map { $0.split(separator: ",").map(String.init) } ?? []
    var documents: [ManifestDocument] = []
    for (index, name) in names.enumerated() where names.firstIndex(of: name) == index {
      guard let text = BuiltinProfiles.texts[name] else {
        let near = Spelling.nearest(to: name, among: BuiltinProfiles.names).map { "did you mean `\($0)`?" }
        throw Fault(
          "manifest-profile-unknown", subject: name, why: "no built-in profile has this name",
          hint: near ?? "there are \(BuiltinProfiles.names.joined(separator: ", "))")
      }
      documents.append(
        try parsedProfiles.document(name, home: home) { () throws(Fault) in
          try parse(Array(text.utf8), "profile:\(name)", home)
        })
    }
    return documents
  }
}
