import BaileyCore

/// What the placeholders of a session mean to who inspects what it sends.
struct OwnPlaceholders: Sendable {
  let finder: PlaceholderFinder

  /// - Returns: `nil` for a session that has none.
  init?(_ placeholders: some Sequence<String>) {
    let all = placeholders.map { Array($0.utf8) }
    guard !all.isEmpty else { return nil }
    finder = PlaceholderFinder(all)
  }

  /// A placeholder as it is is no finding: the guard that puts the value in refuses it where it does not belong. In a
  /// disguise no value is put in, and nobody would read what stands around it; but for Basic.
  func accepts(_ finding: ContentFinding, in place: String) -> Bool {
    guard finding.rule == "known-value", finding.notes["name"]?.hasPrefix(SecretStandIn.knownPrefix) == true else {
      return false
    }
    return finding.disguises.isEmpty || place == "header:authorization" && finding.disguises == ["base64"]
  }

  /// A text without placeholders, and where each was cut out of it; `nil` where it has none.
  func cut(_ text: [UInt8]) -> (text: [UInt8], cuts: [(at: Int, count: Int)])? {
    let matches = finder.matches(in: text)
    guard !matches.isEmpty else { return nil }
    var (rest, cuts, end) = ([UInt8](), [(at: Int, count: Int)](), 0)
    for match in matches {
      rest += text[end..<match.range.lowerBound]
      cuts.append((rest.count, match.range.count))
      end = match.range.upperBound
    }
    return (rest + text[end...], cuts)
  }
}

/// Reads what stands around the placeholders in a stream as if they were not there: a secret that is joined to one would be a longer word,
/// and another for rules that know it by its length.
///
/// From a placeholder on the text without it goes to a second inspection, which begins a little before.
struct PlaceholderSurroundings {
  /// Bytes before a placeholder, and at least behind it.
  static let reach = 1024

  private let own: OwnPlaceholders
  /// May be the beginning of a placeholder.
  private var held: [UInt8] = []
  /// What came last, without placeholders.
  private var before: [UInt8] = []
  private var stream: (any TrafficInspection)?
  private var left = 0

  init(_ own: OwnPlaceholders) { self.own = own }

  /// - Parameter begin: makes an inspection.
  mutating func read(
    _ bytes: some Sequence<UInt8>, isLast: Bool = false, _ begin: () -> (any TrafficInspection)?
  ) -> [PlacedFinding] {
    held.append(contentsOf: bytes)
    var (found, start) = ([PlacedFinding](), 0)
    while let match = own.finder.first(in: held, from: start) {
      found += pass(held[start..<match.range.lowerBound])
      if stream == nil {
        stream = begin()
        found += stream?.feed(words().span) ?? []
      }
      (left, start) = (Self.reach, match.range.upperBound)
    }
    let open = isLast ? 0 : own.finder.openEnd(of: held)
    found += pass(held[start..<(held.count - open)])
    held = Array(held.suffix(open))
    return found + (isLast ? finish() : [])
  }

  /// What there would be if the text ended here.
  func peek() -> [PlacedFinding] { stream?.peek() ?? [] }

  private mutating func pass(_ bytes: ArraySlice<UInt8>) -> [PlacedFinding] {
    before = Array((before + bytes).suffix(Self.reach))
    guard let stream, !bytes.isEmpty else { return [] }
    // It ends between words, lest the end of it make another word.
    let end = bytes.dropFirst(left).firstIndex { !Self.isWord($0) }
    left = max(0, left - bytes.count)
    let found = stream.feed(Array(bytes[..<(end ?? bytes.endIndex)]).span)
    return end == nil ? found : found + finish()
  }

  private mutating func finish() -> [PlacedFinding] {
    defer { stream = nil }
    return stream?.finish() ?? []
  }

  /// Begins between words.
  private func words() -> [UInt8] {
    before.count < Self.reach ? before : Array(before.drop { Self.isWord($0) })
  }

  private static func isWord(_ byte: UInt8) -> Bool { byte > 0x20 && byte != 0x22 && byte != 0x27 }
}
