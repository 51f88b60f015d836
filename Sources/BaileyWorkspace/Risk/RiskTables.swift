/// Names that mean something to tools, folded. One list a kind, so that a missing name is a one-word change.
///
/// Sources: the tools' own documentation; CVE-2025-59536, CVE-2026-25725, CVE-2025-61260 and rivals.md sections 7 and 9 for what was used.
enum RiskTables {
  /// A file of this name, in any directory.
  static let files: [String: RiskKind] = table([
    .gitModules: [".gitmodules"],
    .gitHook: [
      ".pre-commit-config.yaml", ".pre-commit-config.yml", ".pre-commit-hooks.yaml", "lefthook.yml", "lefthook.yaml",
      "lefthook.toml", "lefthook.json", ".lefthook.yml", ".lefthook.yaml", ".lefthook.toml", "lefthook-local.yml",
      ".overcommit.yml", ".huskyrc", ".huskyrc.json", ".huskyrc.js", ".lintstagedrc", ".lintstagedrc.json",
      ".simple-git-hooks.json", ".simple-git-hooks.js", ".czrc", "captainhook.json", "grumphp.yml", "prek.toml",
    ],
    .gitConfig: [".gitconfig", ".lfsconfig"],
    .editorTask: [
      ".vimrc", ".gvimrc", ".exrc", ".nvimrc", ".nexrc", ".nvim.lua", ".lvimrc", ".vim-bookmarks", ".local.vimrc",
      ".dir-locals.el", ".dir-locals-2.el", ".emacs", ".projectile", ".kak", ".kakrc", ".neoconf.json",
      ".ycm_extra_conf.py",
      ".project", ".classpath", "tasks.vs.json", "launch.vs.json", "devcontainer.json", ".gitpod.yml",
      "coc-settings.json",
    ],
    .agentSettings: [
      ".mcp.json", "mcp.json", ".claude.json", ".cursorrules", ".cursorignore", ".windsurfrules", ".clinerules",
      ".goosehints", ".roomodes", ".roorules", "opencode.json", "opencode.jsonc", "crush.json", ".crush.json",
      ".aiderignore", ".geminiignore", ".codexrc", ".continuerc.json", ".rules", ".mini-swe-agent.yaml", "gptme.toml",
      ".worktreeinclude", "mcp_settings.json",
    ],
    .agentInstructions: [
      "agents.md", "agent.md", "claude.md", "claude.local.md", "gemini.md", "qwen.md", "codex.md", "agents.override.md",
      "copilot-instructions.md", "warp.md", "crush.md", "opencode.md", "goose.md", "llms.txt", "skill.md",
    ],
    .shellStartup: [
      ".envrc", ".direnvrc", ".bashrc", ".bash_profile", ".bash_login", ".bash_logout", ".bash_aliases", ".profile",
      ".zshrc", ".zshenv", ".zprofile", ".zlogin", ".zlogout", ".kshrc", ".mkshrc", ".cshrc", ".tcshrc", ".login",
      ".logout", ".inputrc", "config.fish", ".autoenv", ".autoenv.zsh", ".autoenv_leave.zsh", ".tool-versions",
      "mise.toml",
      ".mise.toml", "mise.local.toml", ".mise.local.toml", ".rtx.toml", "devbox.json", "devenv.nix", "devenv.yaml",
      "flake.nix",
      "shell.nix", ".xprofile", ".xinitrc", ".xsession", ".pam_environment",
    ],
    .environmentFile: [".env", ".flaskenv", ".dev.vars"],
    .toolStartup: [
      ".gdbinit", ".lldbinit", ".pdbrc", ".pdbrc.py", ".irbrc", ".pryrc", ".rprofile", ".renviron", ".pythonrc",
      ".pythonrc.py",
      "sitecustomize.py", "usercustomize.py", ".tmux.conf", ".screenrc", ".curlrc", ".wgetrc", ".sqliterc", ".psqlrc",
      ".perltidyrc", ".rspec", ".watchmanconfig", ".noderc", ".ackrc", ".ripgreprc",
    ],
    .ciWorkflow: [
      ".gitlab-ci.yml", ".gitlab-ci.yaml", "jenkinsfile", ".drone.yml", ".drone.yaml", ".drone.star", ".drone.jsonnet",
      ".travis.yml", ".travis.yaml", "appveyor.yml", ".appveyor.yml", "bitbucket-pipelines.yml", ".woodpecker.yml",
      ".woodpecker.yaml", ".cirrus.yml", ".cirrus.star", "cloudbuild.yaml", "cloudbuild.yml", "codefresh.yml",
      "wercker.yml",
      ".build.yml", "buildspec.yml", "buildspec.yaml", "dagger.json", "earthfile", "netlify.toml", "vercel.json",
      "render.yaml",
      "codemagic.yaml", "bitrise.yml", ".semaphore.yml", "renovate.json", ".goreleaser.yml", ".goreleaser.yaml",
    ],
    .packageConfig: [
      ".npmrc", ".yarnrc", ".yarnrc.yml", ".pnpmfile.cjs", ".pnpmfile.js", ".pnpmfile.mjs", "pnpm-workspace.yaml",
      "bunfig.toml",
      "pip.conf", "pip.ini", ".pypirc", ".pydistutils.cfg", "uv.toml", "poetry.toml", ".condarc", ".gemrc",
      "nuget.config",
      "rust-toolchain", "rust-toolchain.toml", ".bazelrc", ".bazeliskrc", "gradle-wrapper.properties",
      "gradle-wrapper.jar",
      "gradle.properties", "maven-wrapper.properties", "maven-wrapper.jar", ".sdkmanrc", ".corepack.env", ".netrc",
    ],
    .buildScript: [
      "makefile", "gnumakefile", "bsdmakefile", "build.rs", "setup.py", "build.gradle", "build.gradle.kts",
      "settings.gradle", "settings.gradle.kts", "init.gradle", "gradlew", "gradlew.bat", "mvnw", "mvnw.cmd",
      "binding.gyp",
      "extconf.rb", "rakefile", "justfile", ".justfile", "taskfile.yml", "taskfile.yaml", "noxfile.py", "vagrantfile",
      "directory.build.props", "directory.build.targets",
    ],
  ])

