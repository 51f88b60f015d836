import BaileyCore

extension ManifestReader {
  mutating func readEnvironment(_ node: YAMLNode) {
    for member in members(node, of: "environment", keys: ["pass", "set", "secrets"]) {
      switch member.key {
      case "pass":
        for entry in list(member.value, "pass") {
          if let name = variable(entry, wildcard: true) { document.manifest.environment.pass.append(name) }
        }
      case "secrets":
        for entry in list(member.value, "secrets") {
          if let name = variable(entry, wildcard: false) { document.manifest.environment.secrets.append(name) }
        }
      default: readSet(member.value)
      }
    }
  }

  /// Values may be any scalar: `PORT: 8080` sets the text `8080`, exactly as it is written.
  private mutating func readSet(_ node: YAMLNode) {
    if node.isNull { return }
    guard case .mapping(let members, _) = node else {
      fail("manifest-type", "set must be a map, not \(node.typeName)", node.mark, hint: "write `set: {NAME: value}`")
      return
    }
    for member in members {
      guard EnvironmentSpelling.isName(member.key) else {
        failName(member.key, member.mark)
        continue
      }
      guard case .scalar(let value, _, let mark) = member.value, !member.value.isNull else {
        fail("manifest-type", "`\(member.key)` must be a text, not \(member.value.typeName)", member.value.mark)
        continue
      }
      guard !value.utf8.contains(0), value.utf8.count <= 128 << 10 else {
        fail("manifest-value", "the value of `\(member.key)` holds a NUL or is longer than 128 KiB", mark)
        continue
      }
      document.manifest.environment.set[member.key] = value
    }
  }

  private mutating func variable(_ node: YAMLNode, wildcard: Bool) -> String? {
    guard let name = text(node, "a variable") else { return nil }
    let stem = wildcard && name.hasSuffix("*") ? String(name.dropLast()) : name
    if EnvironmentSpelling.isName(stem) { return name }
    failName(name, node.mark)
    return nil
  }

  private mutating func failName(_ name: String, _ mark: Mark) {
    let hint =
      if name == "*" {
        "the environment as a whole cannot pass; name what the agent needs"
      } else if name.contains("*") {
        "a prefix ends in `*`, such as `LC_*`, and stands under `pass`; secrets are named one by one"
      } else {
        "letters, digits and `_`, not beginning with a digit"
      }
    fail("manifest-environment-name", "`\(printable(name))` is not the name of a variable", mark, hint: hint)
  }
}

package enum EnvironmentSpelling {
  /// POSIX, Base Definitions 8.1, with lower case as well; at most 256 bytes.
  package static func isName(_ text: String) -> Bool {
    guard (1...256).contains(text.utf8.count), let first = text.utf8.first, !(0x30...0x39).contains(first) else {
      return false
    }
    return text.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == UInt8(ascii: "_")
    }
  }
}
