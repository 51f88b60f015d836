/// What a policy is told of what the inspection found.
package struct FindingFacts: Sendable, Equatable {
  /// Rules and paths that are named; there may be more.
  package static let named = 64

  package private(set) var tiers: [ContentFinding.Tier: Int] = [:]
  /// Secrets beyond doubt, and what may hide one.
  package private(set) var secrets = 0
  package private(set) var rules: [String] = []
  /// Of changes, or parts of a request, with more than hints.
  package private(set) var paths: [String] = []
  /// `secret` and `pii`.
  package private(set) var labels: [String] = []

  package init() {}

  package init(_ changes: [Change], _ refs: [RefChange] = []) {
    let places = changes.map { ($0.path, $0.findings) } + refs.map { ($0.place, $0.findings) }
    for (path, findings) in places { note(findings, at: printable(path)) }
  }

  /// Those above a hint.
  package var weight: Int { (tiers[.certain] ?? 0) + (tiers[.likely] ?? 0) }

  package mutating func note(_ findings: [ContentFinding], at place: String) {
    for finding in findings {
      tiers[finding.tier, default: 0] += 1
      if finding.needsYes { secrets += 1 }
      Self.insert(finding.rule, into: &rules, most: Self.named)
      if finding.tier != .hint { Self.insert(finding.kind.label, into: &labels, most: Self.named) }
    }
    guard findings.contains(where: { $0.tier != .hint }), paths.count < Self.named, !paths.contains(place) else {
      return
    }
    paths.append(place)
  }

  /// Sorted, each once. Of more than there is room for the first stay.
  private static func insert(_ name: String, into names: inout [String], most: Int) {
    let place = names.firstIndex { $0 >= name } ?? names.endIndex
    guard place == names.endIndex || names[place] != name else { return }
    names.insert(name, at: place)
    if names.count > most { names.removeLast() }
  }

  package var json: JSON { .object(members(naming: "paths")) }

  func members(naming places: String) -> [String: JSON] {
    var members: [String: JSON] = [
      "secrets": .int(Int64(secrets)), "rules": .array(rules.map(JSON.string)), places: .array(paths.map(JSON.string)),
    ]
    for tier in ContentFinding.Tier.allCases { members[tier.rawValue] = .int(Int64(tiers[tier] ?? 0)) }
    return members
  }
}

extension RefChange {
  /// The repository's directory, which holds what its refs lead to.
  package var place: [UInt8] { repository.isEmpty ? Array(".git".utf8) : repository + Array("/.git".utf8) }
}

extension ChangeSelection {
  /// Refs go with their whole repository, or with a path that names its `.git`.
  package func selects(_ ref: RefChange) -> Bool {
    guard let paths else { return true }
    let place = ref.place
    return paths.contains { $0.isEmpty || $0 == place || place.starts(with: $0 + [ExactText.slash]) }
  }

  /// The changes that are selected, each as a whole, and the new directories that they bring along.
  package func chosen(of changes: [Change]) -> [Change] {
    guard let paths, !paths.contains([]) else { return changes }
    let named = Set(paths)
    let selected = changes.map { change in Self.withParents(change.path).contains(where: named.contains) }
    var parents: Set<[UInt8]> = []
    for (change, isSelected) in zip(changes, selected) where isSelected {
      for parent in Self.withParents(change.path).dropFirst() where !parents.insert(parent).inserted { break }
    }
    return zip(changes, selected).filter { change, isSelected in
      isSelected || change.kind == .added && change.type == .directory && parents.contains(change.path)
    }.map(\.0)
  }

  /// The path and those above it, deepest first.
  private static func withParents(_ path: [UInt8]) -> some Sequence<[UInt8]> {
    sequence(first: path) { path in path.lastIndex(of: ExactText.slash).map { Array(path[..<$0]) } }
  }
}
