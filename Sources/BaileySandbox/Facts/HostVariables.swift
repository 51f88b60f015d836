/// Variables of the host that mean harm or nothing inside.
enum HostVariables {
  /// Leads to an agent, a display, a bus or a supervisor outside.
  static func isSocket(_ name: String) -> Bool {
    sockets.contains(name)
      || ["DBUS_", "WAYLAND_", "XDG_SESSION_", "SUDO_", "LISTEN_", "BAILEY_"].contains { name.hasPrefix($0) }
  }

  private static let sockets: Set<String> = [
    "SSH_AUTH_SOCK", "SSH_AGENT_PID", "SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY", "GPG_AGENT_INFO", "DISPLAY",
    "XAUTHORITY",
    "XDG_RUNTIME_DIR", "GNOME_KEYRING_CONTROL", "DOCKER_HOST", "CONTAINER_HOST", "KUBECONFIG", "NOTIFY_SOCKET",
    "JOURNAL_STREAM",
    "INVOCATION_ID", "TMUX", "TMUX_PANE", "STY", "WINDOWID", "SESSION_MANAGER", "VSCODE_IPC_HOOK_CLI", "NVIM",
    "PULSE_SERVER",
  ]

  /// Makes the loader, a shell, an interpreter or git run what the caller's files say, or changes where they look.
  static func isLoader(_ name: String) -> Bool {
    loaders.contains(name) || loaderPrefixes.contains { name.hasPrefix($0) } || name.lowercased().hasSuffix("_proxy")
  }

  private static let loaderPrefixes = [
    "LD_", "GIT_", "BASH_FUNC_", "PYTHON", "PERL", "RUBY", "MALLOC_", "GCONV_", "DOTNET_STARTUP",
  ]

  private static let loaders: Set<String> = [
    "BASH_ENV", "ENV", "SHELLOPTS", "BASHOPTS", "PS4", "PROMPT_COMMAND", "IFS", "CDPATH", "GLOBIGNORE", "ZDOTDIR",
    "FPATH",
    "NODE_OPTIONS", "NODE_PATH", "NODE_REPL_EXTERNAL_MODULE", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS",
    "CLASSPATH", "MAVEN_OPTS", "GRADLE_OPTS", "LESSOPEN", "LESSCLOSE", "GLIBC_TUNABLES", "NLSPATH", "HOSTALIASES",
    "RES_OPTIONS",
    "LOCALDOMAIN", "RUSTC_WRAPPER", "RUSTFLAGS", "GOFLAGS", "MAKEFLAGS", "PATH", "HOME", "PWD", "OLDPWD", "SHELL",
    "USER", "LOGNAME",
    "TMPDIR", "PAGER_COMMAND", "BROWSER", "TERMINFO", "TERMINFO_DIRS", "TERMCAP", "LUA_PATH", "LUA_CPATH", "R_PROFILE",
  ]
}
