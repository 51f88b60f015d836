import ArgumentParser
import BaileyLinux
import BaileyTestSupport
import Testing

@testable import BaileyCommands

/// A shell with the printed script, and a way to ask it what would complete a line.
private enum CompletingShell: String, CaseIterable {
  case bash, zsh, fish

  var isThere: Bool { (try? Descriptor.status(of: "/usr/bin/" + rawValue, followingLinks: true)) != nil }

  var script: String {
    switch self {
    case .bash: Bailey.completionScript(for: .bash)
    case .zsh: Bailey.completionScript(for: .zsh)
    case .fish: Bailey.completionScript(for: .fish)
    }
  }

  /// - Parameter folder: where the script lies, called `_bailey` as zsh wants it.
  func asking(_ line: String, expecting expected: String, _ folder: String) -> String {
    switch self {
    case .bash:
      """
      source \(folder)/_bailey
      function=$(complete -p bailey | sed 's/.*-F \\([^ ]*\\).*/\\1/')
      COMP_LINE='\(line)' COMP_POINT=\(line.utf8.count)
      read -ra COMP_WORDS <<< "$COMP_LINE"
      COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
      "$function" bailey "${COMP_WORDS[-1]}" "${COMP_WORDS[-2]}"
      printf '%s\\n' "${COMPREPLY[@]}"
      """
    case .fish: "source \(folder)/_bailey; complete -C '\(line)'"
    // The key has no other way in than a terminal.
    case .zsh:
      """
      zmodload zsh/zpty
      zpty shell 'TERM=dumb PS1= zsh -f -i'
      zpty -w shell 'fpath=(\(folder) $fpath); autoload -Uz compinit; compinit -u -D; echo rea""dy'
      zpty -r shell answer '*ready*' && zpty -w -n shell $'\(line)\\t' && zpty -r shell answer '*\(expected)*' && print -r -- "$answer"
      """
    }
  }
}

@Suite("Completion scripts")
struct CompletionTests {
  /// Where a shell is not installed there is nothing to ask; `scripts/install-tools` installs all three.
  @Test(
    "The script loads in its shell, and completes sub-commands and options",
    .enabled(
      if: mustIsolate || CompletingShell.allCases.allSatisfy(\.isThere), "bash, zsh and fish are not all installed"),
    arguments: CompletingShell.allCases)
  fileprivate func completes(_ shell: CompletingShell) throws {
    let scratch = try Scratch()
    try scratch.write(shell.script, to: "_bailey")
    for (line, expected) in [
      ("bailey log ver", "verify"), ("bailey apply --dry", "--dry-run"), ("bailey log list --decision de", "deny"),
      ("bailey log list --verb http", "http.request"), ("bailey log list --unt", "--until"),
      ("bailey log ind", "index"), ("bailey payloads pr", "prune"),
    ] {
      let bare = shell == .fish ? "--no-config" : shell == .zsh ? "-f" : "--norc"
      // A shell that waits for ever is ended: it is no test of time.
      let result = try Tool("/usr/bin/timeout").run(
        ["20", shell.rawValue, bare, "-c", shell.asking(line, expecting: expected, scratch.path)])
      #expect(result.output.contains(expected), "\(shell) \(line): \(result.output) \(result.errors)")
    }
  }
}
