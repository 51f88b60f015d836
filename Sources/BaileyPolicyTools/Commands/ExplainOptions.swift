internal import ArgumentParser
internal import BaileyRego

/// What `why` and `trace` have in common: a policy, and the input that it is asked about.
struct ExplainOptions: ParsableArguments {
  @OptionGroup var policy: PolicyOptions
  @Option(name: .shortAndLong, help: "The input: a JSON or YAML file, or - for standard input.", completion: .file())
  var input: String?
  @Flag(name: .long, help: "An error of a builtin ends the evaluation; without a query it always does.")
  var strictBuiltinErrors = false
  @Flag(name: .long, help: "Print versioned JSON.")
  var json = false
  @Argument(help: "The query, and files of modules and data.", completion: .file())
  var words: [String] = []

  /// Reads both, and has the policy decide at the input's time.
  func read() throws(ToolFailure) -> (DecisionInput, ExplainedPolicy) {
    let decision = DecisionInput(try InputFile.read(input))
    let explained = try ExplainedPolicy.reading(policy, words, isStrict: strictBuiltinErrors)
    explained.prepare(decision)
    return (decision, explained)
  }
}
