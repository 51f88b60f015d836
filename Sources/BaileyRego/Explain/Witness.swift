/// Keeps for each branch of each rule how it was tried.
final class Witness: Observer {
  private struct Frame {
    var depth: Int
    var head: Int
    var steps: [Step] = []
    /// Expressions inside the last step that are being tried.
    var inner: [Step] = []
  }

  private let explained: Explained
  private var frames: [Frame] = []
  private(set) var attempts: [Attempt]

  init(_ program: Program) {
    explained = program.explained
    attempts = [Attempt](repeating: Attempt(), count: explained.heads.count)
  }

  func reach(_ probe: Probe, _ machine: Machine, base: Int) {
    while let last = frames.last, last.depth > machine.depth { frames.removeLast() }
    if probe.kind == .enter { return enter(probe.number, machine.depth) }
    guard let last = frames.indices.last, frames[last].depth == machine.depth else { return }
    if probe.kind == .exit { return exit(last) }
    if explained.expressions[probe.number].level > 0 { return inner(probe, machine, base, &frames[last]) }
    outer(probe, machine, base, &frames[last])
  }

  /// What an error interrupted counts as failed.
  func interrupt() {
    for frame in frames { fail(frame.head, frame.steps) }
    frames = []
  }

  private func enter(_ head: Int, _ depth: Int) {
    if let last = frames.last, last.depth == depth { frames.removeLast() }
    frames.append(Frame(depth: depth, head: head))
    attempts[head].entries += 1
  }

  private func exit(_ index: Int) {
    let frame = frames[index]
    if let last = frame.steps.last, !last.holds { return fail(frame.head, frame.steps) }
    if attempts[frame.head].success == nil { attempts[frame.head].success = frame.steps }
  }

  private func outer(_ probe: Probe, _ machine: Machine, _ base: Int, _ frame: inout Frame) {
    let index = explained.expressions[probe.number].index
    if probe.kind == .tried {
      frame.steps.removeSubrange(min(index, frame.steps.count)...)
      frame.steps.append(Step(expression: probe.number))
      frame.inner = []
      return
    }
    guard index < frame.steps.count else { return }
    frame.steps.removeSubrange((index + 1)...)
    Self.note(probe, machine.value(probe.register, base: base), in: &frame.steps[index])
    if probe.kind == .holds, isFalse(frame.steps[index]) { frame.steps[index].holds = false }
    if probe.kind == .failed, !frame.steps[index].holds { fail(frame.head, frame.steps) }
  }

  /// A rule whose value is false.
  private func isFalse(_ step: Step) -> Bool {
    explained.expressions[step.expression].isValue && step.operands.last?.bits == Value.false.bits
  }

  private func inner(_ probe: Probe, _ machine: Machine, _ base: Int, _ frame: inout Frame) {
    guard let top = frame.steps.indices.last else { return }
    if probe.kind == .tried {
      frame.inner.removeAll { explained.expressions[$0.expression].level >= explained.expressions[probe.number].level }
      frame.inner.append(Step(expression: probe.number))
      return
    }
    guard let index = frame.inner.lastIndex(where: { $0.expression == probe.number }) else { return }
    Self.note(probe, machine.value(probe.register, base: base), in: &frame.inner[index])
    if probe.kind == .failed, !frame.inner[index].holds { frame.steps[top].inner = [frame.inner[index]] }
  }

  private static func note(_ probe: Probe, _ value: @autoclosure () -> Value, in step: inout Step) {
    switch probe.kind {
    case .operand:
      guard probe.operand <= step.operands.count else { return }
      step.operands.removeSubrange(probe.operand...)
      step.operands.append(value())
    case .holds: step.holds = true
    default: return
    }
  }

  private func fail(_ head: Int, _ steps: [Step]) {
    let known = attempts[head].furthest.count
    if steps.count > known {
      attempts[head].furthest = steps
      attempts[head].failures = 1
    } else if steps.count == known {
      attempts[head].failures += 1
    }
  }
}
