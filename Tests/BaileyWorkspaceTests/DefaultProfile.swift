import BaileyCore
import BaileyPolicy
import Testing

/// What every session starts from.
enum DefaultProfile {
  static let sensitive: [Glob] = {
    do {
      let text = BuiltinProfiles.texts["default", default: ""]
      return try ManifestReader.read(Array(text.utf8), file: "default", home: "/h").manifest.sensitive
    } catch {
      Issue.record("the default profile cannot be read: \(error)")
      return []
    }
  }()
}
