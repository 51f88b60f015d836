/// A stream of bytes that is searched: what was given, or what was unpacked from it.
///
/// It works in blocks of 4 KiB, counted from its beginning, and with a block behind the one in work at hand: so what it finds does not
/// depend on how the bytes came. It keeps 512 bytes before the block.
final class Lane {
  static let block = 4096
  static let back = 512

  let context: InspectionContext
  let depth: Int
  var origins: Origins
  /// The bytes from `start` on.
  private var buffer: [UInt8] = []
  private(set) var start = 0
  /// Where the next block begins.
  private var done = 0
  private let stream: AutomatonStream
  private var hits: [LiteralHit] = []
  var matches: [Match] = []
  var recent: [Match] = []
  /// By rule: how often a pattern that looks far ahead found nothing in this block.
  var failures: [Int: Int] = [:]
  /// Up to where runs, groups and escapes have been looked at.
  var walk = WalkState()
  var openRun: OpenRun?
  var containers: [OpenContainer] = []
  var seen: Set<Container.Format> = []
  private(set) var children: [ChildKind: Lane] = [:]
  /// Made from escapes or groups: bytes of what is no text are then not as they were.
  private(set) var isAltered = false
  private var registered: RegisteredSearch?

  init(_ context: InspectionContext, depth: Int, origins: Origins = Origins()) {
    (self.context, self.depth, self.origins) = (context, depth, origins)
    stream = AutomatonStream(context.rules.automaton)
    registered = RegisteredSearch(context.options)
    buffer.reserveCapacity(Self.back + 2 * Self.block + 1)
  }

  /// The same lane as it stands now: what is fed to it does not reach the other. Open containers have had all that is held, so that
  /// they are not fed again (`feedHeld`).
  init(copying other: Lane) {
    (context, depth, origins) = (other.context, other.depth, other.origins)
    (buffer, start, done, stream) = (other.buffer, other.start, other.done, other.stream.copy())
    (recent, walk, openRun, seen) = (other.recent, other.walk, other.openRun, other.seen)
    isAltered = other.isAltered
    registered = other.registered
    containers = other.containers.map { OpenContainer(held: $0) }
    children = other.children.mapValues { Lane(copying: $0) }
  }

  /// Gives open containers, here and in what was unpacked, all that is held for them, without waiting for the block.
  func feedHeld() {
    let held = buffer
    feedOpen(held.span, upTo: end - start)
    for container in containers { container.lane.feedHeld() }
    for kind in ChildKind.allCases { children[kind]?.feedHeld() }
  }

  /// Where the next byte that is fed will stand.
  var end: Int { start + buffer.count }

  var heldBytes: Int {
    buffer.capacity + hits.capacity * MemoryLayout<LiteralHit>.stride + children.values.reduce(0) { $0 + $1.heldBytes }
  }

  func feed(_ bytes: Span<UInt8>) {
    var at = 0
    while at < bytes.count {
      let count = min(done + 2 * Self.block - end, bytes.count - at)
      buffer.append(bytes.extracting(at..<(at + count)))
      at += count
      if end == done + 2 * Self.block { work(upTo: done + Self.block) }
    }
  }

  func finish() {
    while done < end { work(upTo: min(done + Self.block, end)) }
    registered?.finish(self)
    finishContainers()
    for kind in ChildKind.allCases { children[kind]?.finish() }
  }

  private func work(upTo last: Int) {
    let (from, to) = (done - start, last - start)
    // One byte that belongs to nothing ends every walk.
    buffer.append(0)
    inspect(buffer, from, to)
    done = last
    drop()
  }

  private func inspect(_ text: [UInt8], _ from: Int, _ to: Int) {
    let bytes = text.span
    search(bytes, from, to)
    walk(bytes, from, to)
    feedContainers(bytes, from, to)
    if let registered { matches = registered.rest(of: matches) }
    settle()
  }

  private func drop() {
    buffer.removeLast()
    let keep = max(0, done - Self.back)
    guard keep > start else { return }
    buffer.removeFirst(keep - start)
    start = keep
  }

  private func search(_ bytes: Span<UInt8>, _ from: Int, _ to: Int) {
    guard stream.scan(bytes.extracting(from..<to), with: context.scratch.automaton, into: &hits) else {
      return context.tellEvasion("inspection-failed", "There was no memory to inspect", .certain, 0..<1, [])
    }
    let text = bytes.extracting(0..<(bytes.count - 1))
    failures.removeAll(keepingCapacity: true)
    for hit in hits { confirm(hit, text) }
    registered?.search(bytes, from, to, self)
  }

  func child(_ kind: ChildKind) -> Lane {
    if let known = children[kind] { return known }
    let made = Lane(context, depth: depth + 1, origins: Origins(isRoot: false))
    made.isAltered = kind != .decoded
    children[kind] = made
    return made
  }

  /// Whether one more disguise may be taken off; tells when not.
  ///
  /// - Parameter isEscape: escapes stand there. Else it may be a list of strings or numbers, which make groups of groups without end.
  func mayDescend(at range: Range<Int>, isEscape: Bool = false) -> Bool {
    if depth < context.options.maximumDepth, !context.isSpent { return true }
    let place = origins.place(of: range)
    if context.isSpent {
      context.tellEvasion("bomb", "Unpacks to far more than it is", .certain, place.root, place.disguises)
    } else if place.disguises.count(where: { $0 != "grouped" }) > 3 {
      let isCoded = isEscape || place.disguises.count { $0 != "grouped" && $0 != "escaped" } > 3
      context.tellEvasion(
        "nested-too-deep", "More disguises than are taken off", isCoded ? .likely : .hint, place.root, place.disguises)
    }
    return false
  }
}

/// Streams that one lane makes of its parts. Each takes many parts, one behind the other.
enum ChildKind: CaseIterable {
  case decoded, grouped, unescaped
}

/// Where the parts of a lane come from.
struct Origins {
  struct Part {
    /// In the lane.
    var at: Int
    var root: Range<Int>
    var disguises: [String]
  }

  var isRoot = true
  private var parts: [Part] = []

  init(isRoot: Bool = true) { self.isRoot = isRoot }

  /// As many parts as may lie in the bytes of a lane that are not yet searched.
  private static let most = 1024

  mutating func add(_ part: Part) {
    if parts.count == Self.most { parts.removeFirst(Self.most / 2) }
    parts.append(part)
  }

  func place(of range: Range<Int>) -> (root: Range<Int>, disguises: [String]) {
    if isRoot { return (range, []) }
    guard let part = parts.last(where: { $0.at <= range.lowerBound }) ?? parts.first else { return (0..<1, []) }
    return (part.root, part.disguises)
  }
}
