package import BaileyCore
import BaileyRego

/// `.manifest`: revision, the parts of `data` that the bundle owns, versions of the language.
package struct BundleManifest: Sendable, Equatable {
  package static let file = ".manifest"

  package var revision = ""
  /// Paths below `data`, without slashes at their ends; the empty one is all of it.
  package var roots: [[String]] = [[]]
  package var isVersion1 = true
  /// Patterns of files in another version, in order of the text.
  package var versions: [(pattern: BaileyCore.Glob, isVersion1: Bool)] = []

  package init() {}

  package static func == (left: BundleManifest, right: BundleManifest) -> Bool {
    left.revision == right.revision && left.roots == right.roots && left.isVersion1 == right.isVersion1
  }

  package init(_ bytes: [UInt8], name: String) throws(Fault) {
    guard let document = try? Document(json: bytes, limit: 16 << 20) else {
      throw Fault("bundle-manifest", subject: name, why: "\(Self.file) is no JSON object")
    }
    self = try document.read { (object, _) throws(Fault) in try BundleManifest(object, name) }
    try checkOverlap(name)
  }

  private init(_ object: Value, _ name: String) throws(Fault) {
    guard object.tag == .object else {
      throw Fault("bundle-manifest", subject: name, why: "\(Self.file) is no JSON object")
    }
    for pair in object.pairs {
      let isRead: Bool
      switch String(pair.key) {
      case "revision": isRead = read(revision: pair.value)
      case "roots": isRead = read(roots: pair.value)
      case "rego_version": isRead = Self.version(pair.value).map { isVersion1 = $0 } != nil
      case "file_rego_versions": isRead = read(versions: pair.value)
      case "wasm": isRead = pair.value.tag == .array && pair.value.count == 0
      case "metadata": isRead = true
      default: isRead = true
      }
      guard isRead else {
        throw Fault("bundle-manifest", subject: name, why: "`\(String(pair.key))` in \(Self.file) is not understood")
      }
    }
  }

  private mutating func read(revision value: Value) -> Bool {
    // It is in the log's record of the policies in force.
    guard value.tag == .string, value.text.count <= 256 else { return false }
    revision = String(value)
    return true
  }

  private mutating func read(roots value: Value) -> Bool {
    guard value.tag == .array, value.items.allSatisfy({ $0.tag == .string }) else { return false }
    roots = value.items.map { String($0).split(separator: "/").map(String.init) }
    return true
  }

  private static func version(_ value: Value) -> Bool? {
    switch String(value) {
    case "0" where value.tag != .string: false
    case "1" where value.tag != .string: true
    default: nil
    }
  }

  private mutating func read(versions value: Value) -> Bool {
    guard value.tag == .object else { return false }
    for pair in value.pairs {
      let path = String(pair.key)
      guard let version = Self.version(pair.value),
        let pattern = try? BaileyCore.Glob(path.hasPrefix("/") ? String(path.dropFirst()) : path)
      else { return false }
      versions.append((pattern, version))
    }
    return true
  }

  private func checkOverlap(_ name: String) throws(Fault) {
    for (index, root) in roots.enumerated() {
      for other in roots[..<index] where root.starts(with: other) || other.starts(with: root) {
        throw Fault(
          "bundle-manifest", subject: name,
          why: "the roots `\(other.joined(separator: "/"))` and `\(root.joined(separator: "/"))` overlap")
      }
    }
  }

  package func isVersion1(_ path: String) -> Bool {
    versions.first { $0.pattern.matches(path) }?.isVersion1 ?? isVersion1
  }

  func owns(_ path: [String]) -> Bool { roots.contains { path.starts(with: $0) } }
  /// Whether a root lies below.
  func reaches(_ path: [String]) -> Bool { roots.contains { $0.starts(with: path) } }
}

/// Which of two revisions is the older one, where that can be told.
enum BundleRevision {
  /// Whole numbers with dots between, or moments as RFC 3339 writes them in UTC; of anything else no order is known.
  static func isOlder(_ left: String, than right: String) -> Bool {
    if let first = numbers(left), let second = numbers(right) { return first.lexicographicallyPrecedes(second) }
    guard isMoment(left), isMoment(right), left.utf8.count == right.utf8.count else { return false }
    return left.utf8.lexicographicallyPrecedes(right.utf8)
  }

  private static func numbers(_ text: String) -> [Int]? {
    let parts = (text.hasPrefix("v") ? text.dropFirst() : text[...]).split(
      separator: ".", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { part in part.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(part) : nil }
    return numbers.count == parts.count ? numbers : nil
  }

  private static func isMoment(_ text: String) -> Bool {
    let shape = text.utf8.map { (0x30...0x39).contains($0) ? UInt8(ascii: "0") : $0 }
    return String(decoding: shape, as: UTF8.self).hasPrefix("0000-00-00T00:00:00") && text.hasSuffix("Z")
  }
}

extension BundleManifest {
  /// The text of a manifest with another revision or other roots; what else it says stays.
  package static func edited(_ bytes: [UInt8]?, revision: String?, roots: [String]?, name: String) throws(Fault)
    -> [UInt8]
  {
    guard let document = try? Document(json: bytes ?? Array("{}".utf8), limit: 16 << 20), document.isObject else {
      throw Fault("bundle-manifest", subject: name, why: "\(file) is no JSON object")
    }
    return document.read { object, heap in
      var pairs = object.pairs
      // Of two with the same key the later one holds.
      if let revision { pairs.append((heap.string("revision"), heap.string(revision))) }
      if let roots { pairs.append((heap.string("roots"), heap.array(roots.map { heap.string($0) }))) }
      return JSONWriter.write(heap.object(pairs), escapesHTML: false)
    }
  }
}
