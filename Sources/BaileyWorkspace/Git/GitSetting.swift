/// Reads one setting of a repository's own configuration file; follows no include and runs nothing.
///
/// Only for settings that say where a repository lies. What it cannot read plainly is not there, which refuses the repository.
enum GitSetting {
  /// - Parameters:
  ///   - section: in lower case, without a subsection.
  ///   - key: in lower case.
  static func value(_ section: String, _ key: String, in text: String) -> String? {
    var current = ""
    var found: Substring?
    for line in text.split(whereSeparator: \.isNewline) {
      let line = trimmed(line)
      if line.hasPrefix("[") {
        guard let end = line.firstIndex(of: "]") else { return nil }
        current = line[line.index(after: line.startIndex)..<end].lowercased()
      } else if current == section, let value = assignment(key, line) {
        found = value
      }
    }
    return found.flatMap(unquoted)
  }

  private static func assignment(_ key: String, _ line: Substring) -> Substring? {
    guard let equals = line.firstIndex(of: "="), trimmed(line[..<equals]).lowercased() == key else { return nil }
    return trimmed(line[line.index(after: equals)...])
  }

  /// git writes quotes where a value begins or ends with a space or holds `#` or `;`; escapes are `\\` and `\"` in a path.
  private static func unquoted(_ value: Substring) -> String? {
    var text = value
    let isQuoted = text.count >= 2 && text.hasPrefix("\"") && text.hasSuffix("\"")
    if isQuoted { text = text.dropFirst().dropLast() }
    if !isQuoted, text.contains(where: { "\"#;".contains($0) }) { return nil }
    var result = ""
    var rest = text[...]
    while let character = rest.popFirst() {
      guard character == "\\" else {
        if character == "\"" { return nil }
        result.append(character)
        continue
      }
      guard let escaped = rest.popFirst(), "\\\"".contains(escaped) else { return nil }
      result.append(escaped)
    }
    return result
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text.drop(while: \.isWhitespace)
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }
}
