internal import ArgumentParser
internal import BaileyCore
internal import BaileyLinux
internal import BaileyRego

struct Eval: PolicyTool {
  static let configuration = CommandConfiguration(
    commandName: "eval", abstract: "Evaluate a query.",
    discussion: """
      Of the words, those that name files are modules and data; the other one is the query.

      With --jsonl every line of standard input is an input, and every line of the output the answer to it: {"result": …},
      {"undefined": true} or {"error": …}. The result of `data.a.b` is its value, that of `x := …` is x, and that of a query with several
      variables an object of them. A query with several answers gives {"results": […]}.

      EXAMPLES
        bailey policy eval --data policy.rego --input input.json data.policy.allow
        bailey policy eval --format raw 'sprintf("%05.1f", [3.14159])'
        bailey policy eval --jsonl --data policy.rego data.policy.allow < inputs.jsonl
      """)

  enum Format: String, CaseIterable, ExpressibleByArgument { case json, pretty, raw }

  @OptionGroup var policy: PolicyOptions
  @Option(name: .shortAndLong, help: "The input: a JSON or YAML file, or - for standard input.", completion: .file())
  var input: String?
  @Flag(name: [.customShort("I"), .long], help: "Read the input from standard input.")
  var stdinInput = false
  @Flag(name: .long, help: "An error of a builtin ends the evaluation instead of making its expression undefined.")
  var strictBuiltinErrors = false
  @Flag(name: .long, help: "Answer each line of standard input with a line.")
  var jsonl = false
  @Flag(name: .long, help: "Exit with 1 when there is no answer.")
  var fail = false
  @Option(name: .shortAndLong, help: "json, pretty or raw.")
  var format = Format.json
  @Argument(help: "The query, and files of modules and data.", completion: .file())
  var words: [String]

  var isJSON: Bool { format == .json && !jsonl }

  func execute() throws(ToolFailure) -> Int32 {
    let (query, paths) = QueryWords.split(words)
    guard let query else { throw .noQuery }
    var evaluation = try Evaluation(
      policy.files(paths), query: query, registry: policy.registry(), limits: policy.limits)
    evaluation.isStrict = strictBuiltinErrors
    if jsonl { return LineAnswers(evaluation: evaluation).run() }
    return try single(evaluation)
  }

  private func single(_ evaluation: Evaluation) throws(ToolFailure) -> Int32 {
    let input = try InputFile.read(stdinInput ? "-" : input)
    do throws(RegoError) {
      let text = AnswerText(query: evaluation.query)
      let (shown, isEmpty) = try evaluation.answers(input) { answers, _ in
        switch format {
        case .json: (Array(text.json(answers).utf8), answers.isEmpty)
        case .pretty: (Array(text.pretty(answers).utf8), answers.isEmpty)
        case .raw: (text.raw(answers), answers.isEmpty)
        }
      }
      evaluation.printed.forEach { Output.complain(printable($0)) }
      Output.write(shown)
      return fail && isEmpty ? 1 : 0
    } catch {
      throw ToolFailure([evaluation.problem(error)])
    }
  }
}

/// The input of a query.
enum InputFile {
  /// As JSON; nil when there is none.
  static func read(_ path: String?) throws(ToolFailure) -> [UInt8]? {
    guard let path else { return nil }
    let text = try PolicyFiles.read(path)
    return try Heap.lending { (heap) throws(ToolFailure) in
      JSONWriter.write(try PolicyFiles.document(path, text, heap), escapesHTML: false)
    }
  }
}

/// Which word is the query: the one that names no file.
enum QueryWords {
  static func split(_ words: [String]) -> (query: String?, paths: [String]) {
    let index = words.firstIndex { !isFile($0) } ?? words.indices.last
    guard let index else { return (nil, []) }
    var paths = words
    return (paths.remove(at: index), paths)
  }

  /// Where a query need not be given.
  static func optional(_ words: [String]) -> (query: String?, paths: [String]) {
    words.allSatisfy(isFile) ? (nil, words) : split(words)
  }

  private static func isFile(_ word: String) -> Bool {
    [".rego", ".json", ".yaml", ".yml"].contains { word.hasSuffix($0) } || word.hasSuffix("/")
      || (try? Descriptor.status(of: word, followingLinks: true)) != nil
  }
}
