/// Finds what a misspelt word was meant to be.
package enum Spelling {
  /// The nearest candidate, if it is near enough to be more help than noise: one edit in three letters.
  package static func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
    guard word.utf8.count <= 64 else { return nil }
    let wanted = Array(normal(word))
    let best = candidates.map { ($0, distance(wanted, Array(normal($0)))) }.min { $0.1 < $1.1 }
    guard let (candidate, edits) = best, edits <= max(1, candidate.utf8.count / 3) else { return nil }
    return candidate
  }

  /// `hostPorts`, `host-ports` and `HOST_PORTS` are all meant as `host_ports`.
  private static func normal(_ word: String) -> [UInt8] {
    word.lowercased().utf8.filter { $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: "-") }
  }

  /// Levenshtein distance.
  private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var row = Array(0...right.count)
    for (i, a) in left.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, b) in right.enumerated() {
        let substituted = diagonal + (a == b ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(substituted, row[j] + 1, diagonal + 1)
      }
    }
    return row[right.count]
  }
}
