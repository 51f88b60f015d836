import ArgumentParser
import BaileyCore
import BaileyLinux

/// The scanner is a program of its own: it needs libraries that this one stays without.
struct Scan: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "scan", abstract: "Find secrets and personal data in files, directories, git histories and streams.",
    discussion: """
      Everything after `scan` goes to the program bailey-scan; `bailey scan --help` is its help.

      EXAMPLES
        bailey scan
        bailey scan src --min-tier certain
        git diff | bailey scan -
        bailey scan --git
        bailey scan --staged
        bailey scan --format sarif -o scan.sarif
      """)

  @Argument(
    parsing: .captureForPassthrough, help: "Files and directories, and options of bailey-scan.", completion: .file())
  var arguments: [String] = []

  var console: Console { Console() }

  /// Returns only when it fails: otherwise this process becomes the scanner.
  func execute() throws(Failure) -> Int32 { try InstalledProgram.become("bailey-scan", arguments) }
}
