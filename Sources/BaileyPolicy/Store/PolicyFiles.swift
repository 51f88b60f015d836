import BaileyCore

/// All bytes of one directory of policies, read before any of them is looked into.
///
/// `*.rego` and `data.json` in the directory itself are one set of modules; `*.tar.gz`, and directories with a `.manifest`, are bundles;
/// `keys/NAME.pem` and `keys/NAME.jwk` verify them. `remote.yaml` names judges elsewhere. Tests (`*_test.rego`), notes and hidden files are left out; any other name is
/// a fault, so that nothing is believed to be in force that is not.
struct PolicyFiles: Sendable, Equatable {
  var modules: [String: [UInt8]] = [:]
  var data: [UInt8]?
  var archives: [String: [UInt8]] = [:]
  var directories: [String: [String: [UInt8]]] = [:]
  var keys: [String: [UInt8]] = [:]
  /// `remote.yaml`: judges elsewhere.
  var remote: [UInt8]?

  static let maximumFile = 4 << 20

  var isEmpty: Bool { modules.isEmpty && archives.isEmpty && directories.isEmpty && remote == nil }

  /// Every file that counts, by its path.
  var contents: [String: [UInt8]] {
    var all = modules.merging(archives) { $1 }
    all["data.json"] = data
    all[RemoteSettings.file] = remote
    for (directory, files) in directories {
      for (path, bytes) in files { all[directory + "/" + path] = bytes }
    }
    for (name, bytes) in keys { all["keys/" + name] = bytes }
    return all
  }

  /// What trust in the policies of a project is bound to: every name and every byte.
  func digest(_ sha256: ([UInt8]) -> String) -> String {
    func list(_ files: [String: [UInt8]]) -> JSON { .object(files.mapValues { .string(sha256($0)) }) }
    let form: JSON = [
      "modules": list(modules), "data": .string(data.map(sha256) ?? ""), "archives": list(archives),
      "directories": .object(directories.mapValues(list)), "keys": list(keys),
    ]
    return sha256(form.canonical + (remote.map { Array(sha256($0).utf8) } ?? []))
  }
}

/// Reads them.
struct PolicyFilesReader {
  let storage: any PolicyStorage
  let root: String
  /// Whether anybody but root could have written a file makes it useless.
  let isAdministrators: Bool
  private var (count, total) = (0, 0)
  /// Of each file and directory before it was read; `nil` where one has none.
  private var stamps: [String: FileStamp]? = [:]
  private static let maximumFiles = 2_000
  /// Of all files together: what a project brings is read before anybody has agreed to it.
  static let maximumTotal = 32 << 20
  private static let maximumDepth = 16

  static func read(_ root: String, isAdministrators: Bool, _ storage: any PolicyStorage) throws(Fault) -> PolicyFiles {
    try stamped(root, isAdministrators: isAdministrators, storage).files
  }

  /// Twice, so that a set of which a part is being replaced is not taken for a whole.
  ///
  /// - Returns: with the files what tells later that they are still the same; `nil` where nothing can.
  static func stamped(_ root: String, isAdministrators: Bool, _ storage: any PolicyStorage) throws(Fault)
    -> (files: PolicyFiles, stamps: [String: FileStamp]?)
  {
    var reader = PolicyFilesReader(storage: storage, root: root, isAdministrators: isAdministrators)
    let first = try reader.files()
    let stamps = reader.stamps
    (reader.count, reader.total) = (0, 0)
    guard try reader.files() == first else {
      throw Fault("policy-changing", subject: root, why: "the files change while they are read", hint: "try again")
    }
    return (first, stamps)
  }

  private mutating func stamp(_ path: String) {
    guard stamps != nil else { return }
    if let stamp = storage.stamp(path) { stamps?[path] = stamp } else { stamps = nil }
  }

  private init(storage: any PolicyStorage, root: String, isAdministrators: Bool) {
    self.storage = storage
    self.root = root
    self.isAdministrators = isAdministrators
  }

  private mutating func files() throws(Fault) -> PolicyFiles {
    var files = PolicyFiles()
    for entry in try entries(root, isWanted: { !$0.hasPrefix(".") }) ?? [] {
      if entry.isDirectory {
        try directory(entry.name, &files)
      } else if entry.name.hasSuffix(".rego") {
        if !entry.name.hasSuffix("_test.rego") { files.modules[entry.name] = try bytes(entry.name) }
      } else if entry.name.hasSuffix(".tar.gz") {
        files.archives[entry.name] = try bytes(entry.name, limit: BundleFiles.maximumArchive)
      } else if entry.name == "data.json" {
        files.data = try bytes(entry.name)
      } else if entry.name == RemoteSettings.file {
        files.remote = try bytes(entry.name, limit: YAMLReader.maximumBytes)
      } else if !Self.isNote(entry.name) {
        throw unknown(entry.name)
      }
    }
    return files
  }

