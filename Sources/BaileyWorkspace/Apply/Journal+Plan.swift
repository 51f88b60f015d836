import BaileyCore
import BaileyLinux

/// The plan: a line that says how many operations follow, then a line of canonical JSON for each. So neither writing nor reading it
/// needs a form of all operations at once.
extension Journal {
  private static let plan = "plan.jsonl"
  /// Bytes; a plan that could not be read again must not be carried out.
  private static let maximumPlan = 1 << 30

  func plan(_ operations: [Operation]) throws(Errno) {
    let head: JSON = ["version": 2, "operations": .int(Int64(operations.count))]
    try write(Self.plan) { (file: borrowing Descriptor) throws(Errno) in
      var written = 0
      var lines = head.canonical + [UInt8(ascii: "\n")]
      for operation in operations {
        lines += operation.json.canonical + [UInt8(ascii: "\n")]
        if lines.count > 1 << 20 { try Self.flush(&lines, &written, file) }
      }
      try Self.flush(&lines, &written, file)
    }
  }

  private static func flush(
    _ lines: inout [UInt8], _ written: inout Int, _ file: borrowing Descriptor
  ) throws(Errno) {
    written += lines.count
    if written > maximumPlan { throw .tooLarge }
    try file.writeAll(lines)
    lines.removeAll(keepingCapacity: true)
  }

  /// Whether everything was prepared. Without that, nothing was changed in the project. An older build's plan counts: it cannot be read,
  /// so what it began stays as it is.
  var isPlanned: Bool {
    get throws(Errno) {
      for name in [Self.plan, "plan.json"] { if try tree.status(Array(name.utf8)) != nil { return true } }
      return false
    }
  }

  /// The operations, with their former content as the source of an undo; `nil` when the file is missing or damaged.
  var operations: [Operation]? {
    guard let bytes = tree.content(Array(Self.plan.utf8), limit: Self.maximumPlan) else { return nil }
    var lines = bytes.split(separator: UInt8(ascii: "\n"))[...]
    guard let head = lines.popFirst().flatMap({ try? JSON.parse($0) }), head["operations"]?.int == Int64(lines.count)
    else { return nil }
    var operations: [Operation] = []
    operations.reserveCapacity(lines.count)
    for line in lines {
      guard let json = try? JSON.parse(line), var operation = Operation(json: json) else { return nil }
      operation.content = .copy(of: tree, at: Self.former(operations.count))
      operations.append(operation)
    }
    return operations
  }
}
