import BaileyCore
import BaileyInspect

/// Reads a request to a model value by value: each string by itself, without its escapes, and what stands between them as one stream.
///
/// A conversation comes again with each turn: a value that was read is known by its hash. One of more than `longestLeaf` bytes is read as it
/// comes, each time. What is no JSON is read like any body, from where it stops being some; so each byte is read in one way or the other.
struct ModelBody {
  /// Bytes of a value that is remembered. So much is held back beside what is held of any body.
  static let longestLeaf = 256 << 10
  /// How far behind what may be a signature its object has to say so.
  private static let patience = 64 << 10
  /// What stands between values is looked at again when so many bytes have come.
  private static let step = 16 << 10

  private let models: SessionModels
  private let host: String
  private var leaves: LeafStream
  private var between: (any TrafficInspection)?
  private var skeleton: [UInt8] = []
  private var sincePeek = 0
  /// The value that is being read, with its escapes, and the inspection of one that is too long to be remembered.
  private var leaf: [UInt8] = []
  private var long: (any TrafficInspection)?
  private var undecided: [Int: Undecided] = [:]
  /// Bytes that have come, and where the value began that is being read.
  private var count = 0
  private var leafBegin: Int?

  private struct Undecided {
    var since: Int
    var findings: [(finding: ContentFinding, place: String)] = []
  }

  init(_ form: ModelSettings.Form, _ models: SessionModels, to host: String, _ inspection: inout PassageInspection) {
    (self.models, self.host) = (models, host)
    leaves = LeafStream(form.interface)
    between = inspection.begin("", "body")
  }

  /// How many of the last bytes nobody has judged yet.
  var open: Int { count - undecided.values.reduce(long == nil ? leafBegin ?? count : count) { min($0, $1.since) } }

  mutating func read(_ bytes: Span<UInt8>, _ inspection: inout PassageInspection) {
    let start = count
    for part in leaves.read(bytes) {
      switch part {
      case .between(let range): skeleton.add(bytes.extracting(range))
      case .text(let range):
        if leafBegin == nil { leafBegin = start + range.lowerBound }
        add(bytes.extracting(range), &inspection)
      case .number: break
      case .end(let place): end(place, &inspection)
      case .decided(let object, let isSignature): decide(object, isSignature, &inspection)
      case .rest(let range):
        // The beginning of a value that is none.
        skeleton += leaf
        (leaf, long, leafBegin) = ([], nil, nil)
        skeleton.add(bytes.extracting(range))
      }
    }
    count = start + bytes.count
    for (object, one) in undecided where count - one.since > Self.patience { decide(object, false, &inspection) }
    look(bytes.count, &inspection)
  }

  mutating func end(_ inspection: inout PassageInspection) {
    // A value that has no end.
    if long == nil { skeleton += leaf }
    if let long { inspection.add(long.finish(), in: "body") }
    for object in undecided.keys { decide(object, false, &inspection) }
    guard let between else { return }
    inspection.add(between.feed(skeleton.span) + between.finish(), in: "body")
    (self.between, long, leaf, skeleton) = (nil, nil, [], [])
  }

  /// What is found between values comes late by so many of those bytes, which may lie far apart.
  private mutating func look(_ more: Int, _ inspection: inout PassageInspection) {
    guard let between else { return }
    var found = skeleton.isEmpty ? [] : between.feed(skeleton.span)
    skeleton.removeAll(keepingCapacity: true)
    sincePeek += more
    if sincePeek >= Self.step, leafBegin != nil {
      sincePeek = 0
      found += between.peek()
    }
    inspection.add(found, in: "body")
  }

  private mutating func add(_ bytes: Span<UInt8>, _ inspection: inout PassageInspection) {
    if let long { return inspection.add(long.feed(bytes), in: "body") }
    leaf.add(bytes)
    guard leaf.count > Self.longestLeaf else { return }
    long = inspection.begin("", "body")
    if let long { inspection.add(long.feed(leaf.span), in: "body") }
    leaf = []
  }

  private mutating func end(_ place: LeafPlace, _ inspection: inout PassageInspection) {
    let (text, begin) = (leaf, leafBegin ?? count)
    defer { (leaf, leafBegin) = ([], nil) }
    if let long {
      inspection.add(long.finish(), in: "body:" + place.pointer)
      self.long = nil
      return
    }
    let found = findings(place.name, LeafText.unescaped(text), &inspection)
    if found.isEmpty { return }
    let placed = found.map { (finding: $0, place: "body:" + place.pointer) }
    switch place.standing {
    case .text: tell(placed, isSignature: false, &inspection)
    case .signature: tell(placed, isSignature: true, &inspection)
    case .undecided(let object): undecided[object, default: Undecided(since: begin)].findings += placed
    }
  }

  /// What is found in a value, its name before it.
  private func findings(_ name: [UInt8], _ text: [UInt8], _ inspection: inout PassageInspection) -> [ContentFinding] {
    if text.isEmpty { return [] }
    let leaf = SessionModels.Leaf(name: name, text: text, host: host, basis: inspection.basis)
    return models.findings(leaf) {
      guard let stream = inspection.begin("", "body") else { return nil }
      let before = name.isEmpty ? [0x22] : [0x22] + name + Array(#"": ""#.utf8)
      return (stream.feed((before + text + [0x22]).span) + stream.finish()).map(\.finding)
    }
  }

  private mutating func decide(_ object: Int, _ isSignature: Bool, _ inspection: inout PassageInspection) {
    guard let one = undecided.removeValue(forKey: object) else { return }
    tell(one.findings, isSignature: isSignature, &inspection)
  }

  /// A signature is chance to everybody but its provider: what looks likely in it says nothing, what is certain is there.
  private func tell(
    _ placed: [(finding: ContentFinding, place: String)], isSignature: Bool, _ inspection: inout PassageInspection
  ) {
    for (finding, place) in placed where !isSignature || finding.tier == .certain && finding.kind != .evasion {
      inspection.add(finding, place)
    }
  }
}

extension [UInt8] {
  fileprivate mutating func add(_ bytes: Span<UInt8>) {
    reserveCapacity(count + bytes.count)
    for index in bytes.indices { append(bytes[index]) }
  }
}
