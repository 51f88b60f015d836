internal import BaileyCore
internal import BaileyLinux

/// All refs of a repository, read by Bailey's own reader: git never runs in a directory that an agent wrote.
struct RefTable: Sendable, Equatable {
  var refs: [String: RefValue] = [:]
  var head: RefValue?
  /// What looks like a ref and is none, with the reason: odd names, symbolic links, malformed values. Not printable as it stands.
  var refused: [String: String] = [:]

  static let maximumRefs = 200_000
  static let maximumPacked = 64 << 20

  init() {}

  /// - Parameters:
  ///   - common: the common git directory in the view, with `refs` and `packed-refs`.
  ///   - own: the git directory of this working tree, with `HEAD`.
  init(_ view: any StagedView, common: [UInt8], own: [UInt8]) throws(Fault) {
    do throws(Errno) {
      if try !view.list(join(common, "reftable")).isEmpty {
        throw Errno.notSupported
      }
      if let bytes = try view.read(join(common, "packed-refs"), limit: Self.maximumPacked) {
        try readPacked(bytes)
      }
      try readLoose(view, common, [UInt8]("refs".utf8), depth: 0)
      head = try view.read(join(own, "HEAD"), limit: 4096).flatMap(RefValue.init)
    } catch {
      throw Fault(
        "git-refs-unreadable", subject: String(decoding: common, as: UTF8.self),
        why: error == .notSupported
          ? "this repository keeps its refs in the reftable format" : "cannot read the refs: \(error)",
        hint: "commits can still be taken out with git format-patch inside the session")
    }
  }

  /// The object a ref leads to, through at most five symbolic refs.
  func resolve(_ value: RefValue?) -> String? {
    var value = value
    for _ in 0..<5 {
      switch value {
      case .object(let name): return name
      case .symbolic(let target): value = refs[target]
      case nil: return nil
      }
    }
    return nil
  }

  private mutating func readPacked(_ bytes: [UInt8]) throws(Errno) {
    for line in bytes.split(separator: 0x0A) where line.first != UInt8(ascii: "#") && line.first != UInt8(ascii: "^") {
      guard let space = line.firstIndex(of: 0x20), let object = RefValue.objectName(line[..<space]) else { continue }
      try note(line[(space + 1)...], .object(object))
    }
  }

  private mutating func readLoose(_ view: any StagedView, _ common: [UInt8], _ path: [UInt8], depth: Int) throws(Errno)
  {
    guard depth < 32 else { return refuse(path, "is nested too deeply") }
    for entry in try view.list(join(common, path)) {
      let child = path + [UInt8(ascii: "/")] + entry.name
      switch entry.type {
      case .directory: try readLoose(view, common, child, depth: depth + 1)
      case .regular: try readOne(view, common, child)
      case .symlink: refuse(child, "is a symbolic link")
      default: refuse(child, "is no file")
      }
    }
  }

  private mutating func readOne(_ view: any StagedView, _ common: [UInt8], _ path: [UInt8]) throws(Errno) {
    if path.suffix(5).elementsEqual(".lock".utf8) { return }
    let bytes: [UInt8]?
    do throws(Errno) { bytes = try view.read(join(common, path), limit: 4096) } catch .tooLarge {
      return refuse(path, "is malformed")
    } catch { throw error }
    guard let bytes else { return }
    guard let value = RefValue(bytes) else { return refuse(path, "is malformed") }
    try note(path[...], value)
  }

  private mutating func note(_ name: ArraySlice<UInt8>, _ value: RefValue) throws(Errno) {
    guard let valid = RefName(name) else { return refuse(Array(name), "has a name that git does not allow") }
    if refused[valid.text] != nil { return }
    // Both are one key here, and two refs to git: which of them a value belongs to could not be told.
    if let index = refs.index(forKey: valid.text), ExactText(refs.keys[index]) != ExactText(valid.text) {
      return refuse(Array(name), "has a name that looks like another's")
    }
    refs[valid.text] = value
    if refs.count > Self.maximumRefs { throw .overflow }
  }

  private mutating func refuse(_ name: [UInt8], _ why: String) {
    guard refused.count < 1000 else { return }
    // A refused file hides the packed value of its name: nothing is known about it, and so nothing is changed.
    let text = String(decoding: name, as: UTF8.self)
    refs[text] = nil
    refused[text] = why
  }

  /// Whether nothing is known about this name, because it or a directory above it was refused.
  func isUnknown(_ name: String) -> Bool {
    refused.keys.contains { name == $0 || ExactText(name).relative(below: ExactText($0)) != nil }
  }
}
