import BaileyCore

extension YAMLNode {
  /// The members of a map by their keys, each of them known and there once.
  ///
  /// - Parameter fault: of a sentence, its place and a hint.
  func members(
    keys: [String], fault: (_ why: String, Mark, _ hint: String?) -> Fault
  ) throws(Fault) -> [String: YAMLNode] {
    guard case .mapping(let members, _) = self else { throw fault("this is \(typeName), not a map", mark, nil) }
    var found: [String: YAMLNode] = [:]
    for member in members {
      guard keys.contains(member.key) else {
        let near = Spelling.nearest(to: member.key, among: keys).map { "did you mean `\($0)`?" }
        throw fault("`\(printable(member.key))` is no key here", member.mark, near)
      }
      guard found.updateValue(member.value, forKey: member.key) == nil else {
        throw fault("`\(member.key)` comes twice", member.mark, nil)
      }
    }
    return found
  }
}
