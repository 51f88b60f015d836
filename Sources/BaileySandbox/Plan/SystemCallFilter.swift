/// The seccomp filter of every agent process, as finished bytes.
///
/// Native x86-64 only: a foreign architecture kills the process, since its numbers mean other calls; x32 numbers are ENOSYS. Decisions rest on
/// call numbers and register arguments alone; whatever lies in memory is the supervisor's or the namespaces' to decide. See seccomp(2).
package enum SystemCallFilter {
  /// `struct sock_filter[]`; the same for every session, but for those whose reads are recorded.
  package static func program(notifiesReads: Bool = false) throws(BPFError) -> [UInt8] {
    try (notifiesReads ? withReads : assembled).get()
  }

  private static let assembled = Result { () throws(BPFError) in try instructions().flatMap(\.bytes) }
  private static let withReads = Result { () throws(BPFError) in
    try instructions(notifiesReads: true).flatMap(\.bytes)
  }

  enum Answer {
    static let kill: UInt32 = 0x8000_0000
    static let notify: UInt32 = 0x7FC0_0000
    static let allow: UInt32 = 0x7FFF_0000
    static func errno(_ number: Int) -> UInt32 { 0x0005_0000 | UInt32(clamping: number) }
  }

  /// Offsets in `struct seccomp_data`.
  enum Offset {
    static let number: UInt32 = 0
    static let architecture: UInt32 = 4
    /// The low half: what the kernel itself reads of an `int` argument.
    static func argument(_ index: UInt32) -> UInt32 { 16 + 8 * index }
    static func highHalf(_ index: UInt32) -> UInt32 { 20 + 8 * index }
  }

  package static func instructions(notifiesReads: Bool = false) throws(BPFError) -> [BPFInstruction] {
    var assembler = BPFAssembler()
    assembler.load(offset: Offset.architecture)
    assembler.branch(.equal, SystemCallTable.architecture, otherwise: "kill")
    assembler.load(offset: Offset.number)
    assembler.branch(.atLeast, SystemCallTable.x32Bit, then: "errno38")
    let spans = try Self.spans()
    search(spans[...], &assembler)
    for inspection in SystemCallVerdict.Inspection.allCases { write(inspection, notifiesReads, &assembler) }
    writeAnswers(for: spans.map(\.verdict), &assembler)
    return try assembler.assemble()
  }

  /// Neighbouring numbers with one verdict. `first` of the next one ends it; the last has no end.
  struct Span: Equatable {
    var first: UInt32
    var verdict: SystemCallVerdict
  }

  static func verdicts() throws(BPFError) -> [UInt32: SystemCallVerdict] {
    var verdicts: [UInt32: SystemCallVerdict] = [:]
    for group in SystemCallRules.groups {
      for call in group.calls {
        guard let number = SystemCallTable.number(String(call)) else { throw .unknownCall(String(call)) }
        guard verdicts.updateValue(group.verdict, forKey: number) == nil else { throw .callListedTwice(String(call)) }
      }
    }
    return verdicts
  }

  static func spans() throws(BPFError) -> [Span] {
    let verdicts = try verdicts()
    let known = Set(SystemCallTable.numbers.values)
    let last = known.max() ?? 0
    var spans: [Span] = []
    for number in 0...last + 1 {
      let verdict = verdicts[number] ?? .refuse(known.contains(number) ? 1 : 38)
      if spans.last?.verdict != verdict { spans.append(Span(first: number, verdict: verdict)) }
    }
    return spans
  }

  /// A binary search over the spans: eight or nine comparisons for any call.
  private static func search(_ spans: ArraySlice<Span>, _ assembler: inout BPFAssembler) {
    guard spans.count > 1, let lowest = spans.first else {
      if let only = spans.first { assembler.jump(label(only.verdict)) }
      return
    }
    let middle = spans.startIndex + spans.count / 2
    let upper = "from\(spans[middle].first)above\(lowest.first)"
    assembler.branch(.atLeast, spans[middle].first, then: upper)
    search(spans[..<middle], &assembler)
    assembler.label(upper)
    search(spans[middle...], &assembler)
  }

  static func label(_ verdict: SystemCallVerdict) -> String {
    switch verdict {
    case .allow: "allow"
    case .notify: "notify"
    case .refuse(let number): "errno\(number)"
    case .inspect(let inspection): inspection.rawValue
    }
  }

  private static func writeAnswers(for verdicts: [SystemCallVerdict], _ assembler: inout BPFAssembler) {
    var errors: Set<Int> = [0, 1, 38, 93, 94, 97]
    for case .refuse(let number) in verdicts { errors.insert(number) }
    for number in errors.sorted() {
      assembler.label("errno\(number)")
      assembler.answer(Answer.errno(number))
    }
    assembler.label("notify")
    assembler.answer(Answer.notify)
    assembler.label("kill")
    assembler.answer(Answer.kill)
    assembler.label("allow")
    assembler.answer(Answer.allow)
  }
}
