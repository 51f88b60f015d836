internal import ArgumentParser
internal import BaileyCore
internal import BaileyLinux

/// `bailey policy`: each tool has its file in Commands/.
struct PolicyTools: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bailey policy",
    abstract: "Check, test, format, evaluate and explain policies in Rego.",
    discussion: """
      EXAMPLES
        bailey policy init --template coding
        bailey policy check Policies
        bailey policy test Policies --coverage
        bailey policy eval --data policy.rego --input input.json data.policy.allow
        bailey policy why --data policy.rego --input input.json
        bailey policy bundle build Policies --revision 7 --output policies.tar.gz
      """,
    subcommands: [
      Init.self, Check.self, Test.self, Fmt.self, Eval.self, Why.self, Trace.self, Bench.self, Conform.self,
      BundleTool.self,
    ])
}

/// A tool that ends with an exit code of its own.
protocol PolicyTool: ParsableCommand {
  var isJSON: Bool { get }
  func execute() throws(ToolFailure) -> Int32
}

extension PolicyTool {
  var isJSON: Bool { false }
}

/// Parses, executes, reports; the whole program but `exit`.
package enum PolicyMain {
  /// - Parameter arguments: without the program's name.
  /// - Returns: the exit code: 0 done, 1 failure, 2 usage.
  package static func run(_ arguments: [String]) -> Int32 {
    Descriptor.fillStandardStreams()
    var command: any ParsableCommand
    do { command = try PolicyTools.parseAsRoot(arguments) } catch { return refuse(error, arguments) }
    guard let tool = command as? any PolicyTool else {
      do { try command.run() } catch { return refuse(error, arguments) }
      return 0
    }
    do throws(ToolFailure) {
      return try tool.execute()
    } catch {
      error.report(asJSON: tool.isJSON)
      return 1
    }
  }

  /// Help is an answer; anything else is a usage error, which is 2 and not ArgumentParser's 64.
  private static func refuse(_ error: any Error, _ arguments: [String]) -> Int32 {
    let text = PolicyTools.fullMessage(for: error)
    guard PolicyTools.exitCode(for: error) != .success else {
      Output.write(text.hasSuffix("\n") ? text : text + "\n")
      return 0
    }
    let names = PolicyTools.configuration.subcommands.compactMap { $0._commandName }
    var hint = ""
    if let word = arguments.first, !word.hasPrefix("-"), !names.contains(word),
      let near = Spelling.nearest(to: word, among: names)
    {
      hint = "\nhint: did you mean `bailey policy \(near)`?"
    }
    Output.complain(text + hint)
    return 2
  }
}
