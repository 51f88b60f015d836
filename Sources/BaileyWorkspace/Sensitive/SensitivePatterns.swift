package import BaileyCore

/// Patterns of sensitive files, compiled so that asking for every name of a large project costs little.
///
/// Nearly all patterns fix the first or last bytes of a name. One look at a table of first and last bytes dismisses nearly all names.
package struct SensitivePatterns: Sendable {
  /// What the last component of a pattern fixes.
  private enum Key: Hashable { case exact([UInt8]), prefix([UInt8]), suffix([UInt8]), ends([UInt8], [UInt8]), nothing }

  private struct Rule {
    let key: Key
    /// Confirms the whole path, where the name is not all that the pattern says.
    let glob: Glob?
    let onlyDirectories: Bool
    /// Endings of names that the built-in pattern does not mean: templates without secrets, public certificates.
    let exempt: [[UInt8]]
  }

  private var exact: [[UInt8]: [Rule]] = [:]
  private var affix: [Rule] = []
  private var rest: [Rule] = []
  private var firstBytes = [Bool](repeating: false, count: 256)
  private var lastBytes = [Bool](repeating: false, count: 256)

  package init(_ globs: [Glob]) {
    for glob in globs { add(Self.compile(glob)) }
  }

  /// - Parameters:
  ///   - path: relative to the project.
  ///   - name: its last component.
  package func matches(path: @autoclosure () -> [UInt8], name: [UInt8], isDirectory: Bool) -> Bool {
    guard let first = name.first, let last = name.last else { return false }
    if !firstBytes[Int(first)], !lastBytes[Int(last)], rest.isEmpty { return false }
    if firstBytes[Int(first)], let rules = exact[name] {
      for rule in rules where holds(rule, path, name, isDirectory) { return true }
    }
    if firstBytes[Int(first)] || lastBytes[Int(last)] {
      for rule in affix where Self.fits(rule.key, name) && holds(rule, path, name, isDirectory) { return true }
    }
    for rule in rest where holds(rule, path, name, isDirectory) { return true }
    return false
  }

  private func holds(_ rule: Rule, _ path: () -> [UInt8], _ name: [UInt8], _ isDirectory: Bool) -> Bool {
    if rule.onlyDirectories, !isDirectory { return false }
    if rule.exempt.contains(where: { Self.ends(name, with: $0) }) { return false }
    return rule.glob.map { $0.matches(path()) } ?? true
  }

  private mutating func add(_ rule: Rule) {
    switch rule.key {
    case .exact(let name):
      exact[name, default: []].append(rule)
      if let first = name.first { firstBytes[Int(first)] = true }
    case .prefix(let bytes), .ends(let bytes, _):
      affix.append(rule)
      if let first = bytes.first { firstBytes[Int(first)] = true }
    case .suffix(let bytes):
      affix.append(rule)
      if let last = bytes.last { lastBytes[Int(last)] = true }
    case .nothing: rest.append(rule)
    }
  }

  private static func compile(_ glob: Glob) -> Rule {
    var text = Array(glob.pattern.utf8)[...]
    let onlyDirectories = text.last == UInt8(ascii: "/")
    if onlyDirectories { text.removeLast() }
    let components = text.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    let key = key(components.last ?? [])
    let isNameOnly = components.count == 1 && key != .nothing
    return Rule(
      key: key, glob: isNameOnly ? nil : glob, onlyDirectories: onlyDirectories,
      exempt: SensitiveFiles.exemptions[glob.pattern, default: []].map { Array($0.utf8) })
  }

  private static func key(_ component: ArraySlice<UInt8>) -> Key {
    let star = UInt8(ascii: "*")
    let isPlain = !component.contains { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "\\") }
    guard isPlain, !component.isEmpty else { return .nothing }
    switch component.count(where: { $0 == star }) {
    case 0: return .exact(Array(component))
    case 1 where component.count > 1 && component.first == star: return .suffix(Array(component.dropFirst()))
    case 1 where component.count > 1 && component.last == star: return .prefix(Array(component.dropLast()))
    case 1 where component.count > 1:
      let parts = component.split(separator: star).map(Array.init)
      return .ends(parts[0], parts[1])
    default: return .nothing
    }
  }

  private static func fits(_ key: Key, _ name: [UInt8]) -> Bool {
    switch key {
    case .prefix(let bytes): name.starts(with: bytes)
    case .suffix(let bytes): ends(name, with: bytes)
    case .ends(let first, let last):
      name.count >= first.count + last.count && name.starts(with: first) && ends(name, with: last)
    case .exact, .nothing: false
    }
  }

  private static func ends(_ name: [UInt8], with bytes: [UInt8]) -> Bool {
    name.count >= bytes.count && name[(name.count - bytes.count)...].elementsEqual(bytes)
  }
}
