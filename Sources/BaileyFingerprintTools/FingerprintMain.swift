internal import ArgumentParser
internal import BaileyCore
internal import BaileyFingerprints
internal import BaileyLinux
internal import BaileyWire

/// `bailey fingerprint`: each tool has its file in Commands/.
struct FingerprintTools: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bailey fingerprint",
    abstract: "Register sources and records that must not leave, and see whether something is of them.",
    discussion: """
      What is registered is kept as keyed hashes below $XDG_STATE_HOME/bailey/fingerprints: nothing of it can be read there.

      EXAMPLES
        bailey fingerprint add ~/src/secret-engine
        bailey fingerprint add ~/templates --boilerplate
        bailey fingerprint add-records customers.csv --primary email
        bailey fingerprint list
        git diff | bailey fingerprint check -
        bailey fingerprint remove secret-engine
      """,
    subcommands: [Add.self, AddRecords.self, List.self, Remove.self, Check.self])
}

/// A tool that ends with an exit code of its own.
protocol FingerprintTool: ParsableCommand {
  var output: OutputOptions { get }
  func execute() throws(Fault) -> Int32
}

extension FingerprintTool {
  var store: FingerprintStore {
    get throws(Fault) { FingerprintStore(stateDirectory: try Places.current().state) }
  }
}

struct OutputOptions: ParsableArguments {
  @Flag(name: .long, help: "Print versioned JSON.")
  var json = false
}

/// Parses, executes, reports; the whole program but `exit`.
package enum FingerprintMain {
  /// - Parameter arguments: without the program's name.
  /// - Returns: 0 done, 1 failure, 2 usage, 3 something registered was found.
  package static func run(_ arguments: [String]) -> Int32 {
    Descriptor.fillStandardStreams()
    var command: any ParsableCommand
    do { command = try FingerprintTools.parseAsRoot(arguments) } catch { return answer(error, arguments) }
    guard let tool = command as? any FingerprintTool else {
      do { try command.run() } catch { return answer(error, arguments) }
      return 0
    }
    do throws(Fault) { return try tool.execute() } catch {
      if tool.output.json {
        Output.write(["ok": false, "error": error.json])
      } else {
        Output.complain("bailey: \(error)")
      }
      return 1
    }
  }

  /// Help is an answer; anything else is a usage error, which is 2 and not ArgumentParser's 64.
  private static func answer(_ error: any Error, _ arguments: [String]) -> Int32 {
    let text = FingerprintTools.fullMessage(for: error)
    guard FingerprintTools.exitCode(for: error) != .success else {
      Output.write(text.hasSuffix("\n") ? text : text + "\n")
      return 0
    }
    let names = FingerprintTools.configuration.subcommands.compactMap { $0._commandName }
    let word = arguments.first { !$0.hasPrefix("-") } ?? ""
    let near = names.contains(word) || word.isEmpty ? nil : Spelling.nearest(to: word, among: names)
    Output.complain(text + (near.map { "\nhint: did you mean `bailey fingerprint \($0)`?" } ?? ""))
    return 2
  }
}

/// Standard output for results, standard error for everything said to a person. A write that fails is dropped: nobody is left to be told.
enum Output {
  static func write(_ text: String) { Descriptor.lending(1) { try? $0.writeAll(Array(text.utf8)) } }

  static func write(_ members: [String: JSON]) {
    write(JSON.object(members.merging(["v": 1]) { own, _ in own }).shownText + "\n")
  }

  static func complain(_ text: String) { tell(text + "\n") }

  static func tell(_ text: String) { Descriptor.lending(2) { try? $0.writeAll(Array(text.utf8)) } }

  static var isTerminal: Bool { Descriptor.lending(2) { $0.isTerminal() } }
}
