internal import BaileyCore
internal import BaileyLinux

/// A bare repository of ours, with our configuration, that holds copies of a session's new objects until they are checked.
struct GitQuarantine: Sendable {
  let directory: String
  let git: GitCommand
  /// The person's object directory: read as an alternate, and the place where checked packs go.
  let target: String

  /// Of all copies together; a sparse file of any size costs the session nothing.
  static let maximumBytes: Int64 = 8 << 30
  static let maximumFiles = 500_000
  /// git itself puts packs together at 50.
  static let maximumPacks = 200
  /// Faults that old, honest histories have are let pass; everything else that fsck knows is an error, and so is an object that is missing.
  static let strictly =
    "--strict=zeroPaddedFilemode=ignore,badTimezone=ignore,missingSpaceBeforeDate=ignore"

  /// - Parameters:
  ///   - digits: 40 for SHA-1, 64 for SHA-256.
  ///   - deadline: nanoseconds, monotonic; git is ended by then.
  init(scratch: String, binary: String, target: String, digits: Int, deadline: Int64 = .max) throws(Fault) {
    do throws(Errno) {
      directory = try Descriptor.makeTemporaryDirectory(prefix: scratch + "/git-")
      try Descriptor.makeDirectories(directory + "/objects/pack")
      try Descriptor.makeDirectories(directory + "/refs")
      let folder = try Descriptor.open(directory, [.readOnly, .directory])
      try folder.open("HEAD", [.writeOnly, .create, .exclusive]).writeAll("ref: refs/heads/quarantine\n")
      let format = digits == 64 ? "[extensions]\n\tobjectFormat = sha256\n" : ""
      try folder.open("config", [.writeOnly, .create, .exclusive]).writeAll(
        "[core]\n\trepositoryformatversion = \(digits == 64 ? 1 : 0)\n\tbare = true\n" + format)
    } catch {
      throw Self.fault(scratch, error)
    }
    git = GitCommand(binary: binary, scratch: directory, deadline: deadline)
    self.target = target
  }

  func remove() {
    guard let slash = directory.lastIndex(of: "/") else { return }
    let parent = try? Descriptor.open(String(directory[..<slash]), [.readOnly, .directory])
    try? parent?.removeTree(directory[directory.index(after: slash)...])
  }

  static func fault(_ subject: String, _ error: Errno) -> Fault {
    Fault(
      "git-quarantine-failed", subject: subject, why: "cannot copy the session's objects aside: \(error)",
      hint: error == .noSpace ? "free some space and try again" : nil)
  }

  /// Copies the objects that the session made. Alternates, caches and indexes that it left are not looked at.
  func copy(from view: any StagedView, objects: [UInt8]) throws(Fault) {
    do throws(Errno) {
      let destination = try Descriptor.open(directory + "/objects", [.readOnly, .directory])
      let existing = try Descriptor.open(target, [.readOnly, .directory])
      var count = 0
      var room = Self.maximumBytes
      for entry in try view.list(objects) where entry.type == .directory && Self.isHex(entry.name, 2) {
        let names = try view.list(join(objects, entry.name)).filter { $0.isStaged && $0.type == .regular }
        for file in names where Self.isHex(file.name, 38) || Self.isHex(file.name, 62) {
          count += 1
          if count > Self.maximumFiles { throw .overflow }
          try copyFile(join(entry.name, file.name), view, objects, existing, destination, &room)
        }
      }
      let pack = Array("pack".utf8)
      let packs = try view.list(join(objects, pack)).filter {
        $0.isStaged && $0.type == .regular && Self.isPack($0.name)
      }
      if packs.count > Self.maximumPacks { throw .overflow }
      for file in packs {
        try copyFile(join(pack, file.name), view, objects, existing, destination, &room)
      }
    } catch {
      throw Self.fault(String(decoding: objects, as: UTF8.self), error)
    }
    try indexPacks()
  }

