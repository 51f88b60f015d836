internal import ArgumentParser
internal import BaileyCore
internal import BaileyRego

struct Why: PolicyTool {
  static let configuration = CommandConfiguration(
    commandName: "why", abstract: "Say why an input is allowed, asked about or denied.",
    discussion: """
      Of the words, those that name files are modules and data; the other one is the query. Without a query the decision is that of all
      documents `deny`, `ask` and `allow`, as the controller makes it: deny over ask over allow, nothing said is a deny, and an error of a
      builtin is one too.

      For every rule that could have allowed, it names the first expression that failed, with its place, its text and the values of its
      operands; for every rule that denied, all its expressions. Then it looks for the smallest change of the input that makes the
      decision another one: each change that it names was evaluated.

      The input may be an entry of the log: its action is decided again, with its time and its chance, and what the log says is shown
      beside it. Only the modules that are named decide: not the floor, the manifest or other layers. `bailey policy why NUMBER`, and
      `bailey policy why --session ID --input FILE`, ask all of these.

      EXAMPLES
        bailey policy why --data policy.rego --input action.json
        bailey policy why 1234
        bailey policy why --session 4f7c --input action.json
        bailey log show --json 1234 | bailey policy why --data /etc/bailey/policy.d --input -
        bailey policy why --data policy.rego --input input.json data.policy.allow
        bailey policy why --json --tries 0 --data Policies --input action.json
      """)

  @OptionGroup var options: ExplainOptions
  @Option(name: .long, help: "How many changed inputs to evaluate at most; 0 looks for no change.")
  var tries = 1000

  @Flag(help: .hidden)
  var allLayers = false

  var isJSON: Bool { options.json }

  func validate() throws {
    guard (0...1_000_000).contains(tries) else { throw ValidationError("--tries is from 0 to 1000000") }
  }

  func execute() throws(ToolFailure) -> Int32 {
    if allLayers { return try explainLayers() }
    let (decision, explained) = try options.read()
    let explanation = explained.explain(decision.document, tries: tries)
    if explained.asksForNothing, explanation.effect == "no", explanation.value == nil { throw missing(explained) }
    var text = WhyText(explanation, files: explained.files, sources: explained.sources)
    text.recorded = decision.recorded
    if isJSON {
      Output.write(text.json + "\n")
    } else {
      explanation.printed.forEach { Output.complain(printable($0)) }
      Output.write(text.text)
    }
    return 0
  }

  /// For `bailey`, which puts what the controller knows into standard input.
  private func explainLayers() throws(ToolFailure) -> Int32 {
    let setting = try DecisionSetting(try PolicyFiles.read("-"))
    var limits = options.policy.limits
    (limits.steps, limits.memory) = (5_000_000, 64 << 20)
    let text = LayeredText(explanation: LayeredExplanation(setting, tries: tries, limits: limits))
    Output.write(isJSON ? text.json + "\n" : text.text)
    return 0
  }

  private func missing(_ policy: ExplainedPolicy) -> ToolFailure {
    let query = QueryWords.optional(options.words).query ?? ""
    let near = Spelling.nearest(to: query, among: policy.documents).map { "did you mean `\($0)`?" }
    return ToolFailure(
      Fault(
        "policy-rule-missing", subject: query, why: "no rule makes this document",
        hint: near ?? "there are \(policy.documents.sorted().prefix(10).joined(separator: ", "))"))
  }
}
