/// The part of a person's git configuration that an agent needs to commit as him, and nothing that runs or authenticates.
///
/// Read from the text of git-config(1) files. Includes are not followed. An allowlist of keys passes; so credentials, URL rewrites,
/// HTTP headers, signing keys, hooks and helpers never do. Aliases pass unless they begin with `!`, which runs a shell.
package struct GitIdentity: Sendable, Equatable {
  /// Lower-case `section.key`, the section's subsection never being accepted, with the last value given.
  package private(set) var values: [String: String] = [:]

  package init() {}

  /// Adds a file; a later one wins over an earlier one, as git has it. Malformed lines are passed over.
  package mutating func add(_ bytes: [UInt8]) {
    guard bytes.count <= 1 << 20, let text = String(validating: bytes, as: UTF8.self) else { return }
    var section: String?
    for line in GitConfigText.logicalLines(text) {
      switch GitConfigText.parse(line) {
      case .section(let name): section = name
      case .variable(let key, let value):
        guard let section, Self.accepts(section, key, value) else { continue }
        values["\(section).\(key)"] = value
      case .nothing: continue
      }
    }
  }

  /// A configuration file that git reads back to the same values.
  package var text: String {
    values.keys.sorted().map { name in
      let dot = name.firstIndex(of: ".") ?? name.endIndex
      return "[\(name[..<dot])]\n\t\(name[dot...].dropFirst()) = \(Self.quoted(values[name] ?? ""))\n"
    }.joined()
  }

  private static func accepts(_ section: String, _ key: String, _ value: String) -> Bool {
    guard value.utf8.count <= 4096, !value.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F })
    else {
      return false
    }
    if section == "alias" { return !value.drop(while: { $0 == " " }).hasPrefix("!") }
    return allowed.contains("\(section).\(key)")
  }

  private static let allowed: Set<String> = [
    "user.name", "user.email", "user.useconfigonly", "author.name", "author.email", "committer.name", "committer.email",
    "init.defaultbranch", "core.autocrlf", "core.eol", "core.quotepath", "core.whitespace", "core.abbrev", "color.ui",
    "column.ui", "branch.sort", "branch.autosetuprebase", "tag.sort", "commit.verbose", "commit.cleanup",
    "diff.algorithm",
    "diff.colormoved", "diff.renames", "diff.mnemonicprefix", "fetch.prune", "log.date", "log.abbrevcommit", "merge.ff",
    "merge.conflictstyle", "pull.rebase", "pull.ff", "push.default", "push.autosetupremote", "push.followtags",
    "rebase.autosquash", "rebase.autostash", "rebase.updaterefs", "rerere.enabled", "status.short", "status.branch",
    "status.showuntrackedfiles", "help.autocorrect",
  ]

  private static func quoted(_ value: String) -> String {
    "\"" + value.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "\""
  }
}

/// The lines of a git configuration file.
private enum GitConfigText {
  enum Line { case section(String?), variable(key: String, value: String), nothing }

  /// Lines, those that end in a backslash joined with the next.
  static func logicalLines(_ text: String) -> [String] {
    var lines: [String] = []
    var open = ""
    for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      if line.hasSuffix("\\"), !line.hasSuffix("\\\\") {
        open += line.dropLast()
      } else {
        lines.append(open + line)
        open = ""
      }
    }
    return open.isEmpty ? lines : lines + [open]
  }

  static func parse(_ line: String) -> Line {
    let text = line.drop { $0 == " " || $0 == "\t" }
    guard let first = text.first, first != "#", first != ";" else { return .nothing }
    if first == "[" { return .section(section(text.dropFirst())) }
    guard let equals = text.firstIndex(of: "=") else { return .nothing }
    let key = text[..<equals].filter { $0 != " " && $0 != "\t" }.lowercased()
    guard !key.isEmpty, key.utf8.allSatisfy(isKeyByte), let value = value(text[equals...].dropFirst()) else {
      return .nothing
    }
    return .variable(key: key, value: value)
  }

  /// `nil` for a section with a subsection, or a malformed one: what stands below it is not accepted.
  private static func section(_ text: Substring) -> String? {
    guard let end = text.firstIndex(of: "]") else { return nil }
    let name = text[..<end].lowercased()
    return !name.isEmpty && name.utf8.allSatisfy(isKeyByte) ? name : nil
  }

  private static func isKeyByte(_ byte: UInt8) -> Bool {
    (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "-")
  }

  /// Quotes, escapes and comments as git-config(1) has them; `nil` if malformed.
  private static func value(_ text: Substring) -> String? {
    var (result, isQuoted, spaces) = ("", false, "")
    var rest = text.drop { $0 == " " || $0 == "\t" }
    while let character = rest.popFirst() {
      switch character {
      case "\"": isQuoted.toggle()
      case "\\":
        guard let escaped = rest.popFirst(), let meaning = escapes[escaped] else { return nil }
        result += spaces + meaning
        spaces = ""
      case "#", ";":
        if !isQuoted { return result }
        result.append(character)
      case " ", "\t":
        if isQuoted { result.append(character) } else { spaces.append(character) }
      default:
        result += spaces + String(character)
        spaces = ""
      }
    }
    return isQuoted ? nil : result
  }

  private static let escapes: [Character: String] = ["\"": "\"", "\\": "\\", "n": "\n", "t": "\t", "b": "\u{8}"]
}