  private func copyFile(
    _ name: [UInt8], _ view: any StagedView, _ objects: [UInt8], _ existing: borrowing Descriptor,
    _ destination: borrowing Descriptor, _ room: inout Int64
  ) throws(Errno) {
    // What the person has under this name is taken from there.
    if (try? existing.status(of: name)) != nil { return }
    guard let source = try view.open(join(objects, name)) else { return }
    room -= try source.status().size
    if room < 0 { throw .tooLarge }
    if name.count > 3, name[2] == UInt8(ascii: "/") {
      do throws(Errno) { try destination.makeDirectory(Array(name.prefix(2))) } catch {
        if error != .exists { throw error }
      }
    }
    try destination.open(name, [.writeOnly, .create, .exclusive, .noFollow]).copyContents(of: source)
  }

  /// Builds our own index of each copied pack; a pack that is damaged is left out, and what needs it will be missed.
  private func indexPacks() throws(Fault) {
    guard let names = try? Descriptor.entries(of: directory + "/objects/pack").map(\.text) else { return }
    for name in names.sorted() where name.hasSuffix(".pack") {
      _ = try git.run(
        ["index-pack", directory + "/objects/pack/" + name], repository: directory, alternates: [target])
    }
  }

  /// Checks everything that the tips lead to and the person has not, and puts it into the person's object store as one pack.
  ///
  /// - Parameter known: objects that the person's refs name.
  /// - Returns: the path of a `.keep` file that guards the pack until refs lead to it; `nil` when nothing was new.
  func importObjects(_ tips: [String], known: [String]) throws(Fault) -> String? {
    let name = directory + "/out-\(tips.first ?? "")-\(tips.count).pack"
    defer { try? Descriptor.workingDirectory.unlink(name) }
    guard let file = try packed(tips, known: known, name) else { return nil }
    let checked = try git.run(
      ["index-pack", "--stdin", Self.strictly, "--keep=bailey"], repository: directory, objects: target, inputFile: file
    )
    guard checked.succeeded else { throw Self.refusal(checked.errors) }
    let words = String(decoding: checked.output, as: UTF8.self).split(whereSeparator: \.isWhitespace)
    guard words.count == 2, words[0] == "keep", let name = RefValue.objectName(words[1].utf8) else { return nil }
    return target + "/pack/pack-\(name).keep"
  }

  /// All that the tips lead to and the known objects do not, as one pack in a file; `nil` when that is nothing.
  func packed(_ tips: [String], known: [String], _ file: String) throws(Fault) -> String? {
    let list = tips + known.map { "^" + $0 }
    let packed = try git.run(
      ["pack-objects", "--revs", "--stdout", "-q", "--delta-base-offset"], repository: directory, alternates: [target],
      input: Array((list.joined(separator: "\n") + "\n").utf8), outputFile: file)
    guard packed.succeeded else { throw Self.refusal(packed.errors) }
    return try Self.objectCount(file) > 0 ? file : nil
  }

  static func refusal(_ said: String) -> Fault {
    Fault(
      "git-objects-refused", why: said.isEmpty ? "git refused the objects" : "git refused the objects: \(said)",
      hint: "git fsck inside the session says what is wrong")
  }

  private static func objectCount(_ file: String) throws(Fault) -> UInt32 {
    do throws(Errno) {
      let head = try Descriptor.open(file).read(upTo: 12)
      guard head.count == 12 else { return 0 }
      return head[8...].reduce(0) { $0 << 8 | UInt32($1) }
    } catch {
      throw fault(file, error)
    }
  }

  private static func isHex(_ name: [UInt8], _ count: Int) -> Bool {
    name.count == count && name.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }

  private static func isPack(_ name: [UInt8]) -> Bool {
    let middle = name.dropFirst(5).dropLast(5)
    return name.starts(with: "pack-".utf8) && name.suffix(5).elementsEqual(".pack".utf8)
      && (isHex(Array(middle), 40) || isHex(Array(middle), 64))
  }
}
