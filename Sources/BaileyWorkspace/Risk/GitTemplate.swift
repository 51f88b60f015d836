/// Contents of git's own small files, read as far as a risk depends on them.
enum GitTemplate {
  /// Whether a file of a `.git` is what `git init` writes: it says nothing that could start a program.
  static func isUntouched(name: String, content: [UInt8]) -> Bool {
    guard content.count < 64 << 10 else { return false }
    let lines = significantLines(content)
    return name == "config" ? lines.allSatisfy(isPlainSetting) : name == "exclude" && lines.isEmpty
  }

  /// The lines of a `.gitattributes` that attach drivers, or define macros which may.
  static func drivers(in content: [UInt8]?) -> Set<String> {
    guard let content else { return [] }
    let words = ["filter", "diff=", "merge=", "[attr]", "working-tree-encoding", "export-subst"]
    return Set(significantLines(content).filter { line in words.contains { line.contains($0) } })
  }

  /// Whether a file named `config`, outside any `.git`, would serve a bare repository.
  static func isGitConfig(_ content: [UInt8]?) -> Bool {
    guard let content else { return true }
    let sections = ["[core", "[include", "[filter", "[diff", "[alias", "[credential", "[remote"]
    return significantLines(content).contains { line in sections.contains { line.lowercased().hasPrefix($0) } }
  }

  /// Whether a file named `HEAD` is one (git accepts a symbolic ref or an object name).
  static func isHead(_ content: [UInt8]?) -> Bool {
    guard let content else { return true }
    let line = significantLines(content).first ?? ""
    let isName = (line.utf8.count == 40 || line.utf8.count == 64) && line.utf8.allSatisfy(isHex)
    return line.hasPrefix("ref:") || isName
  }

  private static func isHex(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte | 0x20)
  }

  private static func isPlainSetting(_ line: String) -> Bool {
    let text = line.lowercased().filter { !$0.isWhitespace }
    let plain: Set<String> = [
      "[core]", "repositoryformatversion=0", "repositoryformatversion=1", "filemode=true", "filemode=false",
      "bare=false", "bare=true",
      "logallrefupdates=true", "ignorecase=true", "ignorecase=false", "symlinks=true", "symlinks=false", "[extensions]",
      "objectformat=sha1", "objectformat=sha256",
    ]
    return plain.contains(text)
  }

  private static func significantLines(_ content: [UInt8]) -> [String] {
    String(decoding: content, as: UTF8.self).split(whereSeparator: \.isNewline)
      .map { line in String(line.drop(while: \.isWhitespace)) }
      .filter { !$0.isEmpty && !$0.hasPrefix("#") && !$0.hasPrefix(";") }
  }
}
