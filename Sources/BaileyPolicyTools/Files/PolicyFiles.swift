internal import BaileyCore
internal import BaileyLinux
internal import BaileyPolicy
internal import BaileyRego
internal import BaileyRegoLibraries

/// The modules and the data that a command was given, as OPA's tools read them.
///
/// Of a directory every `.rego`, `.json`, `.yaml` and `.yml` counts; data stands below the names of the folders it is in. A file that is
/// named itself stands at the root. A bundle is a directory of which only `data.json` and `data.yaml` are data. The versions of the language that
/// a `.manifest` gives count for its directory and all below it, as they do where policies are in force.
struct PolicyFiles {
  private(set) var sources: [Source] = []
  private var data = Document()
  private var size = 0
  var isVersion1 = true
  /// Without it only modules count in directories.
  var readsData = true

  /// A directory with a `.manifest`, and how deep it lies.
  private struct Root {
    var manifest: BundleManifest
    var depth: Int
  }

  private static let maximumFile = 64 << 20
  private static let maximumSize = 256 << 20
  private static let maximumDepth = 32

  /// The data as JSON.
  var json: [UInt8] { data.json(escapesHTML: false) }

  /// A file or directory.
  mutating func add(_ path: String, asBundle: Bool = false) throws(ToolFailure) {
    let status: FileStatus
    do { status = try Descriptor.status(of: path, followingLinks: true) } catch { throw Self.unreadable(path, error) }
    if status.isDirectory { return try addFolder(path, below: [], asBundle, nil) }
    if asBundle {
      throw ToolFailure(
        Fault("policy-bundle-unusable", subject: path, why: "it is not a directory", hint: "unpack the bundle first"))
    }
    try addFile(path, below: [], nil)
  }

  /// The packages below `lib` that the modules name and that are not among them.
  mutating func addLibrary() {
    for name in PolicyLibrary.needed(by: sources.map(\.text)) {
      guard let text = PolicyLibrary.text(name) else { continue }
      sources.append(Source(name: PolicyLibrary.file(name), text: text))
    }
  }

  private mutating func addFolder(
    _ path: String, below folders: [String], _ asBundle: Bool, _ outer: Root?
  ) throws(ToolFailure) {
    guard folders.count < Self.maximumDepth else {
      throw ToolFailure(Fault("policy-files-too-large", subject: path, why: "folders are nested too deep"))
    }
    let entries: [DirectoryEntry]
    do { entries = try Descriptor.entries(of: path) } catch { throw Self.unreadable(path, error) }
    var root = outer
    if entries.contains(where: { $0.text == BundleManifest.file }) {
      root = Root(manifest: try Self.manifest(path + "/" + BundleManifest.file), depth: folders.count)
    }
    for entry in entries.sorted(by: { $0.text < $1.text }) where entry.name.first != 0x2E {
      let inner = path + (path.hasSuffix("/") ? "" : "/") + entry.text
      if entry.type == .directory {
        try addFolder(inner, below: folders + [entry.text], asBundle, root)
      } else if isWanted(entry.text, asBundle) {
        try addFile(inner, below: folders, root)
      }
    }
  }

  private static func manifest(_ path: String) throws(ToolFailure) -> BundleManifest {
    let text = try read(path)
    do { return try BundleManifest(text, name: path) } catch { throw ToolFailure(error) }
  }

  private func isWanted(_ name: String, _ asBundle: Bool) -> Bool {
    if name.hasSuffix(".rego") { return true }
    if !readsData { return false }
    if asBundle { return ["data.json", "data.yaml", "data.yml"].contains(name) }
    return [".json", ".yaml", ".yml"].contains { name.hasSuffix($0) }
  }

  private mutating func addFile(_ path: String, below folders: [String], _ root: Root?) throws(ToolFailure) {
    let text = try Self.read(path)
    size += text.count
    guard size <= Self.maximumSize else {
      throw ToolFailure(Fault("policy-files-too-large", subject: path, why: "all files together are too large"))
    }
    if path.hasSuffix(".json") || path.hasSuffix(".yaml") || path.hasSuffix(".yml") {
      try addData(path, text, below: folders)
    } else {
      let name = path.split(separator: "/").last.map(String.init) ?? path
      let inRoot = root.map { (folders.dropFirst($0.depth) + [name]).joined(separator: "/") }
      let isVersion1 = isVersion1 && (inRoot.flatMap { root?.manifest.isVersion1($0) } ?? true)
      sources.append(Source(name: path, text: text, isVersion1: isVersion1))
    }
  }

  private mutating func addData(_ path: String, _ text: [UInt8], below folders: [String]) throws(ToolFailure) {
    try data.update { (data, heap) throws(ToolFailure) in
      var document = try Self.document(path, text, heap)
      if folders.isEmpty, document.tag != .object {
        throw ToolFailure(Fault("policy-data-malformed", subject: path, why: "data at the root must be an object"))
      }
      for folder in folders.reversed() { document = heap.object([(heap.string(folder), document)]) }
      guard let merged = Self.merge(data, document, heap) else {
        throw ToolFailure(
          Fault("policy-data-conflict", subject: path, why: "another file gives the same document another value"))
      }
      return merged
    }
  }

  /// Objects are joined; anything else must be equal.
  private static func merge(_ left: Value, _ right: Value, _ heap: Heap) -> Value? {
    guard left.tag == .object, right.tag == .object else { return Value.equal(left, right) ? left : nil }
    var pairs = left.pairs
    for (key, value) in right.pairs {
      if let index = pairs.firstIndex(where: { Value.equal($0.key, key) }) {
        guard let merged = merge(pairs[index].value, value, heap) else { return nil }
        pairs[index].value = merged
      } else {
        pairs.append((key, value))
      }
    }
    return heap.object(pairs)
  }

  static func document(_ path: String, _ text: [UInt8], _ heap: Heap) throws(ToolFailure) -> Value {
    if path.hasSuffix(".yaml") || path.hasSuffix(".yml") {
      do { return try Libraries.readYAML(text, into: heap) } catch {
        throw ToolFailure(Fault("policy-data-malformed", subject: path, why: error.message))
      }
    }
    do { return try JSONReader.read(text, into: heap) } catch {
      throw ToolFailure(Fault("policy-data-malformed", subject: path, why: JSONPlace.text(error.message, text)))
    }
  }

  /// A whole file; `-` is standard input.
  static func read(_ path: String) throws(ToolFailure) -> [UInt8] {
    do throws(Errno) {
      if path == "-" { return try Descriptor.lending(0) { (s) throws(Errno) in try s.readAll(limit: maximumFile) } }
      guard let file = try WholeFile.read(path, limit: maximumFile) else { throw Errno.noSuchFile }
      return file.bytes
    } catch {
      throw unreadable(path, error)
    }
  }

  static func unreadable(_ path: String, _ error: Errno) -> ToolFailure {
    ToolFailure(Fault("policy-file-unreadable", subject: path, why: error.message))
  }
}

/// Says a place in JSON by line and column.
enum JSONPlace {
  static func text(_ message: String, _ json: [UInt8]) -> String {
    let mark = " at byte "
    guard let range = message.firstRange(of: mark), let byte = Int(message[range.upperBound...]) else { return message }
    let before = json.prefix(byte)
    let line = before.count { $0 == 0x0A } + 1
    let column = before.count - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0) + 1
    return "\(message[..<range.lowerBound]) at line \(line), column \(column)"
  }
}
