/// Looks for known values in one lane.
struct KnownSearch {
  /// What was found, in the lane.
  struct Place {
    var span: Range<Int>
    var value: Int
  }

  private let values: KnownValues
  /// Up to where it was read, in the lane: ahead of the rules, so that they can know what is found anyway.
  private var done = 0
  private(set) var recent: [Place] = []

  /// How far ahead of the block in work.
  private static let ahead = 1024
  /// So many letters of a longer value are enough where no more are at hand.
  private static let enough = 1536

  init(_ values: KnownValues) { self.values = values }

  /// - Returns: what is found where its eight chosen bytes end up to a little behind `to`.
  mutating func search(_ bytes: Span<UInt8>, _ to: Int, start: Int) -> [(place: Place, disguise: String)] {
    let last = bytes.count - 1
    let (from, end) = (done - start, min(to + Self.ahead, last))
    guard from < end else { return [] }
    done = start + end
    var found: [(place: Place, disguise: String)] = []
    scan(bytes.extracting(0..<last), from, end) { form, at in
      guard let range = compare(form, bytes.extracting(0..<last), at) else { return }
      let place = Place(span: (start + range.lowerBound)..<(start + range.upperBound), value: Int(form.value))
      found.append((place, values.table.disguises[Int(form.disguise)]))
    }
    return keep(found)
  }

  /// Calls with each form whose chosen bytes end in the range, and where these begin.
  private func scan(_ bytes: Span<UInt8>, _ from: Int, _ end: Int, _ body: (KnownTable.Entry, Int) -> Void) {
    let (bits, shift) = (values.table.bits.span, values.table.shift)
    var word: UInt64 = 0
    var place = max(0, from - 7)
    while place < from {
      word = word << 8 | UInt64(bytes[place])
      place += 1
    }
    while place < end {
      word = word << 8 | UInt64(bytes[place])
      place += 1
      let product = KnownTable.product(word)
      let bit = Int(truncatingIfNeeded: product >> shift)
      if bits[bit >> 6] >> UInt64(bit & 63) & 1 == 0 { continue }
      let other = KnownTable.second(product, shift)
      if bits[other >> 6] >> UInt64(other & 63) & 1 == 0 { continue }
      var next = values.table.first(word)
      while next >= 0 {
        let form = values.table.entries[Int(next)]
        body(form, place - 8)
        next = form.next
      }
    }
  }

  // MARK: comparing

  private func compare(_ form: KnownTable.Entry, _ bytes: Span<UInt8>, _ at: Int) -> Range<Int>? {
    let content = values.table.pool.span.extracting(form.range)
    guard at >= 0, let begin = Self.backward(content, form.anchor, bytes, at, form.isFolded) else { return nil }
    let (matched, end) = Self.forward(content, form.anchor + 8, bytes, at + 8, form.isFolded)
    if matched == content.count { return begin..<end }
    guard end == bytes.count, matched >= Self.enough else { return nil }
    return begin..<(end + content.count - matched)
  }

  /// Where the form begins whose first `count` bytes end at `at`.
  private static func backward(_ form: Span<UInt8>, _ count: Int, _ bytes: Span<UInt8>, _ at: Int, _ folds: Bool)
    -> Int?
  {
    var (left, place) = (count, at)
    while left > 0 {
      guard place > 0 else { return nil }
      if bytes[place - 1] == form[left - 1], !folds || !isEscape(bytes, place - 2) {
        left -= 1
        place -= 1
      } else {
        let width = folds ? skippedBefore(bytes, place) : 0
        guard width > 0, at - place < 512 else { return nil }
        place -= width
      }
    }
    return place
  }

  /// How many bytes of the form are there, and where they end.
  private static func forward(_ form: Span<UInt8>, _ from: Int, _ bytes: Span<UInt8>, _ at: Int, _ folds: Bool) -> (
    Int, Int
  ) {
    var (matched, place) = (from, at)
    while matched < form.count, place < bytes.count {
      if bytes[place] == form[matched] {
        matched += 1
        place += 1
      } else {
        let width = folds ? skipped(bytes, place) : 0
        guard width > 0 else { return (0, place) }
        place += width
      }
    }
    return (matched, place)
  }

  private static func isEscape(_ bytes: Span<UInt8>, _ place: Int) -> Bool {
    place >= 0 && bytes[place] == 0x5C && [0x6E, 0x72, 0x74].contains(bytes[place + 1])
  }

  /// White space, line ends as programs write them, and what joins strings.
  private static func skipped(_ bytes: Span<UInt8>, _ place: Int) -> Int {
    let byte = bytes[place]
    if byte == 0x5C { return place + 1 < bytes.count && [0x6E, 0x72, 0x74].contains(bytes[place + 1]) ? 2 : 1 }
    return isJoint(byte) ? 1 : 0
  }

  private static func skippedBefore(_ bytes: Span<UInt8>, _ place: Int) -> Int {
    if isEscape(bytes, place - 2) { return 2 }
    return isJoint(bytes[place - 1]) || bytes[place - 1] == 0x5C ? 1 : 0
  }

  private static func isJoint(_ byte: UInt8) -> Bool {
    Bytes.isSpace(byte) || [0x22, 0x27, 0x2B, 0x2C, 0x2E, 0x23, 0x3E, 0x7C, 0x2A].contains(byte)
  }

  // MARK: once a place

  /// The longest of those that hold each other, and none that was told for the same place.
  private mutating func keep(_ found: [(place: Place, disguise: String)]) -> [(place: Place, disguise: String)] {
    guard !found.isEmpty else { return [] }
    var kept: [(place: Place, disguise: String)] = []
    let ranked = found.sorted {
      ($1.place.span.count, $0.place.span.lowerBound) < ($0.place.span.count, $1.place.span.lowerBound)
    }
    for one in ranked {
      let span = one.place.span
      let isTold = (recent + kept.map(\.place)).contains { other in
        other.span.lowerBound <= span.lowerBound && other.span.upperBound >= span.upperBound
          || other.value == one.place.value && other.span.overlaps(span)
      }
      if !isTold { kept.append(one) }
    }
    kept.sort { $0.place.span.lowerBound < $1.place.span.lowerBound }
    recent = (recent + kept.map(\.place)).filter { $0.span.upperBound + 2 * Lane.block > done }
    return kept
  }

  /// Whether most of what a rule found is a known value.
  func covers(_ span: Range<Int>) -> Bool {
    recent.contains { 2 * $0.span.clamped(to: span).count >= span.count && $0.span.overlaps(span) }
  }
}
