package import BaileyCore

/// A kind of file that is run, or read as settings, by something other than the person's own command.
package enum RiskKind: String, Sendable, CaseIterable {
  case gitHook = "git-hook"
  case gitConfig = "git-config"
  case gitRepository = "git-repository"
  case gitAttributes = "git-attributes"
  case gitModules = "git-modules"
  case editorTask = "editor-task"
  case agentSettings = "agent-settings"
  case agentInstructions = "agent-instructions"
  case shellStartup = "shell-startup"
  case environmentFile = "environment-file"
  case toolStartup = "tool-startup"
  case ciWorkflow = "ci-workflow"
  case packageScript = "package-script"
  case packageConfig = "package-config"
  case buildScript = "build-script"
  case baileySettings = "bailey-settings"
  case setuid
  case executable
  case symlinkOut = "symlink-out"
  case specialFile = "special-file"

  package var risk: Risk { Risk(rawValue, sentence) }

  /// Whether taking the file away does harm too: it disarms a check, or loosens a setting.
  var deletionMatters: Bool {
    switch self {
    case .gitHook, .gitConfig, .gitRepository, .gitAttributes, .ciWorkflow, .baileySettings, .agentSettings: true
    default: false
    }
  }

  private var sentence: String {
    switch self {
    case .gitHook: "git runs it at the next commit, checkout, merge or push"
    case .gitConfig: "git reads it at its next command, and its settings can start programs"
    case .gitRepository: "it makes git treat this directory, or another one, as a repository with its own settings"
    case .gitAttributes: "it makes git pass files through filter, diff or merge programs"
    case .gitModules: "it names repositories that git fetches and checks out"
    case .editorTask: "an editor runs or obeys it when the project is opened"
    case .agentSettings: "it sets what an agent may do, or what it starts by itself"
    case .agentInstructions: "agents follow it as instructions, also outside the sandbox"
    case .shellStartup: "a shell runs it when it starts or enters the directory"
    case .environmentFile: "tools read it into their environment"
    case .toolStartup: "an interpreter or tool runs it when it starts here"
    case .ciWorkflow: "a build server runs it, often with secrets"
    case .packageScript: "a package manager runs these scripts by itself"
    case .packageConfig: "a package manager takes its sources, wrappers or plugins from it"
    case .buildScript: "a build, or an editor that loads the project, runs it"
    case .baileySettings: "it sets what Bailey permits in this project"
    case .setuid: "it runs with the rights of its owner or group, whoever starts it"
    case .executable: "it becomes a program that can be started"
    case .symlinkOut: "it leads out of the project, or may"
    case .specialFile: "it is neither a file, a directory nor a symlink"
    }
  }
}
