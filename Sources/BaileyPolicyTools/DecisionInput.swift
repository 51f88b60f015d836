internal import BaileyCore
internal import BaileyLinux
internal import BaileyRego

/// What a decision was about: a document, and what stands for clock and chance.
struct DecisionInput {
  /// JSON; nil for none.
  private(set) var document: [UInt8]?
  private(set) var nowNanoseconds = Int(Clock.realTime)
  private(set) var seed: UInt64 = 0
  /// What the log says was decided, where the input is one of its entries.
  private(set) var recorded: String?

  /// An input, an action, or an entry of the log as `bailey log show --json` prints it.
  ///
  /// An action says when it is and what its chance was, so its decision can be repeated; any other input is decided now.
  init(_ text: [UInt8]?) {
    document = text
    let heap = Heap()
    defer { withExtendedLifetime(heap) {} }
    guard let text, let whole = try? JSONReader.read(text, into: heap) else { return }
    let body = Self.body(whole, heap)
    let action = body.child(heap.string("action"))
    if action.tag == .object {
      document = JSONWriter.write(action, escapesHTML: false)
      recorded = Self.recorded(body.child(heap.string("decision")), heap)
    }
    let context = (action.tag == .object ? action : whole).child(heap.string("context"))
    nowNanoseconds = Self.integer("now_ns", context, heap) ?? nowNanoseconds
    seed = UInt64(bitPattern: Int64(Self.integer("seed", context, heap) ?? 0))
  }

  /// The body of a record, with or without what `bailey log` puts around it.
  private static func body(_ value: Value, _ heap: Heap) -> Value {
    let record = value.child(heap.string("record"))
    let body = (record.tag == .object ? record : value).child(heap.string("body"))
    return body.tag == .object ? body : value
  }

  /// `deny: code: sentence (file:line:column); …`.
  private static func recorded(_ decision: Value, _ heap: Heap) -> String? {
    func text(_ value: Value, _ name: String) -> String? {
      let member = value.child(heap.string(name))
      return member.tag == .string ? String(member) : nil
    }
    guard let effect = text(decision, "effect") else { return nil }
    let reasons = decision.child(heap.string("reasons"))
    let words = (reasons.tag == .array ? reasons.items : []).map { reason in
      let place = text(reason, "source").map { " (\($0))" } ?? ""
      return [text(reason, "code"), text(reason, "sentence")].compactMap(\.self).joined(separator: ": ") + place
    }
    return words.isEmpty ? effect : "\(effect): \(words.joined(separator: "; "))"
  }

  private static func integer(_ name: String, _ context: Value, _ heap: Heap) -> Int? {
    let value = context.child(heap.string(name))
    return Int(String(decoding: JSONWriter.write(value, limit: 40), as: UTF8.self))
  }
}

extension ExplainedPolicy {
  /// Compiles what a tool was given; `prepare` it for an input next.
  static func reading(
    _ options: PolicyOptions, _ words: [String], isStrict: Bool
  ) throws(ToolFailure) -> ExplainedPolicy {
    let (query, paths) = QueryWords.optional(words)
    let files = try options.files(paths)
    guard !files.sources.isEmpty else { throw .nothingGiven }
    let registry = try options.registry()
    var limits = BaileyRego.Limits()
    limits.steps = 5_000_000
    limits.memory = 64 << 20
    let policy: ExplainedPolicy
    do throws(CompileFailure) {
      policy = try ExplainedPolicy(files.sources, data: files.json, query: query, registry: registry, limits: limits)
    } catch {
      throw failure(error, files, query)
    }
    guard policy.decides else {
      throw ToolFailure(
        Fault(
          "policy-decision-missing", why: "no package has a document `allow`, `ask` or `deny`",
          hint: "name the query, for instance `data.policy.authorized`"))
    }
    if isStrict { policy.isStrict = true }
    return policy
  }

  private static func failure(_ error: CompileFailure, _ files: PolicyFiles, _ query: String?) -> ToolFailure {
    var diagnosis = Diagnosis(sources: files.sources, query: query.flatMap { try? CapturedQuery($0) })
    diagnosis.queryText = query ?? ""
    if let query, (try? CapturedQuery(query)) == nil {
      // Its file is number 0, which would be that of the first module.
      diagnosis.sources = []
      return ToolFailure(diagnosis.problems(error.errors))
    }
    return ToolFailure(diagnosis.problems(ParseErrors.all(error, files.sources)))
  }

  func prepare(_ input: DecisionInput) {
    nowNanoseconds = input.nowNanoseconds
    seed = input.seed
  }
}