  /// Anything below a directory of this name, or that name itself where it is no directory.
  static let directories: [String: RiskKind] = table([
    .gitHook: [".husky", ".githooks", ".git-hooks", ".hooks", ".lefthook", ".lefthook-local", ".git_hooks"],
    .editorTask: [
      ".vscode", ".vscode-server", ".idea", ".run", ".vim", ".nvim", ".zed", ".fleet", ".helix", ".devcontainer", ".vs",
      ".settings", ".externaltoolbuilders", ".theia", ".emacs.d", "nbproject", ".kakoune", ".sublime", ".nova",
    ],
    .agentSettings: [
      ".claude", ".claude-plugin", ".codex", ".cursor", ".gemini", ".continue", ".cline", ".clinerules", ".roo",
      ".windsurf", ".goose",
      ".opencode", ".crush", ".amazonq", ".kiro", ".junie", ".augment", ".copilot", ".trae", ".qwen", ".factory",
      ".openhands",
      ".agents", ".agent", ".mcp", ".kilocode", ".kilo", ".vibe", ".mini", ".gptme", ".devin", ".rules",
    ],
    .shellStartup: [".direnv", ".mise", ".shadowenv.d", ".config", ".bashrc.d", ".zsh", ".oh-my-zsh"],
    .ciWorkflow: [
      ".circleci", ".buildkite", ".azure-pipelines", ".woodpecker", ".semaphore", ".teamcity", ".tekton", ".harness",
      ".builds",
      ".ci", ".gitlab", ".drone", ".dagger", ".jenkins",
    ],
    .packageConfig: [".cargo", ".mvn", ".bundle", ".npm", ".pip"],
    .toolStartup: [".ipython", ".jupyter", ".ssh", ".gnupg", ".aws", ".kube", ".docker"],
    .baileySettings: [".bailey"],
  ])

  /// Two components that mean something together.
  static let pairs: [String: RiskKind] = [
    ".github/workflows": .ciWorkflow, ".github/actions": .ciWorkflow, ".gitea/workflows": .ciWorkflow,
    ".forgejo/workflows": .ciWorkflow, ".github/instructions": .agentInstructions,
    ".github/prompts": .agentInstructions,
    ".github/agents": .agentSettings, ".github/hooks": .agentSettings, ".github/chatmodes": .agentSettings,
    ".github/skills": .agentInstructions, ".github/dependabot.yml": .ciWorkflow, ".github/copilot": .agentSettings,
    "gradle/wrapper": .packageConfig, ".yarn/releases": .packageConfig, ".yarn/plugins": .packageConfig,
    ".yarn/sdks": .editorTask, ".lfs/config": .gitConfig,
  ]

  static let prefixes: [(String, RiskKind)] = [
    (".env.", .environmentFile), ("azure-pipelines", .ciWorkflow), ("jenkinsfile", .ciWorkflow),
    (".aider", .agentSettings),
    (".lintstagedrc.", .gitHook), (".mise.", .shellStartup),
  ]

  static let suffixes: [(String, RiskKind)] = [
    (".code-workspace", .editorTask), (".sublime-project", .editorTask), (".run.xml", .editorTask),
    (".iml", .editorTask),
    (".pth", .toolStartup), (".csproj.user", .editorTask), (".vcxproj.user", .editorTask), (".xcscheme", .editorTask),
    (".mdc", .agentInstructions), (".gitlab-ci.yml", .ciWorkflow),
  ]

  /// Hooks that git knows by name (githooks(5)): a bare repository may hold them in any directory named `hooks`.
  static let hookNames: Set<String> = [
    "applypatch-msg", "pre-applypatch", "post-applypatch", "pre-commit", "pre-merge-commit", "prepare-commit-msg",
    "commit-msg",
    "post-commit", "pre-rebase", "post-checkout", "post-merge", "pre-push", "pre-receive", "update", "proc-receive",
    "post-receive",
    "post-update", "reference-transaction", "push-to-checkout", "pre-auto-gc", "post-rewrite", "sendemail-validate",
    "fsmonitor-watchman", "post-index-change", "p4-changelist", "p4-prepare-changelist", "p4-post-changelist",
    "p4-pre-submit",
  ]

  private static func table(_ kinds: [RiskKind: [String]]) -> [String: RiskKind] {
    var result: [String: RiskKind] = [:]
    for (kind, names) in kinds {
      for name in names { result[name] = kind }
    }
    return result
  }
}
