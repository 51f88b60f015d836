import BaileyCore

extension ManifestReader {
  /// `NAME`, or `{name: NAME, env: VARIABLE}` with one variable or a list.
  mutating func readSecret(_ node: YAMLNode) {
    guard case .mapping = node else {
      if let name = secretName(node) { add(SecretWish(name: name, source: place(node.mark)), node.mark) }
      return
    }
    var (name, variables) = (String?.none, [String]())
    for member in members(node, of: "a secret", keys: ["name", "env"]) {
      if member.key == "name" {
        name = secretName(member.value)
      } else {
        variables = readVariables(member.value)
      }
    }
    guard let name else { return fail("manifest-value", "a secret needs its `name`", node.mark) }
    add(SecretWish(name: name, variables: variables, source: place(node.mark)), node.mark)
  }

  private mutating func add(_ wish: SecretWish, _ mark: Mark) {
    guard !document.manifest.secrets.contains(where: { $0.name == wish.name }) else {
      return fail("manifest-value", "the secret `\(wish.name)` is named twice", mark)
    }
    document.manifest.secrets.append(wish)
  }

  private mutating func secretName(_ node: YAMLNode) -> String? {
    guard let name = text(node, "a secret") else { return nil }
    if SecretCard.isName(name) { return name }
    fail(
      "manifest-value", "`\(printable(name))` is not the name of a secret", node.mark,
      hint: "letters, digits, `.`, `_` and `-`, at most 64: `bailey secrets list` shows yours")
    return nil
  }

  private mutating func readVariables(_ node: YAMLNode) -> [String] {
    let nodes: [YAMLNode] = if case .sequence(let nodes, _) = node { nodes } else { [node] }
    var names: [String] = []
    for node in nodes {
      guard let name = text(node, "a variable") else { continue }
      if SecretCard.isVariable(name) {
        names.append(name)
      } else {
        fail("manifest-environment-name", "`\(printable(name))` is not a variable for a secret", node.mark)
      }
    }
    return names
  }
}
