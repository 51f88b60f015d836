import BaileyCore

/// The fields that a policy may read of its input, from `Policies/schema/input.schema.json`.
///
/// A field that is not there is always undefined, so a rule that names it never holds: that is an error at load.
enum InputSchema {
  /// The first name of a path that the schema does not know, with the names that stand beside it.
  static func unknown(in names: [String]) -> (name: String, known: [String])? {
    var node: JSON? = schema
    for name in names {
      guard let properties = node?["properties"]?.object else { return nil }
      guard let next = properties[name] else { return (name, properties.keys.sorted()) }
      node = next
    }
    return nil
  }

  private static let schema = try? JSON.parse(text)
}
