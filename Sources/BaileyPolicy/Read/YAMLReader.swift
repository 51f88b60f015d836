import BaileyCore
import Yams

/// Turns the bytes of a manifest into nodes: the only place that knows Yams.
///
/// At most 256 KiB and 16 levels. Anchors, aliases and tags are refused: a file that grants permissions says each thing where it
/// stands, and aliases let a small file grow without bound.
struct YAMLReader {
  static let maximumBytes = 256 << 10
  static let maximumDepth = 16

  let file: String

  func read(_ bytes: [UInt8]) throws(ManifestIssue) -> YAMLNode {
    guard bytes.count <= Self.maximumBytes else {
      throw issue("manifest-too-large", "a manifest has at most 256 KiB", Mark(line: 1, column: 1))
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw issue("manifest-syntax", "the file is not UTF-8", Mark(line: 1, column: 1))
    }
    if let mark = Self.firstAlias(in: bytes) { throw aliasIssue(mark) }
    return try compose(text)
  }

  /// Nodes hold their anchors weakly, so they are converted while the parser lives.
  private func compose(_ text: String) throws(ManifestIssue) -> YAMLNode {
    do {
      // The basic resolver gives no types: the schema does. The encoding is fixed so that no variable of the environment counts.
      let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
      guard let root = try parser.singleRoot() else { return .mapping([], Mark(line: 1, column: 1)) }
      return try withExtendedLifetime(parser) { try convert(root, depth: 1) }
    } catch let error as ManifestIssue {
      throw error
    } catch let error as YamlError {
      throw translate(error)
    } catch {
      throw issue("manifest-syntax", "the file is not YAML", Mark(line: 1, column: 1))
    }
  }

  private func convert(_ node: Node, depth: Int) throws(ManifestIssue) -> YAMLNode {
    let mark = Mark(line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
    if depth > Self.maximumDepth { throw issue("manifest-too-deep", "more than 16 levels of nesting", mark) }
    if node.anchor != nil { throw aliasIssue(mark) }
    guard Self.plainTags.contains(node.tag.rawValue) else {
      throw issue("manifest-syntax", "tags such as `!name` are not accepted", mark, hint: "remove the tag")
    }
    switch node {
    case .scalar(let scalar): return .scalar(scalar.string, isPlain: scalar.style == .plain, mark)
    case .alias: throw aliasIssue(mark)
    case .sequence(let sequence):
      var elements: [YAMLNode] = []
      for element in sequence { elements.append(try convert(element, depth: depth + 1)) }
      return .sequence(elements, mark)
    case .mapping(let mapping):
      var members: [YAMLMember] = []
      for (key, value) in mapping { members.append(try member(key, value, depth: depth)) }
      return .mapping(members, mark)
    }
  }

  private func member(_ key: Node, _ value: Node, depth: Int) throws(ManifestIssue) -> YAMLMember {
    guard case .scalar(let text, _, let mark) = try convert(key, depth: depth + 1) else {
      throw issue(
        "manifest-syntax", "a key must be a text", Mark(line: key.mark?.line ?? 1, column: key.mark?.column ?? 1))
    }
    return YAMLMember(key: text, mark: mark, value: try convert(value, depth: depth + 1))
  }

  private static let plainTags: Set<String> = [
    "", "!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map",
  ]

  /// The place of the first alias, if the text may define an anchor as well.
  ///
  /// Yams hashes keys with their aliases expanded, so a bomb must not reach it. This looks at bytes only and may take two words in
  /// quotes for an anchor and an alias; such a file is refused with a hint.
  static func firstAlias(in bytes: [UInt8]) -> Mark? {
    var previous = UInt8(ascii: "\n")
    var (hasAnchor, line, column) = (false, 1, 0)
    var alias: Mark?
    for (index, byte) in bytes.enumerated() {
      column += 1
      if startsToken.contains(previous), index + 1 < bytes.count, !endsToken.contains(bytes[index + 1]) {
        if byte == UInt8(ascii: "&") { hasAnchor = true }
        if byte == UInt8(ascii: "*"), alias == nil { alias = Mark(line: line, column: column) }
      }
      if byte == UInt8(ascii: "\n") { (line, column) = (line + 1, 0) }
      previous = byte
    }
    return hasAnchor ? alias : nil
  }

  /// Also every byte beyond ASCII: a line separator of Unicode ends a line for YAML 1.1.
  private static let startsToken = Set(Array(" \t\r\n[]{},:-?!>\"'".utf8) + Array(UInt8(0x80)...0xFF))
  private static let endsToken = Set(" \t\r\n[]{},".utf8)
}

extension YAMLReader {
  private func issue(_ code: String, _ why: String, _ mark: Mark, hint: String? = nil) -> ManifestIssue {
    ManifestIssue(code, why, hint: hint, at: SourceLocation(file: file, line: mark.line, column: mark.column))
  }

  private func aliasIssue(_ mark: Mark) -> ManifestIssue {
    issue(
      "manifest-alias", "anchors (`&name`) and aliases (`*name`) are not accepted", mark,
      hint: "write the value out; a text that begins with `*` or `&` needs quotes")
  }

  private func translate(_ error: YamlError) -> ManifestIssue {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      return syntax(problem, Mark(line: mark.line, column: mark.column))
    case .duplicatedKeysInMapping(let keys, let context):
      let names = keys.map { "`\(printable($0))`" }.joined(separator: ", ")
      return issue(
        "manifest-duplicate-key", "\(names) stands here twice",
        Mark(line: context.mark.line, column: context.mark.column), hint: "keep one of them")
    case .reader(let problem, _, _, _): return syntax(problem, Mark(line: 1, column: 1))
    default: return syntax("the text cannot be read", Mark(line: 1, column: 1))
    }
  }

  private func syntax(_ problem: String, _ mark: Mark) -> ManifestIssue {
    var hint: String?
    if problem.contains("alphabetic or numeric") || problem.contains("undefined alias") {
      hint = "a text that begins with `*` or `&` needs quotes: \"*.example.com\""
    } else if problem.contains("cannot start any token") {
      hint = "tabs cannot indent, and a text that begins with `%`, `@` or a backquote needs quotes"
    }
    return issue("manifest-syntax", "not YAML: \(printable(problem))", mark, hint: hint)
  }
}
