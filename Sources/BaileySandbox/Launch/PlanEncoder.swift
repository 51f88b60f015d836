package import BaileyCore
internal import CBaileyJail

/// Turns a plan into the bytes that bailey-jail reads.
package enum PlanEncoder {
  /// Which streams are passed, as bits of `BAILEY_STREAM_*`.
  package struct Streams: OptionSet, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }
    package static let input = Streams(rawValue: UInt32(BAILEY_STREAM_INPUT))
    package static let output = Streams(rawValue: UInt32(BAILEY_STREAM_OUTPUT))
    package static let error = Streams(rawValue: UInt32(BAILEY_STREAM_ERROR))
    package static let terminal = Streams(rawValue: UInt32(BAILEY_STREAM_TERMINAL))
    /// Behind the streams come the doors of a `SessionGroup`.
    package static let groups = Streams(rawValue: UInt32(BAILEY_GROUPS))
  }

  /// Exit code of bailey-jail when an operation fails, and of `bailey run`.
  package static let failureCode: UInt32 = 125

  /// - Throws: `sandbox-plan-invalid` for a path with a NUL, or more than the format holds.
  package static func encode(_ plan: SandboxPlan, streams: Streams) throws(Fault) -> [UInt8] {
    try encode(parent: plan.parent, start: plan.start, agent: plan.agent, streams: streams)
  }

  /// A further program in the sandbox: the agent list alone, in which it joins the main program's namespaces.
  package static func encodeFurther(agent: [JailOperation], of plan: SandboxPlan) throws(Fault) -> [UInt8] {
    try encode(parent: [], start: [], agent: agent, streams: [], joins: true, process: processPath(of: plan.start))
  }

  static func encode(
    parent: [JailOperation], start: [JailOperation], agent: [JailOperation], streams: Streams, joins: Bool = false,
    process: [UInt8]? = nil
  ) throws(Fault) -> [UInt8] {
    var writer = PlanWriter()
    var counts: [UInt32] = []
    let encoder = OperationEncoder(process: process ?? processPath(of: start), joins: joins)
    for list in [parent, start, agent] {
      let before = writer.count
      for operation in list { try write(operation, encoder, &writer) }
      counts.append(writer.count - before)
    }
    let header = [BAILEY_PLAN_MAGIC, BAILEY_PLAN_VERSION, UInt32(32 + writer.bytes.count), streams.rawValue]
    let words = header + counts + [failureCode]
    return words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } } + writer.bytes
  }

  private static func write(_ operation: JailOperation, _ encoder: OperationEncoder, _ writer: inout PlanWriter)
    throws(Fault)
  {
    do throws(PlanWriter.Problem) {
      try encoder.write(operation, to: &writer)
    } catch {
      let why =
        switch error {
        case .nulInText: "a path or argument contains a NUL byte"
        case .tooManyStrings: "there are more than \(BAILEY_MAX_STRINGS) arguments, variables or rules"
        case .tooLong: "the plan is larger than \(BAILEY_MAX_PLAN >> 20) MiB"
        }
      throw Fault("sandbox-plan-invalid", why: why, hint: "shorten the command, the environment or the manifest")
    }
  }

  /// Where the sandbox's own /proc is in the view of pid 1.
  private static func processPath(of operations: [JailOperation]) -> [UInt8] {
    for case .proc(let path, _) in operations { return path }
    return Array("/proc".utf8)
  }
}
