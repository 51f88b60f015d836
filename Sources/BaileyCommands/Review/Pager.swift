import BaileyCore
import BaileyLinux

/// Shows a long text through the person's pager when standard output is a terminal.
struct Pager {
  var console: Console

  func show(_ text: String) {
    let environment = console.environment
    let command = environment["BAILEY_PAGER"] ?? environment["PAGER"] ?? "less"
    guard Console.isTerminal(1), !command.isEmpty, command != "cat", needsPager(text) else {
      return console.write(text)
    }
    if !page(text, command, environment) { console.write(text) }
  }

  private func needsPager(_ text: String) -> Bool {
    guard let rows = Descriptor.lending(1, { (try? $0.windowSize())?.rows }) else { return false }
    return text.utf8.count { $0 == 0x0A } >= Int(rows)
  }

  /// - Returns: `false` when the pager could not be started.
  private func page(_ text: String, _ command: String, _ environment: [String: String]) -> Bool {
    var environment = environment
    if environment["LESS"] == nil { environment["LESS"] = "FRX" }
    do throws(Errno) {
      let (read, write) = try Descriptor.pipe().take()
      let input = Descriptor(owning: read)
      let output = Descriptor(owning: write)
      let pager = try Program(
        "/bin/sh", arguments: ["-c", "exec " + command], environment: environment, streams: (input.raw, 1, 2)
      ).start()
      Signals.ignoreBrokenPipes()
      try? output.writeAll(text)
      _ = output.take()
      finish(write)
      _ = try? Program.reap(pager, wait: true)
      return true
    } catch {
      return false
    }
  }

  /// Closes our end, so that the pager sees the end of the text.
  private func finish(_ number: Int32) { _ = Descriptor(owning: number) }
}
