import ArgumentParser

struct Completion: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "completion", abstract: "Print a completion script for a shell.",
    discussion: """
      EXAMPLES
        bailey completion bash > ~/.local/share/bash-completion/completions/bailey
        bailey completion zsh > ~/.zfunc/_bailey
        bailey completion fish > ~/.config/fish/completions/bailey.fish
      """)

  enum Shell: String, CaseIterable, ExpressibleByArgument { case bash, zsh, fish }

  @Argument(help: "bash, zsh or fish.")
  var shell: Shell

  var console: Console { Console() }

  func execute() throws(Failure) -> Int32 {
    let script =
      switch shell {
      case .bash: Bailey.completionScript(for: .bash)
      case .zsh: Bailey.completionScript(for: .zsh)
      case .fish: Bailey.completionScript(for: .fish)
      }
    console.write(script + "\n")
    return 0
  }
}
