/// Where the evaluations of a traced program came by.
package final class Trace {
  /// A statement that was tried, and the values of its variables then.
  struct Step {
    var point: Int
    var values: [Value]
  }

  private(set) var hits: [Bool]
  private let points: [TracePoint]
  /// The procedure whose steps are looked at.
  private var watched: Int?
  private var current: Step?
  private var ended: [Step] = []
  private static let mostSteps = 100

  package init(_ program: Program) {
    points = program.tracePoints
    hits = [Bool](repeating: false, count: points.count)
  }

  /// What was come by since the last call.
  func takeHits() -> [Bool] {
    let taken = hits
    hits = [Bool](repeating: false, count: points.count)
    return taken
  }

  func watch(_ procedure: Int?) {
    watched = procedure
    current = nil
    ended = []
  }

  func reach(_ point: Int, procedure: Int, _ registers: Registers, _ base: Int) {
    hits[point] = true
    guard procedure == watched else { return }
    switch points[point].kind {
    case .nested: return
    case .head: current = nil
    case .statement:
      // Going back means that what was tried last did not hold.
      if let current, point <= current.point, ended.count < Self.mostSteps { ended.append(current) }
      current = Step(point: point, values: points[point].locals.map { registers[base + Int($0.register)] })
    }
  }

  /// The statements at which the watched rule went back or stopped, in their order.
  var failures: [Step] { ended + (current.map { [$0] } ?? []) }
}
