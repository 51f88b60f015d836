package import BaileyCore
package import BaileyInspect
internal import BaileyLinux

/// What a person registered, below `fingerprints` in the state directory: `key`, `sources`, `boilerplate`, and a file for each list in `records`.
///
/// All files are the person's alone and replaced in one step. One that is broken, or that somebody else could have written, is refused: nothing is
/// inspected with half of what was registered.
package struct FingerprintStore: Sendable {
  package let directory: String

  static let indexLimit = 1 << 30
  static let recordLimit = 256 << 20
  private static let mostLists = 64

  /// - Parameter stateDirectory: `$XDG_STATE_HOME/bailey`.
  package init(stateDirectory: String) { directory = stateDirectory + "/fingerprints" }

  private enum Name {
    static let sources = "sources"
    static let boilerplate = "boilerplate"
    static let records = "records"
  }

  // MARK: reading

  /// All that is registered; nil where nothing ever was.
  ///
  /// - Throws: `fingerprint-store-unreadable`, `fingerprint-store-unsafe`, `fingerprint-key`, `fingerprint-index-broken`.
  package func load() throws(Fault) -> Registered? {
    guard let key = try FingerprintKey(directory).read() else {
      guard try names(in: "").isEmpty else { throw FingerprintKey.missing(directory) }
      return nil
    }
    return try load(key)
  }

  private func load(_ key: SipHash) throws(Fault) -> Registered {
    Registered(
      sources: try index(Name.sources, key), boilerplate: try index(Name.boilerplate, key), records: try lists(key))
  }

  private func index(_ name: String, _ key: SipHash) throws(Fault) -> FingerprintIndex {
    guard let bytes = try StateFile.read(path(name), limit: Self.indexLimit) else { return FingerprintIndex(key: key) }
    guard let index = FingerprintIndex(bytes: bytes, key: key) else { throw Self.broken(path(name)) }
    return index
  }

  private func lists(_ key: SipHash) throws(Fault) -> [RecordIndex] {
    var lists: [RecordIndex] = []
    for name in try names(in: Name.records) {
      let path = path(Name.records + "/" + name)
      guard let bytes = try StateFile.read(path, limit: Self.recordLimit) else { continue }
      guard let list = RecordIndex(bytes: bytes, key: key), list.name == name else { throw Self.broken(path) }
      lists.append(list)
    }
    return lists
  }

  /// Without those that begin with a dot: a write that did not end leaves one.
  private func names(in folder: String) throws(Fault) -> [String] {
    let path = folder.isEmpty ? directory : path(folder)
    do throws(Errno) {
      let names = try Descriptor.open(path, [.readOnly, .directory]).entries().map(\.name)
      let ours = names.filter { $0.first != 0x2E && !(folder.isEmpty && $0 == Array("lock".utf8)) }
      return ours.map { String(decoding: $0, as: UTF8.self) }.sorted()
    } catch {
      if error == .noSuchFile { return [] }
      throw StateFile.unreadable(path, error)
    }
  }

  private func path(_ name: String) -> String { directory + "/" + name }

  private static func broken(_ path: String) -> Fault {
    Fault(
      "fingerprint-index-broken", subject: path, why: "this is no whole index that was made with the key beside it",
      hint: "remove the file, and register again what it held")
  }

  // MARK: changing

  /// Registers a source anew, or boilerplate, whose hashes no source keeps.
  ///
  /// - Parameter collect: gets the key, and returns the hashes and those of what is shipped as boilerplate.
  /// - Returns: how many hashes were kept.
  package func add(
    _ name: String, asBoilerplate: Bool, _ collect: (SipHash) throws(Fault) -> (own: Set<UInt64>, usual: Set<UInt64>)
  ) throws(Fault) -> Int {
    try RegisteredName.check(name)
    return try changing { (key, all) throws(Fault) in
      if let other = all.items.first(where: { $0.name == name }), other.kind != (asBoilerplate ? .boilerplate : .source)
      {
        throw RegisteredName.taken(other)
      }
      let (own, usual) = try collect(key)
      let before = asBoilerplate ? all.boilerplate : all.sources
      let usualHere = asBoilerplate ? [] : usual.union(own.filter { all.boilerplate.source(of: $0) != nil })
      guard let index = before.adding(name, own, boilerplate: usualHere) else {
        throw Fault(
          "fingerprint-too-much", subject: name, why: "the index would have more hashes or sources than it can hold")
      }
      if asBoilerplate {
        try write(all.sources.without(index).bytes, Name.sources)
        try write(index.bytes, Name.boilerplate)
      } else {
        try write(index.bytes, Name.sources)
      }
      return zip(index.sources, index.counts).first { $0.0 == name }?.1 ?? 0
    }
  }

  /// Registers a list of records anew.
  ///
  /// - Parameter make: gets the key.
  package func addRecords(_ name: String, _ make: (SipHash) throws(Fault) -> RecordIndex) throws(Fault) -> RecordIndex {
    try RegisteredName.check(name)
    return try changing { (key, all) throws(Fault) in
      if let other = all.items.first(where: { $0.name == name }), other.kind != .records {
        throw RegisteredName.taken(other)
      }
      guard all.records.count < Self.mostLists || all.holds(name) else {
        throw Fault(
          "fingerprint-too-much", subject: name, why: "there are \(Self.mostLists) lists already", hint: "remove one")
      }
      let list = try make(key)
      let bytes = list.bytes
      guard bytes.count <= Self.recordLimit else {
        throw Fault(
          "fingerprint-too-much", subject: name,
          why: "the index of this list would have more than \(Self.recordLimit >> 20) MiB")
      }
      try write(bytes, Name.records + "/" + name)
      return list
    }
  }

  /// - Throws: `fingerprint-unknown`.
  package func remove(_ name: String) throws(Fault) -> RegisteredItem {
    try changing { (_, all) throws(Fault) in
      guard let item = all.items.first(where: { $0.name == name }) else {
        throw Fault(
          "fingerprint-unknown", subject: name, why: "nothing is registered by this name",
          hint: "see `bailey fingerprint list`")
      }
      switch item.kind {
      case .source: try write(all.sources.removing(name).bytes, Name.sources)
      case .boilerplate: try write(all.boilerplate.removing(name).bytes, Name.boilerplate)
      case .records: try StateFile.remove(path(Name.records + "/" + name))
      }
      return item
    }
  }

  /// One at a time: what two read and both write, one of them would lose.
  private func changing<Value>(
    _ body: (SipHash, Registered) throws(Fault) -> Value
  ) throws(Fault) -> Value {
    let lock = try StateFile.lock(directory)
    defer { withExtendedLifetime(lock) {} }
    let present = try FingerprintKey(directory).read()
    if present == nil, try !names(in: "").isEmpty { throw FingerprintKey.missing(directory) }
    // `??` would lose the type of the error.
    let key = if let present { present } else { try FingerprintKey(directory).make() }
    return try body(key, try load(key))
  }

  private func write(_ bytes: [UInt8], _ name: String) throws(Fault) { try StateFile.write(bytes, path(name)) }
}

/// Names of registered things: they are files' names, too.
enum RegisteredName {
  static func check(_ name: String) throws(Fault) {
    let isPlain =
      name.unicodeScalars.allSatisfy { $0.value > 0x20 && $0 != "/" && $0.value != 0x7F } && printable(name) == name
    guard isPlain, (1...128).contains(name.utf8.count), !name.hasPrefix("."), !name.hasPrefix("-") else {
      throw Fault(
        "fingerprint-name", subject: name,
        why: "a name has 1 to 128 bytes without spaces and slashes, and begins with neither a dot nor a dash",
        hint: "give one with --name")
    }
  }

  static func taken(_ other: RegisteredItem) -> Fault {
    Fault(
      "fingerprint-name-taken", subject: other.name,
      why: "something else is registered by this name: \(other.kind.rawValue)",
      hint: "give another with --name, or remove that first")
  }
}
