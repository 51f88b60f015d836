/// A change of the input that makes the decision another one; it was evaluated.
package struct Flip: Sendable {
  package var changes: [InputChange]
  package var effect: String
  /// The changed input as JSON.
  package var input: [UInt8]
}

/// Looks for the smallest change of the input that changes the decision.
///
/// Breadth first: one edit, then two … Each edit is proposed by the expressions that decided about the input at hand, so the second
/// edit follows from what failed after the first.
struct FlipSearch {
  let policy: ExplainedPolicy
  let original: [UInt8]
  let verdict: Verdict
  private(set) var tries = 0
  private(set) var flips: [Flip] = []
  /// It ended at a limit, with inputs left to look at.
  private(set) var isCut = false
  private var seen: Set<[UInt8]> = []
  /// Steps of all evaluations so far.
  private var effort = 0

  static let maximumDepth = 4
  /// Candidates that come of one input.
  private static let maximumBranches = 100
  private static let maximumFlips = 20
  private static let maximumEffort = 20_000_000
  /// In bytes; what an edit puts in may share its parts.
  private static let maximumInput = 1 << 18
  private static let maximumWaiting = 64 << 20

  /// An edited input with what it leads to.
  private struct State {
    var candidates: [[UInt8]]
    /// How much is still against the change: less is better.
    var distance: Int
  }

  init(_ policy: ExplainedPolicy, _ input: [UInt8], _ verdict: Verdict) {
    self.policy = policy
    original = input
    self.verdict = verdict
  }

  mutating func run(_ first: (Witness, Value), most maximum: Int) {
    guard original.count <= Self.maximumInput else { return }
    var states = [state(verdict, first.0, first.1)]
    for _ in 0..<Self.maximumDepth {
      var next: [State] = []
      var waiting = 0
      states.sort { $0.distance < $1.distance }
      for candidate in states.flatMap(\.candidates) {
        isCut = tries >= maximum || effort >= Self.maximumEffort
        guard !isCut, flips.count < Self.maximumFlips else { break }
        guard seen.insert(candidate).inserted, let state = self.tried(candidate) else { continue }
        waiting += state.candidates.reduce(0) { $0 + $1.count }
        if waiting < Self.maximumWaiting { next.append(state) }
      }
      if !flips.isEmpty || next.isEmpty || isCut { break }
      states = next
    }
    flips.sort { Self.size($0) < Self.size($1) }
  }

  /// Fewest changes first, then those that change what is there, then the shortest.
  private static func size(_ flip: Flip) -> (Int, Int, Int) {
    let made = flip.changes.count { $0.old == nil || $0.new == nil }
    let length = flip.changes.reduce(0) { $0 + distance($1.old ?? [], $1.new ?? []) }
    return (flip.changes.count, made, length)
  }

  /// How much of two texts is not the same beginning or end.
  private static func distance(_ old: [UInt8], _ new: [UInt8]) -> Int {
    let start = zip(old, new).prefix { $0 == $1 }.count
    let end = zip(old.dropFirst(start).reversed(), new.dropFirst(start).reversed()).prefix { $0 == $1 }.count
    return old.count + new.count - 2 * (start + end)
  }

  private mutating func tried(_ candidate: [UInt8]) -> State? {
    tries += 1
    let witness = Witness(policy.program)
    let (verdict, input) = policy.verdict(candidate, observer: witness)
    effort += policy.machine.limits.steps - policy.machine.steps
    if verdict.error != nil { witness.interrupt() }
    // An error is no decision that anybody wants.
    if verdict.error == nil, verdict.effect != self.verdict.effect {
      guard let before = try? JSONReader.read(original, into: policy.machine.heap) else { return nil }
      flips.append(Flip(changes: InputChange.all(from: before, to: input), effect: verdict.effect, input: candidate))
      return nil
    }
    return state(verdict, witness, input)
  }

  private func state(_ verdict: Verdict, _ witness: Witness, _ input: Value) -> State {
    let heap = policy.machine.heap
    var finder = EditFinder(policy.program, heap, input: input, attempts: witness.attempts)
    var distance = 0
    for (index, goal) in policy.goals.enumerated() {
      let wanted = !verdict.speaking[index]
      if !wanted { distance += 100 } else { distance += remaining(goal, witness.attempts) }
      // What speaks for a weaker effect does not matter yet.
      guard wanted ? isUseful(goal, verdict) : goal.effect.rawValue == verdict.effect || goal.effect == .answer
      else { continue }
      for group in goal.groups { finder.look(atGroup: group, wanted: wanted) }
    }
    lookAtQuery(&finder, verdict)
    if verdict.error != nil { lookAtError(&finder) }
    var found: [[UInt8]] = []
    for edit in finder.edits where found.count < Self.maximumBranches {
      guard let edited = edit.applied(to: input.isUndefined ? .emptyObject : input, heap) else { continue }
      let text = JSONWriter.write(edited, escapesHTML: false, limit: Self.maximumInput)
      if text.count <= Self.maximumInput { found.append(text) }
    }
    return State(candidates: found, distance: distance)
  }

  /// Whatever an error interrupted: to get by it, or not to get there.
  private func lookAtError(_ finder: inout EditFinder) {
    for attempt in finder.attempts {
      guard attempt.success == nil, let step = attempt.furthest.last, !step.holds else { continue }
      finder.look(at: step, wanted: true)
      finder.look(at: step, wanted: false)
    }
  }

  /// A query may have conditions of its own.
  private func lookAtQuery(_ finder: inout EditFinder, _ verdict: Verdict) {
    guard policy.goals.first?.effect == .answer,
      let head = policy.program.explained.heads.firstIndex(where: { $0.group == nil })
    else { return }
    finder.look(atHead: head, wanted: verdict.effect == "no")
  }

  /// When something denies, more that allows is of no use.
  private func isUseful(_ goal: Goal, _ verdict: Verdict) -> Bool {
    switch goal.effect {
    case .answer: true
    case .deny: verdict.effect != "deny"
    case .ask: verdict.effect != "deny" || !speaks(.deny, verdict)
    case .allow: verdict.effect == "nothing" || verdict.effect == "deny" && !speaks(.deny, verdict)
    }
  }

  private func speaks(_ effect: Goal.Effect, _ verdict: Verdict) -> Bool {
    zip(policy.goals, verdict.speaking).contains { $0.effect == effect && $1 }
  }

  /// Expressions that are left in the rule that came nearest.
  private func remaining(_ goal: Goal, _ attempts: [Attempt]) -> Int {
    let heads = policy.program.explained.heads
    return heads.indices.filter { heads[$0].group.map(goal.groups.contains) ?? false && !heads[$0].isDefault }
      .map { max(0, heads[$0].body.count - attempts[$0].furthest.count) }.min() ?? 0
  }
}