  private mutating func directory(_ name: String, _ files: inout PolicyFiles) throws(Fault) {
    var inside: [String: [UInt8]] = [:]
    try walk(name, "", 0, &inside)
    if name == "keys" {
      files.keys = try keys(inside)
      return
    }
    guard inside[BundleManifest.file] != nil else {
      throw Fault(
        "policy-directory", subject: root + "/" + name, why: "a directory of policies without `.manifest` is no bundle",
        hint: "put the modules one level up, or add `.manifest`")
    }
    files.directories[name] = inside
  }

  /// Where keys are meant to be, unsigned bundles must not be believed for want of one.
  private func keys(_ inside: [String: [UInt8]]) throws(Fault) -> [String: [UInt8]] {
    var keys: [String: [UInt8]] = [:]
    for (file, bytes) in inside where !Self.isNote(file) {
      guard file.hasSuffix(".pem") || file.hasSuffix(".jwk") else { throw unknown("keys/" + file) }
      keys[String(file.dropLast(4))] = bytes
    }
    if keys.isEmpty {
      throw Fault(
        "policy-keys", subject: root + "/keys", why: "there is no key in it",
        hint: "put a public key there as NAME.pem or NAME.jwk, or remove the directory")
    }
    return keys
  }

  /// What may lie beside policies and is none.
  private static func isNote(_ name: String) -> Bool {
    name.hasPrefix("README") || name.hasSuffix(".md") || name == "LICENSE"
  }

  private func unknown(_ name: String) -> Fault {
    Fault(
      "policy-name-unknown", subject: root + "/" + name, why: "by its name this is nothing that policies are read from",
      hint: "modules are *.rego, bundles *.tar.gz, data is data.json, keys are *.pem or *.jwk: move anything else away")
  }

  private mutating func walk(_ base: String, _ path: String, _ depth: Int, _ files: inout [String: [UInt8]])
    throws(Fault)
  {
    guard depth < Self.maximumDepth else { throw tooLarge("its directories are nested too deeply") }
    let directory = root + "/" + base + (path.isEmpty ? "" : "/" + path)
    guard let entries = try entries(directory, isWanted: BundleFiles.isWanted) else { throw went(directory) }
    for entry in entries {
      let inner = path.isEmpty ? entry.name : path + "/" + entry.name
      if entry.isDirectory {
        try walk(base, inner, depth + 1, &files)
      } else {
        files[inner] = try bytes(base + "/" + inner)
      }
    }
  }

  private mutating func bytes(_ path: String, limit: Int = PolicyFiles.maximumFile) throws(Fault) -> [UInt8] {
    let whole = root + "/" + path
    stamp(whole)
    guard let file = try storage.read(whole, limit: limit) else { throw went(whole) }
    guard !isAdministrators || (file.owner == 0 && file.mode & 0o022 == 0) else {
      throw Fault(
        "policy-owner", subject: whole, why: "not only root can write this policy of the administrator",
        hint: "chown root and chmod go-w, or remove it")
    }
    total += file.bytes.count
    guard total <= Self.maximumTotal else { throw tooLarge("its files have more than \(Self.maximumTotal >> 20) MB") }
    return file.bytes
  }

  /// What is in a directory, every name counted; a link that is not followed is a fault, unless it is hidden.
  private mutating func entries(_ path: String, isWanted: (String) -> Bool) throws(Fault) -> [StoredName]? {
    stamp(path)
    guard let all = try storage.list(path) else { return nil }
    count += all.count
    guard count <= Self.maximumFiles else { throw tooLarge("there are more than \(Self.maximumFiles) files") }
    let entries = all.filter { isWanted($0.name) }
    if let link = entries.first(where: \.isLink) { throw .symbolicLink(path + "/" + link.name) }
    return entries
  }

  private func went(_ path: String) -> Fault {
    Fault("policy-changing", subject: path, why: "it went while it was read", hint: "try again")
  }

  private func tooLarge(_ why: String) -> Fault { Fault("policy-too-large", subject: root, why: why) }
}
