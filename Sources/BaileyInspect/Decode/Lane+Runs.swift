/// A run that goes on behind the bytes at hand.
struct OpenRun {
  var encoding: RunEncoding
  /// Letters that do not make whole bytes yet.
  var rest: [UInt8]
  /// In the lane.
  var next: Int
}

/// Runs of letters that are encodings of other bytes.
extension Lane {
  /// Looks at a run of letters of base 64; returns where the walk may go on: behind what was decoded, or at the end of the run.
  func decodeRun(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int {
    guard RunReader.mayEncode(bytes, range) || range.count > Stretch.shortest else { return range.upperBound }
    let gathered = RunReader.gather(bytes, range)
    decodeStretches(of: gathered.letters, in: range.lowerBound..<gathered.end, bytes)
    guard let found = RunReader.decode(gathered.letters), Speculation.isSound(found.bytes) else {
      return range.upperBound
    }
    let whole = range.lowerBound..<gathered.end
    guard mayDescend(at: (start + whole.lowerBound)..<(start + whole.upperBound)) else { return range.upperBound }
    let goesOn = gathered.end >= bytes.count - 1 && gathered.letters.count >= Lane.block / 2
    emit(.decoded, found.encoding.rawValue, found.bytes, from: whole, bytes, isOpen: goesOn)
    if goesOn { openRun = OpenRun(encoding: found.encoding, rest: found.rest, next: start + gathered.end) }
    walk.resume = max(walk.resume, start + gathered.end)
    return gathered.end
  }

  /// The run itself is looked at none the less.
  private func decodeStretches(of letters: [UInt8], in range: Range<Int>, _ bytes: Span<UInt8>) {
    for found in Stretch.decode(letters) where mayDescend(at: (start + range.lowerBound)..<(start + range.upperBound)) {
      emit(.decoded, found.encoding.rawValue, found.bytes, from: range, bytes)
    }
  }

  /// Reads on in a run that was longer than the bytes at hand.
  func continueRun(_ bytes: Span<UInt8>) {
    guard var run = openRun else { return }
    let from = run.next - start
    guard from < bytes.count - 1 else { return }
    let gathered = RunReader.gather(bytes, from..<from, goesOn: true)
    let letters = run.rest + gathered.letters
    let whole = letters.count - letters.count % run.encoding.quantum
    feedChild(.decoded, RunReader.bytes(letters[..<whole], run.encoding))
    run.rest = Array(letters[whole...])
    run.next = start + gathered.end
    openRun = gathered.end >= bytes.count - 1 && !gathered.letters.isEmpty ? run : nil
    walk.resume = max(walk.resume, start + gathered.end)
  }

  func feedChild(_ kind: ChildKind, _ content: [UInt8]) {
    guard context.expand(by: content.count) else { return }
    child(kind).feed(content.span)
  }

  /// Hands a part to the stream for its kind, with what stands before it in the same line: names and words that rules look for.
  func emit(
    _ kind: ChildKind, _ name: String, _ content: [UInt8], from range: Range<Int>, _ bytes: Span<UInt8>,
    isOpen: Bool = false
  ) {
    let lane = child(kind)
    let place = origins.place(of: (start + range.lowerBound)..<(start + range.upperBound))
    lane.feed([0x0A])
    lane.origins.add(Origins.Part(at: lane.end, root: place.root, disguises: place.disguises + [name]))
    let before = lineBefore(range.lowerBound, bytes)
    lane.feed(before.span)
    if let format = Speculation.format(of: content) { lane.open(format, at: lane.end) }
    feedChild(kind, content)
    if !isOpen, range.upperBound < bytes.count - 1, [0x22, 0x27].contains(bytes[range.upperBound]) {
      lane.feed([bytes[range.upperBound]])
    }
  }

  private static let longestLine = 64

  private func lineBefore(_ place: Int, _ bytes: Span<UInt8>) -> [UInt8] {
    var from = place
    while from > 0, place - from < Self.longestLine, Bytes.isText(bytes[from - 1]), bytes[from - 1] != 0x0A {
      from -= 1
    }
    return Array(bytes.extracting(from..<place))
  }

  func feed(_ bytes: [UInt8]) { feed(bytes.span) }

  /// Runs of all visible bytes: the encodings of base 85.
  func decodeVisible(_ bytes: Span<UInt8>, _ range: Range<Int>) {
    guard let found = Base85.find(bytes, range) else { return }
    guard mayDescend(at: (start + range.lowerBound)..<(start + range.upperBound)) else { return }
    emit(.decoded, "base85", found, from: range, bytes)
  }
}

extension Speculation {
  /// The mark of zlib is so short that a run of letters has it by chance: then it has to unpack, too, unless something else speaks for it.
  static func isSound(_ bytes: [UInt8]) -> Bool {
    guard bytes.count > 2, bytes[0] & 0x8F == 8, (Int(bytes[0]) << 8 | Int(bytes[1])) % 31 == 0,
      bytes.prefix(12).contains(where: { !Bytes.isText($0) }), !holdsMore(bytes)
    else { return true }
    var room = [UInt8](repeating: 0, count: 1024)
    return Inflater(.zlib).step(bytes.span.extracting(0..<min(512, bytes.count)), into: &room).state != .broken
  }

  /// Whether behind the first bytes stands text, or the longer mark of something else, or so much that anything may.
  private static func holdsMore(_ bytes: [UInt8]) -> Bool {
    var (streak, head, zeros) = (0, UInt32(0), 0)
    for (place, byte) in bytes.enumerated() {
      streak = Bytes.isText(byte) ? streak + 1 : 0
      if byte == 0 { zeros += 1 }
      head = head << 8 | UInt32(byte)
      if streak >= 10 || place > 3 && hasLongMark(head) { return true }
    }
    return bytes.count >= 192 || zeros * 5 >= bytes.count * 2
  }
}
