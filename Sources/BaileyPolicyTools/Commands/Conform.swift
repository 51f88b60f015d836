internal import ArgumentParser
internal import BaileyCore
internal import BaileyLinux
internal import BaileyRego

struct Conform: PolicyTool {
  static let configuration = CommandConfiguration(
    commandName: "conform", abstract: "Run cases that OPA answered, and count.",
    discussion: """
      Reads every .json file below a directory: OPA's own suite, or calls of builtins with OPA's answers. Prints `N passed, N failed`, and
      exits with 1 when a case fails. Cases of builtins that are refused here (http.send and the like) fail.

      EXAMPLES
        bailey policy conform vectors/rego/opa-v1
        bailey policy conform --verbose vectors/rego/extra
      """)

  @Flag(name: .shortAndLong, help: "Name each case that fails, and why.")
  var verbose = false
  @Flag(name: .long, help: "Read modules as Rego version 0.")
  var v0Compatible = false
  @Argument(help: "Directories or files of cases.", completion: .file())
  var paths: [String]

  func execute() throws(ToolFailure) -> Int32 {
    var tally = Tally(isVerbose: verbose)
    for path in paths { try visit(path, depth: 0, &tally) }
    guard tally.passed + tally.failed > 0 else {
      throw ToolFailure(Fault("policy-files-missing", subject: paths.first, why: "there are no cases in it"))
    }
    Output.write("\(tally.passed) passed, \(tally.failed) failed\n")
    if tally.refused > 0 { Output.complain("\(tally.refused) of the failures call builtins that are refused here") }
    return tally.failed == 0 ? 0 : 1
  }

  private func visit(_ path: String, depth: Int, _ tally: inout Tally) throws(ToolFailure) {
    let status: FileStatus
    do { status = try Descriptor.status(of: path, followingLinks: true) } catch {
      throw PolicyFiles.unreadable(path, error)
    }
    guard status.isDirectory, depth < 32 else { return try runFile(path, &tally) }
    let entries: [DirectoryEntry]
    do { entries = try Descriptor.entries(of: path) } catch { throw PolicyFiles.unreadable(path, error) }
    for entry in entries.sorted(by: { $0.text < $1.text }) where entry.name.first != 0x2E {
      guard entry.type == .directory || entry.text.hasSuffix(".json") else { continue }
      try visit(path + (path.hasSuffix("/") ? "" : "/") + entry.text, depth: depth + 1, &tally)
    }
  }

  private func runFile(_ path: String, _ tally: inout Tally) throws(ToolFailure) {
    let text = try PolicyFiles.read(path)
    do throws(RegoError) {
      guard var file = try VectorFile(name: path, text: text) else {
        return Output.complain("\(printable(path)): no cases in it")
      }
      file.isVersion1 = !v0Compatible
      file.run { tally.add($0, $1) }
    } catch {
      tally.add(path, JSONPlace.text(error.message, text))
    }
  }
}

/// Counts, and names what fails.
struct Tally {
  var isVerbose: Bool
  private(set) var passed = 0
  private(set) var failed = 0
  /// Of those that failed: cases of builtins that are refused for good.
  private(set) var refused = 0

  init(isVerbose: Bool) { self.isVerbose = isVerbose }

  mutating func add(_ name: String, _ failure: String?) {
    guard let failure else {
      passed += 1
      return
    }
    failed += 1
    if failure.contains(": refused here: ") { refused += 1 }
    if isVerbose { Output.write("FAIL \(printable(name)): \(printable(String(failure.prefix(2000))))\n") }
  }
}
