import ArgumentParser
import BaileyCore
import BaileyLinux

/// The tools are a program of their own: they need libraries that this one stays without.
struct Policy: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "policy", abstract: "Check, test, format, evaluate and explain policies in Rego.",
    discussion: """
      `status` and `reload` ask the controller. Everything else after `policy` goes to the program bailey-policy; `bailey policy --help` is its
      help. `why NUMBER` explains an entry of the log by the policies of all layers, with the manifest of its session, and `why --session ID
      --input FILE` an action that a session could ask for. `trace NUMBER` goes through the modules of the administrator and the person.

      EXAMPLES
        bailey policy check Policies
        bailey policy test Policies --coverage
        bailey policy fmt --write Policies
        bailey policy eval --data policy.rego --input input.json data.policy.allow
        bailey policy why --data policy.rego --input input.json
        bailey policy why 1234
        bailey policy why --session 4f7c --input action.json
        bailey policy bundle build Policies --revision 7 --output policies.tar.gz
        bailey policy status
        bailey policy reload
      """)

  /// What `bailey completion` offers for the first word.
  static let tools = [
    "init", "check", "test", "fmt", "eval", "why", "trace", "bench", "conform", "bundle", "status", "reload",
  ]

  @Argument(
    parsing: .captureForPassthrough, help: "One of \(tools.joined(separator: ", ")), and what it takes.",
    completion: .list(tools))
  var arguments: [String] = []

  var console: Console { Console() }

  /// Returns only when it fails, or for an entry of the log: otherwise this process becomes the tool.
  func execute() throws(Failure) -> Int32 {
    if let order = arguments.first.flatMap(PolicyOrder.init) { return try order.execute(Array(arguments.dropFirst())) }
    if let question = try LayeredQuestion(arguments) { return try question.explain() }
    if let decision = LoggedDecision(arguments) { return try decision.explain() }
    return try InstalledProgram.become("bailey-policy", arguments)
  }
}
