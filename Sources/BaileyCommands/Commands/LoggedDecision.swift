import BaileyCore
import BaileyLinux
import BaileyWire

/// `bailey policy why 1234`: the entry of the log becomes the tool's input, and the policies in force its modules.
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
    do throws(Errno) {
      let entry = try Descriptor.sealedMemory("bailey-entry", row.json.canonical)
      let program = Program(
        try InstalledProgram.path(of: "bailey-policy"), arguments: [tool, "--input", "-"] + modules() + rest,
        environment: CurrentProcess.environment, streams: (entry.raw, 1, 2))
      guard case .exited(let code)? = try Program.reap(program.start(), wait: true) else { return 1 }
      return code
    } catch {
      throw Failure(
        Fault("policy-tools-missing", why: error.message, hint: "install bailey-policy beside bailey"))
    }
  }

  /// The layers' directories, unless modules are named.
  private func modules() -> [String] {
    let names = ["--data", "-d", "--bundle", "-b"]
    guard !rest.contains(where: { word in names.contains { word == $0 || word.hasPrefix($0 + "=") } }),
      let places = try? Places.current()
    else { return [] }
    return ["/etc/bailey/policy.d", places.configuration + "/policy.d"]
      .filter { (try? Descriptor.status(of: $0, followingLinks: true))?.isDirectory == true }
      .flatMap { ["--data", $0] }
  }
}
