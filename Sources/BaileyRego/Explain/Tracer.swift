/// One event of an evaluation, in the words of OPA's traces.
package struct TraceEvent: Sendable {
  package enum Kind: String, Sendable {
    case enter = "Enter", eval = "Eval", fail = "Fail", redo = "Redo", exit = "Exit", note = "Note"
  }
  package var kind: Kind
  /// How many rules and expressions it stands in.
  package var depth: Int
  package var location: Location
  /// Source text, the name of a rule, or what was printed.
  package var text: String
  /// Variables with their values in Rego's notation; when an expression fails, its operands too.
  package var locals: [(name: String, value: String)] = []
}

/// What an evaluation did, event by event.
package struct EvaluationTrace: Sendable {
  package var events: [TraceEvent]
  /// There were more than are kept.
  package var isCut: Bool
  /// The answers of the query as JSON; nil where an error ended the evaluation.
  package var result: [UInt8]?
  package var error: RegoError?
}

/// Writes down what happens.
private final class Tracer: Observer {
  private let policy: ExplainedPolicy
  private(set) var events: [TraceEvent] = []
  private(set) var isCut = false
  /// Machine's depth and head of each rule that is being evaluated.
  private var frames: [(depth: Int, head: Int)] = []
  /// Expressions that held since they were last tried.
  private var held: Set<Int> = []
  private var operands: [Int: [Value]] = [:]
  private var printed = 0
  private let maximum: Int
  private static let maximumValue = 200

  init(_ policy: ExplainedPolicy, maximum: Int) {
    self.policy = policy
    self.maximum = maximum
  }

  private var explained: Explained { policy.program.explained }

  func reach(_ probe: Probe, _ machine: Machine, base: Int) {
    notePrints(machine)
    while let last = frames.last, last.depth > machine.depth { frames.removeLast() }
    switch probe.kind {
    case .enter:
      if let last = frames.last, last.depth == machine.depth { frames.removeLast() }
      add(.enter, explained.heads[probe.number], frames.count)
      frames.append((machine.depth, probe.number))
    case .exit: add(.exit, explained.heads[probe.number], max(0, frames.count - 1))
    case .tried:
      held.remove(probe.number)
      operands[probe.number] = []
      add(.eval, probe.number, machine, base)
    case .operand: note(probe, machine.value(probe.register, base: base))
    case .holds: held.insert(probe.number)
    case .failed: if !held.contains(probe.number) { add(.fail, probe.number, machine, base) }
    case .redone: add(.redo, probe.number, machine, base)
    }
  }

  func notePrints(_ machine: Machine) {
    while printed < machine.builtins.printed.count {
      let message = machine.builtins.printed[printed]
      printed += 1
      add(TraceEvent(kind: .note, depth: frames.count, location: message.location ?? Location(), text: message.message))
    }
  }

  private func note(_ probe: Probe, _ value: Value) {
    guard var values = operands[probe.number], probe.operand <= values.count else { return }
    values.removeSubrange(probe.operand...)
    operands[probe.number] = values + [value]
  }

  private func add(_ event: TraceEvent) {
    if events.count < maximum { events.append(event) } else { isCut = true }
  }

  private func add(_ kind: TraceEvent.Kind, _ head: Explained.Head, _ depth: Int) {
    guard events.count < maximum else { return isCut = true }
    let groups = policy.program.tree.groups
    let name = head.group.map { ExplainedPolicy.name(policy.program.tree.nodes[groups[$0].node]) } ?? "query"
    let prefix = head.isDefault ? "default " : head.branch > 0 ? "else of " : ""
    add(TraceEvent(kind: kind, depth: depth, location: policy.place(head.location), text: prefix + name))
  }

  private func add(_ kind: TraceEvent.Kind, _ number: Int, _ machine: Machine, _ base: Int) {
    guard events.count < maximum else { return isCut = true }
    let expression = explained.expressions[number]
    var event = TraceEvent(
      kind: kind, depth: frames.count + expression.level, location: policy.place(expression.statement.location),
      text: policy.text(expression.statement.location))
    event.locals = expression.locals.map { (String($0.name), shown(machine.value($0.register, base: base))) }
    if kind == .fail {
      for (term, value) in zip(expression.operands, operands[number] ?? []) where Self.isReference(term) {
        let text = policy.text(of: term)
        if !event.locals.contains(where: { $0.name == text }) { event.locals.append((text, shown(value))) }
      }
    }
    add(event)
  }

  private static func isReference(_ term: Term) -> Bool {
    switch term.node {
    case .ref, .local: true
    default: false
    }
  }

  private func shown(_ value: Value) -> String {
    let bytes = RegoWriter.write(value, limit: Self.maximumValue)
    return ShortText.cut(bytes, Self.maximumValue)
  }
}

/// A long value by its beginning.
package enum ShortText {
  package static func cut(_ bytes: [UInt8], _ maximum: Int) -> String {
    guard bytes.count > maximum else { return String(decoding: bytes, as: UTF8.self) }
    // Not in the middle of a character.
    let part = bytes.prefix(maximum)
    let end = part.lastIndex { $0 & 0xC0 != 0x80 } ?? part.endIndex
    return String(decoding: part[..<end], as: UTF8.self) + "…"
  }
}

extension ExplainedPolicy {
  /// Every rule is gone over, those too that the index or an early exit would pass by.
  package func trace(_ input: [UInt8]?, most maximum: Int = 100_000) -> EvaluationTrace {
    let tracer = Tracer(self, maximum: maximum)
    let (verdict, _) = verdict(input, observer: tracer)
    tracer.notePrints(machine)
    return EvaluationTrace(
      events: tracer.events, isCut: tracer.isCut, result: verdict.value, error: verdict.error)
  }

  func text(_ location: Location) -> String {
    let file = Int(location.file)
    let source = sources.indices.contains(file) ? sources[file] : []
    let range = Int(location.start)..<max(Int(location.start), Int(location.end))
    let text = range.upperBound <= source.count ? String(decoding: source[range], as: UTF8.self) : ""
    let captured = CapturedQuery.prefix + "0 = "
    return file + 1 == sources.count && text.hasPrefix(captured) ? String(text.dropFirst(captured.count)) : text
  }

  func text(of term: Term) -> String {
    let written = text(term.location)
    return written.isEmpty ? TermText.reference(term) : written
  }
}

extension EvaluationTrace {
  /// The events of a kind, and before each the rules that led to it.
  package func only(_ kind: TraceEvent.Kind) -> EvaluationTrace {
    var (kept, open) = ([TraceEvent](), [TraceEvent]())
    for event in events {
      if event.kind == kind {
        kept += open + [event]
        open = []
      } else if event.kind == .enter {
        open.removeAll { $0.depth >= event.depth }
        open.append(event)
      } else {
        open.removeAll { $0.depth >= event.depth && event.kind == .exit }
      }
    }
    return EvaluationTrace(events: kept, isCut: isCut, result: result, error: error)
  }
}
