/// Redacts a stream of any length. What comes out does not depend on how the stream was cut.
///
/// It works in windows of 64 KiB, of which the last 16 KiB are only looked at, so that nothing is cut in two. With what is held for a
/// container it needs at most `Redaction.maximumHeld` and these 64 KiB.
public final class StreamRedactor {
  static let window = 64 << 10
  private static let ahead = 16 << 10
  /// So far before the end of a window a span that is longer than what is looked at ahead counts as whole.
  private static let margin = 8 << 10

  private let redactor: Redactor
  private var held: [UInt8] = []
  /// How much has to be there before there is another look.
  private var needed = StreamRedactor.window
  /// Bytes that came in before those that are held.
  private var done = 0
  private var context = OutputContext()
  /// A run of letters, replaced so far, that may go on.
  private var openRun: Located?
  private(set) var replacesRest = false
  private var edits: [Edit] = []
  private var refusal: RedactionRefusal?

  public init(_ redactor: Redactor) { self.redactor = redactor }

  /// - Parameter before: What stands before the stream, for the rules.
  init(_ redactor: Redactor, before: [UInt8]) {
    self.redactor = redactor
    context.append(before)
  }

  /// Takes the next bytes, and gives those that are clear. After a refusal there is nothing but the refusal.
  public func feed(_ bytes: [UInt8]) throws(RedactionRefusal) -> [UInt8] {
    var (out, at) = ([UInt8](), 0)
    while at < bytes.count {
      if replacesRest { return out + swallow(bytes.count - at) }
      let count = min(needed - held.count, bytes.count - at)
      held += bytes[at..<at + count]
      at += count
      while held.count >= needed, !replacesRest { out += try advance(isLast: false) }
    }
    return out
  }

  /// The rest. Nothing may be fed afterwards.
  public func finish() throws(RedactionRefusal) -> [UInt8] {
    replacesRest ? [] : try advance(isLast: true)
  }

  /// What was replaced since the last call.
  public func takeRedacted() -> [Redacted] {
    takeEdits().map { Redacted(finding: $0.finding, action: $0.located.action, pointer: nil) }
  }

  func takeEdits() -> [Edit] {
    defer { edits = [] }
    return edits
  }

  var heldBytes: Int { held.count + context.bytes.count }

  private func advance(isLast: Bool) throws(RedactionRefusal) -> [UInt8] {
    if let refusal { throw refusal }
    do throws(RedactionRefusal) {
      return try work(isLast)
    } catch {
      refusal = error
      throw error
    }
  }

  private func work(_ isLast: Bool) throws(RedactionRefusal) -> [UInt8] {
    let settlement = redactor.settle(held, before: context.bytes, known: continuedRun())
    openRun = nil
    if let container = settlement.container { return try stop(at: container, settlement) }
    let cut = cut(settlement, isLast)
    guard cut > 0 || isLast else { return try hold(settlement) }
    if !isLast, let last = settlement.edits.last, last.span.upperBound == cut, last.located.isRun {
      openRun = last.located
    }
    return emit(settlement.edits, upTo: cut)
  }

  /// A run that was replaced at the end of the last window is replaced where it goes on.
  private func continuedRun() -> [Located] {
    guard var run = openRun else { return [] }
    run.span = 0..<Run.end(0, held, isWrapped: true)
    return run.span.isEmpty ? [] : [run]
  }

  private func cut(_ settlement: Settlement, _ isLast: Bool) -> Int {
    if isLast { return held.count }
    var cut = held.count - Self.ahead
    if let edit = settlement.edits.first(where: { $0.span.lowerBound < cut && $0.span.upperBound > cut }) {
      let isWhole = edit.span.upperBound <= held.count - Self.margin || edit.span.lowerBound == 0
      cut = isWhole ? edit.span.upperBound : edit.span.lowerBound
    }
    guard let open = settlement.open, open < cut else { return cut }
    return settlement.edits.first { $0.span.contains(open) }?.span.lowerBound ?? open
  }

  /// A container begins with the first byte that is held, and goes on: it is looked at again when there is twice as much.
  private func hold(_ settlement: Settlement) throws(RedactionRefusal) -> [UInt8] {
    guard held.count < redactor.policy.maximumHeld else {
      guard redactor.policy.containers == .replace else { throw .containerTooLong(offset: done) }
      return replaceRest(from: 0, [], rule: "container")
    }
    needed = min(held.count * 2, redactor.policy.maximumHeld)
    return []
  }

  private func stop(at container: Located, _ settlement: Settlement) throws(RedactionRefusal) -> [UInt8] {
    let (rule, at) = (container.finding.rule, container.span.lowerBound)
    if rule == "inspection-failed" { throw .notInspected(rule: rule, offset: done + at) }
    guard redactor.policy.containers == .replace else { throw .container(rule: rule, offset: done + at) }
    tell(container, [])
    return replaceRest(from: at, settlement.edits, rule: rule)
  }

  private func replaceRest(from at: Int, _ edits: [Edit], rule: String) -> [UInt8] {
    let (count, start) = (held.count, edits.first { $0.span.contains(at) }?.span.lowerBound ?? at)
    let out = emit(edits.filter { $0.span.upperBound <= start }, upTo: start)
    replacesRest = true
    held = []
    return out + (redactor.policy.isLengthSafe ? swallow(count - start) : Redaction.label(rule))
  }

  private func swallow(_ count: Int) -> [UInt8] {
    redactor.policy.isLengthSafe ? [UInt8](repeating: 0x2A, count: count) : []
  }

  private func emit(_ edits: [Edit], upTo cut: Int) -> [UInt8] {
    let applied = edits.filter { $0.span.upperBound <= cut }
    let out = Edit.apply(applied, to: held.span, 0..<cut).text
    for edit in applied { tell(edit.located, edit.replacement) }
    context.append(out)
    held.removeFirst(cut)
    done += cut
    needed = Self.window
    return out
  }

  private func tell(_ located: Located, _ replacement: [UInt8]) {
    var moved = located
    moved.span = done + located.span.lowerBound..<done + located.span.upperBound
    edits.append(Edit(located: moved, replacement: replacement))
  }
}

/// The end of what went out: words near a value count, and a run of letters has to be read from where whole bytes begin.
private struct OutputContext {
  private(set) var bytes: [UInt8] = []
  /// Letters of the run at the end, and how many bytes stand behind the last place where they make whole bytes in every encoding, also of
  /// encodings in each other.
  private var letters = 0
  private var behind = 0

  private static let quantum = 1024
  private static let least = 512

  mutating func append(_ out: [UInt8]) {
    for byte in out {
      behind += 1
      if Run.isLetter(byte) {
        letters += 1
        if letters % Self.quantum == 0 { behind = 0 }
      } else if byte != 0x0A && byte != 0x0D {
        (letters, behind) = (0, 0)
      }
    }
    bytes = (bytes + out).suffix(max(Self.least, min(behind, 4 * Self.quantum)))
  }
}
