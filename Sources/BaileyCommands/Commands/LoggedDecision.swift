import BaileyCore
import BaileyLinux
import BaileyWire

/// `bailey policy trace 1234`, and `why` with modules: the entry of the log becomes the tool's input, and the directories of the
/// administrator and the person, or what was named, its modules.
///
/// The tool itself does not know the controller.
struct LoggedDecision {
  private let index: UInt64
  private let tool: String
  /// What else the tool was given.
  private let rest: [String]

  /// Nil for arguments that ask for something else.
  init?(_ arguments: [String]) {
    guard arguments.count > 1, let tool = arguments.first, ["why", "trace"].contains(tool),
      let index = UInt64(arguments[1])
    else { return nil }
    self.tool = tool
    self.index = index
    rest = Array(arguments.dropFirst(2))
  }

  /// - Returns: the tool's exit code.
  func explain() throws(Failure) -> Int32 {
    guard case .entry(let row) = try Client.open().ask(.logEntry(index: index)) else { throw .misunderstood }
    return try PolicyProgram.run([tool, "--input", "-"] + modules() + rest, input: row.json.canonical)
  }

  /// Whether the words name modules, which then decide alone.
  static func namesModules(_ words: [String]) -> Bool {
    let names = ["--data", "-d", "--bundle", "-b"]
    return words.contains { word in names.contains { word == $0 || word.hasPrefix($0 + "=") } }
  }

  /// The layers' directories, unless modules are named.
  private func modules() -> [String] {
    guard !Self.namesModules(rest), let places = try? Places.current()
    else { return [] }
    return ["/etc/bailey/policy.d", places.configuration + "/policy.d"]
      .filter { (try? Descriptor.status(of: $0, followingLinks: true))?.isDirectory == true }
      .flatMap { ["--data", $0] }
  }
}
