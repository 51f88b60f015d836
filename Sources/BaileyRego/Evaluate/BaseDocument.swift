/// Base data, read once and shared by any number of evaluations of one program.
package final class BaseDocument {
  let heap: Heap
  let value: Value
  let program: Program

  /// Reads JSON; refuses data where a rule stands already.
  package init(_ json: [UInt8], for program: Program, limit: Int = 1 << 30) throws(RegoError) {
    heap = Heap(base: program.heap, limit: limit)
    value = try JSONReader.read(json, into: heap)
    self.program = program
    guard value.tag == .object else { throw RegoError(.json, "base data must be an object") }
    try program.refuseConflicts(with: value)
  }

  /// Another one's members and one more, which has the last word. It costs that one's memory and a word or two for each other member.
  package init(_ base: BaseDocument, adding name: String, _ json: [UInt8], limit: Int = 1 << 30) throws(RegoError) {
    heap = Heap(base: base.heap, limit: limit)
    program = base.program
    let added = try JSONReader.read(json, into: heap)
    value = heap.object(base.value.pairs + [(heap.string(name), added)])
    guard !heap.exhausted else { throw RegoError(.cancelled, "memory limit exceeded") }
    try program.refuseConflicts(with: value)
  }

  package var memberCount: Int { value.count }
  /// Bytes of its own values.
  package var memory: Int { heap.allocated }
}

extension Program {
  /// A document is made by rules or it is base data.
  func refuseConflicts(with data: Value) throws(RegoError) {
    for group in tree.groups where group.kind != .object && group.kind != .entries {
      let path = tree.nodes[group.node].path
      var at = data
      for key in path where !at.isUndefined { at = at.child(key) }
      guard !at.isUndefined else { continue }
      let name = path.map { String($0) }.joined(separator: "/")
      throw RegoError(.compile, "conflicting rule for data path \(name) found", group.rules.first?.location)
    }
  }
}
