internal import ArgumentParser
internal import BaileyAudit
internal import BaileyCore
internal import BaileyLinux
internal import BaileyWire

struct Recover: LogTool {
  static let configuration = CommandConfiguration(
    commandName: "recover", abstract: "Say why the log does not start, and begin a new one where that is wanted.",
    discussion: """
      The old log is moved aside whole, with its key and heads. The first record of the new log, which has a key of its own, names the old
      head and the reason. Nothing is moved without --yes, or a yes that is typed. Restoring the newest copy of the old log is better, where
      there is one.

      EXAMPLES
        bailey log recover
        bailey log recover --yes
      """)

  @Flag(help: "Begin a new log without asking.")
  var yes = false

  func execute() async throws(Fault) -> Int32 {
    try Places.current().prepare()
    guard let recovery = try LogRecovery.examine(try layout) else {
      Output.write("the log starts; there is nothing to recover")
      return 0
    }
    Output.write("the log does not start: \(recovery.reason)")
    for finding in recovery.findings { Output.write("  \(printable(finding))") }
    guard yes || Self.isAgreed() else {
      Output.complain("nothing was changed; `bailey log recover --yes` begins a new log")
      return 1
    }
    let aside = try await recovery.begin()
    Output.write("the old log is in \(printable(aside)); a new one has begun, and its first record says so")
    Output.write(
      "tell who holds the old log's key, and witnesses, that there is a new one: see \(try layout.verifierKeyFile)")
    return 0
  }

  /// A word, not a key: nobody types it by accident.
  private static func isAgreed() -> Bool {
    guard Descriptor.lending(0, { $0.isTerminal() }) else { return false }
    Output.complain("type yes to move the old log aside and begin a new one:")
    return readLine() == "yes"
  }
}
