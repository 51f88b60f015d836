internal import ArgumentParser
internal import BaileyCore
internal import BaileyRego

struct Trace: PolicyTool {
  static let configuration = CommandConfiguration(
    commandName: "trace", abstract: "Show an evaluation step by step.",
    discussion: """
      Prints the events of OPA's `--explain`: a rule is entered, an expression is evaluated, fails or is redone, the rule exits; with the
      place, the values of the variables and, where an expression fails, those of its operands. What `print` and `trace` say are notes. Rules
      that the index would pass by, or an early exit, are gone over all the same. Words and the default query are those of `why`.

      EXAMPLES
        bailey policy trace --data policy.rego --input input.json data.policy.allow
        bailey policy trace --fails --data policy.rego --input input.json data.policy.allow
        bailey policy trace --notes --data Policies --input action.json
      """)

  @OptionGroup var options: ExplainOptions
  @Flag(
    help:
      "All events (the default); only what was printed; or only expressions that failed, with the rules that led there."
  )
  var part = TracePart.full
  @Option(name: .long, help: "How many events to keep at most.")
  var limit = 10_000

  var isJSON: Bool { options.json }

  func validate() throws {
    guard (1...1_000_000).contains(limit) else { throw ValidationError("--limit is from 1 to 1000000") }
  }

  func execute() throws(ToolFailure) -> Int32 {
    let (decision, explained) = try options.read()
    let trace = explained.trace(decision.document, most: limit)
    let text = TraceText(trace: part.of(trace), files: explained.files)
    Output.write(isJSON ? text.json + "\n" : text.text)
    if trace.isCut { Output.complain("there are more than \(limit) events: --limit keeps more of them") }
    guard let error = trace.error else { return 0 }
    if !isJSON { Output.complain(text.error(error)) }
    return 1
  }
}

/// Which events are shown.
enum TracePart: String, EnumerableFlag {
  case full, notes, fails

  func of(_ trace: EvaluationTrace) -> EvaluationTrace {
    switch self {
    case .full: trace
    case .notes: trace.only(.note)
    case .fails: trace.only(.fail)
    }
  }
}
