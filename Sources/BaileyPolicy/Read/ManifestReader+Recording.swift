import BaileyCore

extension ManifestReader {
  /// An extent, or a map with more to say.
  mutating func readRecording(_ node: YAMLNode) {
    guard case .mapping = node else {
      document.manifest.recording.extent = choice(node, "recording")
      return
    }
    for member in members(node, of: "recording", keys: ["sessions", "input", "required", "limit", "reads"]) {
      switch member.key {
      case "sessions": document.manifest.recording.extent = choice(member.value, "sessions")
      case "input": document.manifest.recording.input = truth(member.value, "input") ?? false
      case "required": document.manifest.recording.isRequired = truth(member.value, "required") ?? false
      case "reads": document.manifest.recording.reads = truth(member.value, "reads") ?? false
      default: document.manifest.recording.limit = limit(member.value, "limit", .bytes)
      }
    }
  }
}
