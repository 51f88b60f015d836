import NIOCore

/// One direction of an exchange: parts go through its guards, one after the other, and what comes out goes on.
struct Passage {
  /// What came through, and what must be awaited before more can.
  struct Step {
    var passed: [MessagePart] = []
    var wait: (@Sendable () async -> Void)?
  }

  private var guards: [any MessageGuard]
  /// Parts on their way, in order, and the guard that each comes to next.
  private var queue = CircularBuffer<(part: MessagePart, next: Int)>()
  /// Of bodies in the queue, and what their parts cost besides. However small they are, none of them is walked over again.
  private var queuedBytes = 0
  private var waiting: Int?

  init(_ guards: [any MessageGuard] = []) { self.guards = guards }

  /// Nothing is looked at.
  var isOpen: Bool { guards.isEmpty }
  var isWaiting: Bool { waiting != nil }

  /// Bytes of bodies that wait here and in the guards.
  var heldBytes: Int {
    guards.reduce(queuedBytes) { $0 + $1.heldBytes }
  }

  mutating func take(_ part: MessagePart) throws(Refusal) -> Step {
    queuedBytes += part.bytes
    let isMerged = queue.indices.last.map { queue.modify($0) { $0.next == 0 && $0.part.absorb(part) } } ?? false
    if !isMerged {
      queue.append((part, 0))
      queuedBytes += MessagePart.overhead
    }
    return isWaiting ? Step() : try run()
  }

  /// What was waited for has come.
  mutating func resume() throws(Refusal) -> Step {
    guard let index = waiting else { return Step() }
    waiting = nil
    var step = Step()
    try follow(try guards[index].resume(), index, &step)
    if isWaiting { return step }
    let rest = try run()
    return Step(passed: step.passed + rest.passed, wait: rest.wait)
  }

  /// The shortest time after which a guard wants to hear that nothing more has come.
  var pausesAfter: Duration? { isWaiting ? nil : guards.lazy.compactMap(\.pausesAfter).min() }

  /// Nothing more has come for that time.
  mutating func paused() throws(Refusal) -> Step {
    var step = Step()
    for index in guards.indices where !isWaiting && guards[index].pausesAfter != nil {
      try follow(try guards[index].paused(), index, &step)
      if isWaiting { break }
      let rest = try run()
      step = Step(passed: step.passed + rest.passed, wait: rest.wait)
    }
    return step
  }

  private mutating func run() throws(Refusal) -> Step {
    var step = Step()
    while !isWaiting, !queue.isEmpty {
      let (part, index) = queue.removeFirst()
      queuedBytes -= part.bytes + MessagePart.overhead
      if index == guards.count {
        step.passed.append(part)
      } else {
        try follow(try guards[index].take(part), index, &step)
      }
    }
    return step
  }

  private mutating func follow(_ result: GuardStep, _ index: Int, _ step: inout Step) throws(Refusal) {
    switch result {
    case .pass(let parts):
      for part in parts.reversed() {
        queue.prepend((part, index + 1))
        queuedBytes += part.bytes + MessagePart.overhead
      }
    case .wait(let operation):
      waiting = index
      step.wait = operation
    }
  }
}
