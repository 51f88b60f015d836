import BaileyCore

/// What an entry of `network` says of single requests.
extension ManifestReader {
  static let requestKeys = [
    "methods", "paths", "query", "headers", "content_types", "max_body", "max_response", "upload_budget", "identity",
    "encoded_slash",
  ]

  mutating func readRequest(_ members: [YAMLMember]) -> RequestRule {
    var rule = RequestRule()
    for member in members {
      let value = member.value
      switch member.key {
      case "methods": rule.methods = texts(value, "methods") { $0.method($1) }
      case "paths": rule.paths = texts(value, "paths") { $0.pattern($1) }
      case "query": rule.query = texts(value, "query") { $0.queryKey($1) }
      case "headers": rule.headers = texts(value, "headers") { $0.header($1) }
      case "content_types": rule.contentTypes = texts(value, "content_types") { $0.contentType($1) }
      case "max_body": rule.maxBody = limit(value, "max_body", .bytes)
      case "max_response": rule.maxResponse = limit(value, "max_response", .bytes)
      case "upload_budget": rule.uploadBudget = limit(value, "upload", .bytes)
      case "identity": rule.identity = identity(value)
      case "encoded_slash": rule.keepsEncodedSlash = truth(value, "encoded_slash") ?? false
      default: break
      }
    }
    return rule
  }

  /// What cannot be held to is no rule: where nothing is read, nothing can be said of requests.
  mutating func check(_ rule: NetworkRule, _ mark: Mark) {
    guard !rule.request.isPlain else { return }
    if rule.isOpaque || rule.transport == .tcp {
      let what = rule.isOpaque ? "`opaque`" : "`tcp`"
      fail("manifest-value", "\(what) passes unread, so the entry can say nothing of requests", mark)
    }
    guard rule.access == .deny else { return }
    if case .address = rule.target {
      fail(
        "manifest-value", "a deny of requests names a host: they are decided before it is known where a name leads",
        mark)
    }
    var rest = rule.request
    (rest.methods, rest.paths, rest.query) = (nil, nil, nil)
    if !rest.isPlain {
      fail("manifest-value", "a deny speaks of requests by `methods`, `paths` and `query` alone", mark)
    }
  }

  /// One text or a list of them. An empty list is one: none of all that could stand there.
  private mutating func texts<Element>(
    _ node: YAMLNode, _ what: String, _ read: (inout Self, YAMLNode) -> Element?
  ) -> [Element] {
    if case .scalar = node { return [read(&self, node)].compactMap(\.self) }
    return list(node, what).compactMap { read(&self, $0) }
  }

  private mutating func method(_ node: YAMLNode) -> String? {
    guard let text = text(node, "a method") else { return nil }
    if (1...32).contains(text.utf8.count), text.utf8.allSatisfy({ (0x41...0x5A).contains($0) || $0 == 0x2D }) {
      return text
    }
    fail("manifest-value", "`\(printable(text))` is not a method", node.mark, hint: "write GET, POST and so on")
    return nil
  }

  private mutating func pattern(_ node: YAMLNode) -> PathPattern? {
    guard let text = text(node, "a path") else { return nil }
    do {
      return try PathPattern(text)
    } catch {
      fail("manifest-request-path", "`\(printable(text))` is no path: \(error.why)", node.mark, hint: error.hint)
      return nil
    }
  }

  private mutating func queryKey(_ node: YAMLNode) -> String? {
    guard let text = text(node, "a query key") else { return nil }
    if text != "*", text.utf8.count <= 64, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) { return text }
    fail(
      "manifest-value", "`\(printable(text))` is not a query key", node.mark,
      hint: "keys are written one by one, in visible ASCII")
    return nil
  }

  /// A name, or the beginning of names and `*`.
  private mutating func header(_ node: YAMLNode) -> String? {
    guard let text = text(node, "a field") else { return nil }
    let name = (text.hasSuffix("*") ? text.dropLast() : text[...]).utf8
    let isName = (1...128).contains(name.count) && name.allSatisfy(Self.isWord)
    if isName { return text.lowercased() }
    fail("manifest-value", "`\(printable(text))` is not the name of a field", node.mark)
    return nil
  }

  private mutating func contentType(_ node: YAMLNode) -> String? {
    guard let text = text(node, "a content type") else { return nil }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    let isType = parts.count == 2 && parts[0].utf8.allSatisfy(Self.isWord) && !parts[0].isEmpty
    if isType, parts[1] == "*" || !parts[1].isEmpty && parts[1].utf8.allSatisfy(Self.isWord) {
      return text.lowercased()
    }
    fail(
      "manifest-value", "`\(printable(text))` is not a content type", node.mark, hint: "write type/subtype or type/*")
    return nil
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: "-_.+".utf8.contains(byte)
    }
  }

  /// `none`, `any`, or one or more `placeholder:NAME`.
  private mutating func identity(_ node: YAMLNode) -> RequestRule.Identity? {
    if case .scalar("none", _, _) = node { return .nobody }
    if case .scalar("any", _, _) = node { return .anybody }
    let names = texts(node, "identity") { $0.placeholder($1) }
    return .placeholders(names)
  }

  private mutating func placeholder(_ node: YAMLNode) -> String? {
    guard let text = text(node, "identity") else { return nil }
    let name = text.dropFirst("placeholder:".count)
    if text.hasPrefix("placeholder:"), (1...128).contains(name.utf8.count), name.utf8.allSatisfy(Self.isWord) {
      return String(name)
    }
    fail(
      "manifest-value", "identity cannot be `\(printable(text))`", node.mark,
      hint: "it is none, any or placeholder:NAME")
    return nil
  }
}

extension PathPatternError {
  fileprivate var why: String {
    switch self {
    case .notAbsolute: "it does not begin with a slash"
    case .forbiddenByte(let byte): "`\(printable(String(Character(Unicode.Scalar(byte)))))` has no meaning here"
    case .malformed: "it has an empty segment, `.`, `..`, or `**` beside other characters, or is too long"
    }
  }

  fileprivate var hint: String {
    switch self {
    case .forbiddenByte(UInt8(ascii: "%")): "write the path decoded"
    case .forbiddenByte(UInt8(ascii: "?")): "query keys are named under `query`"
    default: "`*` is anything within a segment, `**` any number of segments: /repos/*/issues, /v1/**"
    }
  }
}
