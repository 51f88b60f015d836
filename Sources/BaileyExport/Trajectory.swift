import BaileyCore

/// One session as an ATIF 1.8 trajectory, written as it is read.
///
/// A step is what the agent asked for, with the decision; its outcome is the observation. Bailey sees effects, not the conversation: there
/// are no messages of the model, no tokens and no cost. A step waits for its outcome while at most `waiting` later ones have come.
package struct Trajectory: Sendable {
  static let waiting = 256

  private struct Step {
    var record: ExportedRecord
    var outcome: JSON?
    var isOpen: Bool
  }

  private let origin: ExportOrigin
  private var steps: [Step] = []
  private var written = 0
  private var hasHead = false

  package init(_ origin: ExportOrigin) { self.origin = origin }

  /// - Returns: the text that is certain now.
  package mutating func add(_ record: ExportedRecord) -> [UInt8] {
    if record.kind == "outcome" || record.kind == "apply" || record.kind == "undo",
      let intent = ExportedRecord.intentIndex(record.record),
      let index = steps.firstIndex(where: { $0.record.index == intent })
    {
      steps[index].outcome = record.body
      steps[index].isOpen = false
    } else {
      steps.append(Step(record: record, outcome: nil, isOpen: record.kind == "intent" && record.effect == "allow"))
    }
    return flush { $0.count > Self.waiting }
  }

  package mutating func finish() -> [UInt8] {
    let rest = flush { !$0.isEmpty }
    guard hasHead else { return [] }
    return rest + Array("],\"final_metrics\":{\"total_steps\":\(written)}}\n".utf8)
  }

  private mutating func flush(_ mustGo: ([Step]) -> Bool) -> [UInt8] {
    var text: [UInt8] = []
    while let first = steps.first, !first.isOpen || mustGo(steps) {
      steps.removeFirst()
      text += hasHead ? Array(",".utf8) : head(first.record)
      hasHead = true
      written += 1
      text += Self.json(first, number: written).canonical
    }
    return text
  }

  private func head(_ record: ExportedRecord) -> [UInt8] {
    let members: JSON = [
      "schema_version": "ATIF-v1.8", "session_id": .string(record.session ?? "none"),
      "trajectory_id": .string("\(origin.log)/\(record.session ?? "none")"),
      "agent": ["name": .string(record.agent ?? "agent"), "version": "unknown"],
      "notes": .string("effects as Bailey \(origin.version) decided and saw them; the conversation is not on record"),
    ]
    // The object is left open: steps follow.
    return members.canonical.dropLast() + Array(",\"steps\":[".utf8)
  }

  private static func json(_ step: Step, number: Int) -> JSON {
    let record = step.record
    let isAgent = record.action != nil && record.verb != Verb.sessionStart.rawValue
    var members: [String: JSON] = [
      "step_id": .int(Int64(number)), "timestamp": .string(timestamp(record.time)),
      "source": isAgent ? "agent" : "system", "message": .string(record.message),
      "extra": [
        "index": .int(Int64(clamping: record.index)), "leaf": record.leaf.map(JSON.string) ?? .null,
        "kind": .string(record.kind),
      ],
    ]
    if isAgent {
      let call = JSON.string("record-\(record.index)")
      members["tool_calls"] = [
        ["tool_call_id": call, "function_name": .string(record.verb ?? ""), "arguments": record.resource]
      ]
      members["observation"] = ["results": [["source_call_id": call, "content": .string(content(step))]]]
    }
    return .object(members)
  }

  private static func content(_ step: Step) -> String {
    if let outcome = step.outcome { return outcome.canonicalText }
    if let decision = step.record.body["decision"] { return decision.canonicalText }
    let body: JSON = ["succeeded": step.record.body["succeeded"] ?? .null, "detail": step.record.detail]
    return body.canonicalText
  }
}
