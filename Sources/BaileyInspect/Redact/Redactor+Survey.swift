/// What an inspection says about places.
struct Survey {
  var located: [Located] = []
  /// Compressed bytes that hold something: their span is only where they begin.
  var containers: [Located] = []
  var open: Int?
}

/// What stands around a finding, outermost.
private enum Wrapping {
  /// The span is exact.
  case none
  /// Letters that encode other bytes.
  case run
  /// The span is where the first of a row of escapes stands.
  case escapes
  /// The span covers all of it.
  case groups
  /// The span is where it begins. What is not known is taken for one.
  case container

  init(_ disguise: String?) {
    switch disguise {
    case nil, "reversed", "rot13": self = .none
    case "hex", "base32", "base32hex", "base64", "base85": self = .run
    case "escaped", "markup": self = .escapes
    case "grouped", "utf-16", "decimal": self = .groups
    default: self = .container
    }
  }
}

extension Located {
  /// Whether this is a run of letters that may go on.
  var isRun: Bool { Wrapping(finding.disguises.first) == .run }
}

extension Redactor {
  /// Everything in a text that the policy does not keep.
  func survey(_ text: [UInt8], depth: Int = 0) -> Survey {
    let (findings, open) = inspect(text)
    var (survey, escaped, runs) = (Survey(open: open), [Located](), [Located]())
    for finding in findings {
      let action = policy.action(for: finding)
      guard action != .keep else { continue }
      let found = Located(span: finding.span.clamped(to: 0..<text.count), finding: finding, action: action)
      if finding.span.upperBound > text.count {
        survey.open = min(survey.open ?? text.count, found.span.lowerBound)
      }
      switch Wrapping(finding.disguises.first) {
      case .none where finding.kind == .evasion, .container: survey.containers.append(found)
      case .none, .groups: survey.located.append(found)
      case .run: runs.append(found)
      case .escapes where isExact(finding, text): survey.located.append(found)
      case .escapes: escaped.append(found)
      }
    }
    survey.located += Run.whole(runs, text)
    if !escaped.isEmpty { survey.located += locate(escaped, text, depth) }
    return survey
  }

  /// Whether a known value was found as it is written there, and not as what escapes in it stand for.
  private func isExact(_ finding: Finding, _ text: [UInt8]) -> Bool {
    guard finding.rule == "known-value", finding.disguises.count == 1, let known = options.known else { return false }
    return known.isForm(text[finding.span.clamped(to: 0..<text.count)], count: finding.span.count)
  }

  /// What is written with escapes is looked for in the text without them, and mapped back. Where it is not found there, the whole row of
  /// escapes goes.
  private func locate(_ escaped: [Located], _ text: [UInt8], _ depth: Int) -> [Located] {
    let rows = TextView.rows(text)
    var located = depth < options.maximumDepth ? unescaped(text, depth) : []
    var told: Set<String> = []
    for found in located { told.formUnion(names(found, rows)) }
    for found in escaped where told.isDisjoint(with: names(found, rows)) {
      let row = rows.firstIndex(endingAfter: found.span.lowerBound).map { rows[$0] } ?? 0..<text.count
      located.append(Located(span: row, finding: found.finding, action: found.action))
    }
    return located
  }

  /// A rule and the row of escapes that it was found in.
  private func names(_ found: Located, _ rows: [Range<Int>]) -> Set<String> {
    let places = [found.span.lowerBound, found.span.upperBound - 1].compactMap { rows.firstIndex(endingAfter: $0) }
    return Set(places.map { "\($0) \(found.finding.rule)" })
  }

  private func unescaped(_ text: [UInt8], _ depth: Int) -> [Located] {
    let view = TextView.unescaped(text)
    guard view.isChanged else { return [] }
    return survey(view.text, depth: depth + 1).located.compactMap { found in
      var mapped = found
      mapped.span = view.source(of: found.span)
      mapped.finding.disguises = ["escaped"] + found.finding.disguises
      return mapped.span.isEmpty ? nil : mapped
    }
  }
}

extension [Range<Int>] {
  /// The first of ranges in order, without overlaps, that ends behind a place.
  func firstIndex(endingAfter place: Int) -> Int? {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle].upperBound <= place { low = middle + 1 } else { high = middle }
    }
    return low < count ? low : nil
  }
}

/// Runs of letters that encode other bytes.
enum Run {
  static func isLetter(_ byte: UInt8) -> Bool { Alphabet.base64[Int(byte)] < 64 || byte == 0x3D }

  /// From so many bytes on a run may have been cut by the engine's own border.
  private static let long = 2048

  /// The whole runs, of which the engine may have named parts.
  static func whole(_ located: [Located], _ text: [UInt8]) -> [Located] {
    var runs: [Located] = []
    for var next in Located.merge(located) {
      if let last = runs.last, last.span.contains(next.span.lowerBound) {
        runs[runs.count - 1] = last.merged(with: next)
        continue
      }
      var low = next.span.lowerBound
      while low > (runs.last?.span.upperBound ?? 0), isLetter(text[low - 1]) { low -= 1 }
      next.span = low..<end(next.span.upperBound, text, isWrapped: next.span.count >= long)
      runs.append(next)
    }
    return runs
  }

  /// Where a run ends that goes on at a place. One that is wrapped goes on behind line ends.
  static func end(_ start: Int, _ text: [UInt8], isWrapped: Bool) -> Int {
    var end = start
    while end < text.count {
      while end < text.count, isLetter(text[end]) { end += 1 }
      guard isWrapped else { break }
      var next = end
      while next < text.count, next - end < 32, Bytes.isSpace(text[next]) { next += 1 }
      guard text[end..<next].contains(0x0A), next < text.count, isLetter(text[next]) else { break }
      end = next
    }
    return end
  }
}
