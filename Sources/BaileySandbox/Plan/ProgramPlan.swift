import BaileyCore

/// What is executed at the end: the candidates along PATH, the arguments, the environment.
package struct ProgramPlan {
  package let path: [String]
  package let environment: [String: String]
  /// A sentence for each variable that the manifest or the command line asked for and that was held back.
  let notices: [String]
  private let command: [String]

  private static let standardPath = [
    "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin",
  ]

  init(_ request: SandboxRequest, _ facts: HostFacts, _ view: ViewBuilder) {
    let shown = facts.pathDirectories.filter { view.cover(of: $0).map { !$0.isMemory } ?? false }
    path = shown + Self.standardPath.filter { !shown.contains($0) }
    command = request.command
    var caller = request.caller
    caller.name = SandboxPlanner.insideUser(caller).name
    let made = SessionEnvironment.make(
      caller: caller, session: request.session, environment: request.environment, rules: request.manifest.environment,
      home: request.homePath, path: path, workingDirectory: request.workingDirectory,
      trust: request.trust.map { TrustView($0, facts).variables } ?? [:])
    environment = made.variables
    notices = made.refusals.map { "\($0.name) was not passed: \($0.why)" }
  }

  /// As execvp(3): a name with a slash is a path, any other is looked for along PATH.
  package static func candidates(_ program: String, path: [String]) -> [[UInt8]] {
    if program.utf8.contains(ExactText.slash) { return [Array(program.utf8)] }
    return path.map { Array("\($0)/\(program)".utf8) }
  }

  var operation: JailOperation {
    .execute(
      candidates: Self.candidates(command.first ?? "", path: path), arguments: command.map { Array($0.utf8) },
      environment: environment.sorted { $0.key < $1.key }.map { Array("\($0.key)=\($0.value)".utf8) })
  }
}
