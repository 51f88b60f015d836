/// The name of a ref, by the rules of git-check-ref-format(1), and stricter where file systems and terminals differ.
struct RefName: Hashable, Sendable {
  let text: String

  /// - Parameter bytes: the full name, `refs/…`. `nil` for what git would refuse, and for names that are not UTF-8.
  init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count <= 1024, let text = String(validating: bytes, as: UTF8.self), text.hasPrefix("refs/") else {
      return nil
    }
    let components = text.split(separator: "/", omittingEmptySubsequences: false)
    guard components.count >= 2, components.allSatisfy(Self.isValid) else { return nil }
    guard !text.contains(".."), !text.contains("@{"), !text.hasSuffix(".") else { return nil }
    self.text = text
  }

  private static func isValid(_ component: Substring) -> Bool {
    !component.isEmpty && !component.hasPrefix(".") && !component.hasPrefix("-")
      && !component.lowercased().hasSuffix(".lock")
      && component.utf8.count <= 244 && component.utf8.allSatisfy(isAllowed)
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    byte > 0x20 && byte != 0x7F && !Array("~^:?*[\\".utf8).contains(byte)
  }

  /// Where a ref goes that must not, or could not, take its own place.
  func parked(_ session: String) -> RefName? {
    RefName("refs/bailey/\(session)/\(text.dropFirst(5))".utf8)
  }

  /// Kinds that a session may move in the person's repository. Remote-tracking refs would claim what a server never said.
  var isMovable: Bool {
    text == "refs/stash" || ["refs/heads/", "refs/tags/", "refs/notes/"].contains { text.hasPrefix($0) }
  }

  /// Kinds that change how git reads everything else, or that belong to one working tree: never taken over, not even parked.
  var isIgnored: Bool {
    [
      "refs/bailey/", "refs/replace/", "refs/bisect/", "refs/worktree/", "refs/rewritten/", "refs/prefetch/",
      "refs/original/",
    ]
    .contains { text.hasPrefix($0) }
  }
}

/// What a ref says.
enum RefValue: Hashable, Sendable {
  case object(String)
  case symbolic(String)

  /// Reads the content of a loose ref or `HEAD`.
  init?(_ bytes: [UInt8]) {
    guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
    var line = text[...]
    while let last = line.last, last.isWhitespace { line.removeLast() }
    if line.hasPrefix("ref:") {
      let target = line.dropFirst(4).drop { $0 == " " || $0 == "\t" }
      guard let name = RefName(target.utf8) else { return nil }
      self = .symbolic(name.text)
    } else {
      guard let name = Self.objectName(line.utf8) else { return nil }
      self = .object(name)
    }
  }

  /// 40 or 64 lower-case hexadecimal digits, and not the name that stands for "none".
  static func objectName(_ bytes: some Collection<UInt8>) -> String? {
    guard bytes.count == 40 || bytes.count == 64, bytes.contains(where: { $0 != 0x30 }),
      bytes.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
    else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// As a `RefChange` carries it.
  var text: String {
    switch self {
    case .object(let name): name
    case .symbolic(let target): "ref: " + target
    }
  }

  var object: String? {
    if case .object(let name) = self { return name }
    return nil
  }
}
