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
    guard let text, let whole = try? Document(json: text) else { return }
    let body = Self.body(whole)
    let action = body["action"]
    if action.isObject {
      document = action.json(escapesHTML: false)
      recorded = Self.recorded(body["decision"])
    }
    let context = (action.isObject ? action : whole)["context"]
    nowNanoseconds = Self.integer(context["now_ns"]) ?? nowNanoseconds
    seed = UInt64(bitPattern: Int64(Self.integer(context["seed"]) ?? 0))
  }

  /// The body of a record, with or without what `bailey log` puts around it.
  private static func body(_ value: Document) -> Document {
    let record = value["record"]
    let body = (record.isObject ? record : value)["body"]
    return body.isObject ? body : value
  }

  /// `deny: code: sentence (file:line:column); …`.
  private static func recorded(_ decision: Document) -> String? {
    guard let effect = decision["effect"].string else { return nil }
    let reasons = decision["reasons"]
    let count = reasons.read { value, _ in value.tag == .array ? value.count : 0 }
    let words = (0..<count).map { index in
      let reason = reasons.item(index)
      let place = reason["source"].string.map { " (\($0))" } ?? ""
      return [reason["code"], reason["sentence"]].compactMap(\.string).joined(separator: ": ") + place
    }
    return words.isEmpty ? effect : "\(effect): \(words.joined(separator: "; "))"
  }

  private static func integer(_ value: Document) -> Int? {
    Int(String(decoding: value.json(limit: 40), as: UTF8.self))
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
    var limits = options.limits
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
