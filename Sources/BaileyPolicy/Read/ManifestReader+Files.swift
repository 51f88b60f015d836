import BaileyCore

extension ManifestReader {
  /// `~/x`, `read:~/x`, `{read: ~/x}` or `{path: ~/x, access: read}`.
  mutating func readFile(_ node: YAMLNode) {
    guard case .mapping(let entry, let mark) = node else {
      readFileText(node)
      return
    }
    let members = members(node, of: "an entry of files", keys: ["path", "access", "mode", "read", "write", "deny"])
    guard members.count == entry.count else { return }
    if let short = members.first(where: { FileRule.Access(rawValue: $0.key) != nil }) {
      guard members.count == 1 else {
        fail("manifest-value", "`\(short.key)` stands alone in its entry", short.mark)
        return
      }
      guard let path = text(short.value, "a path") else { return }
      addFile(path, FileRule.Access(rawValue: short.key) ?? .read, short.value.mark)
      return
    }
    readFileMap(members, mark)
  }

  private mutating func readFileMap(_ members: [YAMLMember], _ mark: Mark) {
    let words = members.filter { $0.key != "path" }
    guard words.count <= 1 else {
      fail("manifest-value", "`access` and `mode` say the same thing", mark, hint: "keep one of them")
      return
    }
    guard let pathMember = members.first(where: { $0.key == "path" }) else {
      fail("manifest-value", "this entry of files has no `path`", mark)
      return
    }
    var access = FileRule.Access.read
    if let word = words.first {
      guard let spelling = text(word.value, word.key) else { return }
      guard let known = fileAccess(spelling, word.value.mark) else { return }
      access = known
    }
    guard let path = text(pathMember.value, "path") else { return }
    addFile(path, access, pathMember.value.mark)
  }

  private mutating func readFileText(_ node: YAMLNode) {
    guard let whole = text(node, "an entry of files") else { return }
    let parts = whole.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, Self.isWord(parts[0]) else {
      addFile(whole, .read, node.mark)
      return
    }
    guard let access = fileAccess(String(parts[0]), node.mark) else { return }
    addFile(String(parts[1]), access, node.mark)
  }

  private static func isWord(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == UInt8(ascii: "-") }
  }

  /// The three words of Bailey, and the short forms that other tools' files use.
  private mutating func fileAccess(_ word: String, _ mark: Mark) -> FileRule.Access? {
    switch word {
    case "read", "ro", "r", "read-only": return .read
    case "write", "rw", "w", "read-write": return .write
    case "deny", "none": return .deny
    default:
      let near = Spelling.nearest(to: word, among: FileRule.Access.allCases.map(\.rawValue))
      fail(
        "manifest-value", "access cannot be `\(printable(word))`", mark,
        hint: near.map { "did you mean `\($0)`?" } ?? "it is one of read, write, deny")
      return nil
    }
  }

  private mutating func addFile(_ path: String, _ access: FileRule.Access, _ mark: Mark) {
    do {
      let normal = try PathSpelling.normal(path, home: home)
      document.manifest.files.append(FileRule(path: normal, access: access, source: place(mark)))
    } catch {
      fail("manifest-path", "`\(printable(path))` cannot be granted: \(error.why)", mark, hint: error.hint)
    }
  }
}
