/// What a policy printed, and where.
package struct Printed: Sendable, Equatable {
  package var message: String
  package var location: Location?
}

extension BuiltinContext {
  private static let maximumPrints = 1000
  static let maximumText = 1 << 20

  /// Keeps a message, unless the policy has printed too much already.
  func note(_ message: [UInt8]) {
    printedBytes += message.count
    guard printed.count < Self.maximumPrints, printedBytes <= Self.maximumText else { return }
    printed.append(Printed(message: String(decoding: message, as: UTF8.self), location: nil))
  }
}

extension Registry {
  static let prints: [Builtin] = [
    // Only for its arity: a call is read as one of `internal.print`.
    Builtin("print", 0) { (_, _) in .true },
    // Each operand is the set of its values: of none, of one, or of all that a reference leads to.
    Builtin("internal.print", 1) { (a, context) throws(BuiltinFailure) in
      let operands = try a.array(0)
      var lines: [[UInt8]] = [[]]
      for index in 0..<operands.count {
        let count = max(1, operands.item(index).count)
        guard lines.count * count <= 1000 else { throw BuiltinFailure("too many values to print", kind: .halt) }
        // All lines together are cut at what may be printed: they may be one long text many times.
        let limit = BuiltinContext.maximumText / (lines.count * count)
        let texts = texts(operands.item(index), limit)
        lines = lines.flatMap { line in texts.map { Array((line + (index > 0 ? [0x20] : []) + $0).prefix(limit)) } }
      }
      for line in lines { context.note(line) }
      return .true
    },
    Builtin("trace", 1) { (a, context) throws(BuiltinFailure) in
      context.note(Array(try a.string(0)))
      return .true
    },
  ]

  private static func texts(_ values: Value, _ limit: Int) -> [[UInt8]] {
    if values.count == 0 { return [Array("<undefined>".utf8)] }
    return values.items.map { $0.tag == .string ? Array($0.text.prefix(limit)) : RegoWriter.write($0, limit: limit) }
  }
}
