/// A directory of policies to begin with: modules, their tests and a README.
package struct PolicyTemplate: Sendable {
  package let name: String
  /// By name.
  package let files: [(name: String, text: String)]

  package static let all: [PolicyTemplate] = {
    let names = Set(TemplateTexts.texts.keys.compactMap { $0.split(separator: "/").first.map(String.init) })
    return names.sorted().map { PolicyTemplate($0) }
  }()

  private init(_ name: String) {
    self.name = name
    files = TemplateTexts.texts.keys.sorted().compactMap { key in
      guard key.hasPrefix(name + "/"), let text = TemplateTexts.texts[key] else { return nil }
      return (String(key.dropFirst(name.count + 1)), text)
    }
  }

  /// The first sentence of its README.
  package var summary: String {
    let text = files.first { $0.name == "README.md" }?.text ?? ""
    let body = text.split(separator: "\n").dropFirst().joined(separator: " ")
    return String(body.prefix { $0 != "." && $0 != ":" })
  }
}
