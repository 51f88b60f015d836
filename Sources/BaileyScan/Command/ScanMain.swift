internal import ArgumentParser
internal import BaileyCore
internal import BaileyLinux

/// Parses, executes, reports; the whole program but `exit`.
package enum ScanMain {
  /// - Parameter arguments: without the program's name.
  /// - Returns: the exit code; see `ScanExit`.
  package static func run(_ arguments: [String]) -> Int32 {
    Descriptor.fillStandardStreams()
    Signals.ignoreBrokenPipes()
    var parsed: any ParsableCommand
    do { parsed = try ScanCommand.parseAsRoot(arguments) } catch { return answer(error) }
    guard let command = parsed as? ScanCommand else {
      do { try parsed.run() } catch { return answer(error) }
      return ScanExit.clean
    }
    do throws(Fault) { return try command.execute() } catch {
      if command.report.chosenFormat == .json {
        _ = try? Output.write(JSON.object(["ok": false, "error": error.json, "v": 1]).shownText + "\n")
      } else {
        Output.tell("bailey: \(error)")
      }
      return ScanExit.failed
    }
  }

  /// Help is an answer; anything else is a usage error, which is 2 and not ArgumentParser's 64.
  private static func answer(_ error: any Error) -> Int32 {
    let text = ScanCommand.fullMessage(for: error)
    guard ScanCommand.exitCode(for: error) == .success else {
      Output.tell(text)
      return ScanExit.failed
    }
    _ = try? Output.write(text.hasSuffix("\n") ? text : text + "\n")
    return ScanExit.clean
  }
}

/// Standard output for results, standard error for everything said to a person.
enum Output {
  static func write(_ text: String) throws(Fault) {
    do throws(Errno) {
      try Descriptor.lending(1) { stream throws(Errno) in try stream.writeAll(text) }
    } catch {
      throw Fault("output-failed", subject: "standard output", why: error.message)
    }
  }

  static func tell(_ text: String) { try? Descriptor.standardError.writeAll(text + "\n") }

  static var isTerminal: Bool { Descriptor.lending(2) { $0.isTerminal() } }
}
