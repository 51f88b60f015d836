package import BaileyRego

extension Libraries {
  /// What tells whether a pattern in RE2's syntax is found in a text.
  package static func matcher(_ pattern: String) throws(BuiltinFailure) -> (String) -> Bool {
    let compiled = try PatternCache.shared.pattern(Array(pattern.utf8))
    return { text in Heap.lending { compiled.isMatch($0.string(text).text) } }
  }

  /// Reads YAML (or JSON) into a heap as `yaml.unmarshal` does.
  package static func readYAML(_ text: [UInt8], into heap: Heap) throws(BuiltinFailure) -> Value {
    try YAMLReader.read(text, into: heap)
  }
}
