internal import ArgumentParser
internal import BaileyAudit
internal import BaileyCore
internal import BaileyLinux
internal import BaileyWire

/// What is done with a log without its controller: proofs are made and checked from files, a log that does not start is put aside.
struct LogTools: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bailey log",
    abstract: "Prove records, check proofs, and begin a new log where the old one cannot go on.",
    subcommands: [Prove.self, Verify.self, Recover.self, Evidence.self, VerifyEvidence.self])
}

/// A tool that ends with an exit code of its own.
protocol LogTool: ParsableCommand {
  func execute() async throws(Fault) -> Int32
}

extension LogTool {
  var layout: LogLayout {
    get throws(Fault) { LogLayout(stateDirectory: try Places.current().state) }
  }
}

/// Parses, executes, reports; the whole program but `exit`.
package enum LogToolsMain {
  /// - Parameter arguments: without the program's name.
  /// - Returns: 0 done, 1 failure, 2 usage, 6 does not verify.
  package static func run(_ arguments: [String]) async -> Int32 {
    Descriptor.fillStandardStreams()
    var command: any ParsableCommand
    do { command = try LogTools.parseAsRoot(arguments) } catch { return answer(error) }
    guard let tool = command as? any LogTool else {
      do { try command.run() } catch { return answer(error) }
      return 0
    }
    do throws(Fault) { return try await tool.execute() } catch {
      if arguments.contains("--json") {
        Output.write(JSON.object(["ok": false, "error": error.json, "v": 1]).shownText)
      } else {
        Output.complain("bailey: \(error)")
      }
      return 1
    }
  }

  /// Help is an answer; anything else is a usage error, which is 2 and not ArgumentParser's 64.
  private static func answer(_ error: any Error) -> Int32 {
    let text = LogTools.fullMessage(for: error)
    guard LogTools.exitCode(for: error) == .success else {
      Output.complain(text)
      return 2
    }
    Output.write(Array(text.utf8) + (text.hasSuffix("\n") ? [] : [0x0A]))
    return 0
  }
}

enum Output {
  static func write(_ bytes: [UInt8]) { Descriptor.lending(1) { try? $0.writeAll(bytes) } }
  static func write(_ text: String) { write(Array((text + "\n").utf8)) }
  static func tell(_ text: String) { try? Descriptor.standardError.writeAll(text) }
  static var isTerminal: Bool { Descriptor.lending(2) { $0.isTerminal() } }
  static func complain(_ text: String) { try? Descriptor.standardError.writeAll(text + "\n") }
}

/// Files that a person names.
enum LogFile {
  static let badKey = Fault(
    "log-key-invalid", why: "--key is no Ed25519 or ECDSA key of a log", hint: "it has the form NAME+HASH+KEY")

  static func read(_ path: String, limit: Int) throws(Fault) -> [UInt8] {
    do throws(Errno) {
      guard let file = try WholeFile.read(path, limit: limit) else { throw .noSuchFile }
      return file.bytes
    } catch {
      throw Fault("log-file-unreadable", subject: path, why: error.message)
    }
  }
}
