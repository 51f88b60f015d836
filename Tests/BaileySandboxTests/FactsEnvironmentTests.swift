import BaileyCore
import BaileySandbox
import Testing

@Suite struct SessionEnvironmentTests {
  private func make(
    _ environment: [String: String], pass: [String] = [], set: [String: String] = [:], secrets: [String] = []
  ) -> SessionEnvironment {
    var rules = EnvironmentRules()
    rules.pass = pass
    rules.set = set
    rules.secrets = secrets
    let caller = Caller(user: 1, group: 1, agentUser: 1, agentGroup: 1, name: "u", home: "/home/u")
    return .make(
      caller: caller, session: .random(), environment: environment, rules: rules, home: "/home/u",
      path: ["/usr/bin", "/bin"],
      workingDirectory: "/p")
  }

  @Test("Without rules only the base is there, whatever the caller has")
  func base() {
    let made = make([
      "TERM": "xterm", "LC_ALL": "C", "FOO": "x", "PATH": "/evil", "HOME": "/root", "LD_PRELOAD": "x",
      "SHELL": "/bin/bash",
    ])
    #expect(
      Set(made.variables.keys) == [
        "TERM", "LC_ALL", "PATH", "HOME", "USER", "LOGNAME", "SHELL", "PWD", "TMPDIR", "BAILEY_SESSION", "HTTP_PROXY",
        "http_proxy",
        "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy",
      ])
    #expect(
      made.variables["PATH"] == "/usr/bin:/bin" && made.variables["HOME"] == "/home/u"
        && made.variables["SHELL"] == "/bin/bash")
    #expect(made.variables["HTTPS_PROXY"] == "http://127.0.0.1:3128")
  }

  @Test(
    "A secret-looking name passes neither by prefix nor by name, only as a secret",
    arguments: [
      "GITHUB_TOKEN", "MY_SECRET", "DB_PASSWORD", "API_KEY", "OPENAI_API_KEY", "AWS_ACCESS_KEY_ID", "AWS_PROFILE",
      "X_PAT", "DATABASE_URL",
      "npm_config__authToken", "STRIPE_SK", "MYTOKEN", "service_credential", "PGPASSWORD", "VAULT_ADDR", "SSH_KEY_PATH",
    ])
  func secretNames(name: String) {
    #expect(make([name: "v"], pass: ["\(name.prefix(1))*"]).variables[name] == nil)
    let named = make([name: "v"], pass: [name])
    #expect(named.variables[name] == nil && named.refusals.map(\.name) == [name])
    #expect(make([name: "v"], secrets: [name]).variables[name] == "v")
  }

  @Test(
    "A secret-looking value under an innocent name does not pass",
    arguments: [
      "ghp_0123456789abcdef", "sk-ant-0123456789", "AKIAIOSFODNN7EXAMPLE", "xoxb-1234567890",
      "eyJhbGciOiJIUzI1NiJ9.e30.x", "postgres://u:p@h/db",
      "-----BEGIN OPENSSH PRIVATE KEY-----\nx", "\"ghp_0123456789abcdef\"", "glpat-0123456789",
    ])
  func secretValues(value: String) {
    #expect(make(["FOO": value], pass: ["F*"]).variables["FOO"] == nil)
    #expect(make(["FOO": value], pass: ["FOO"]).variables["FOO"] == nil)
    #expect(make(["TZ": value]).variables["TZ"] == nil)
    #expect(make(["FOO": value], secrets: ["FOO"]).variables["FOO"] == value)
  }

  @Test(
    "Loader variables and sockets of the host never pass, not even as secrets",
    arguments: [
      "LD_PRELOAD", "LD_LIBRARY_PATH", "BASH_ENV", "ENV", "NODE_OPTIONS", "PYTHONSTARTUP", "PYTHONPATH",
      "GIT_SSH_COMMAND", "GIT_DIR", "PERL5OPT",
      "RUBYOPT", "JAVA_TOOL_OPTIONS", "BASH_FUNC_x%%", "PROMPT_COMMAND", "SSH_AUTH_SOCK", "DBUS_SESSION_BUS_ADDRESS",
      "DISPLAY", "WAYLAND_DISPLAY",
      "XDG_RUNTIME_DIR", "DOCKER_HOST", "HTTP_PROXY", "ftp_proxy", "GLIBC_TUNABLES", "BAILEY_X",
    ])
  func dangerous(name: String) {
    let made = make([name: "evil"], pass: [name, "\(name.prefix(2))*"], secrets: [name])
    #expect(made.variables[name] != "evil")
    #expect(made.refusals.map(\.name) == [name])
  }

  @Test("What the manifest sets is set, proxy and loader variables included")
  func set() {
    let made = make(
      [:], set: ["NODE_OPTIONS": "--max-old-space-size=4096", "HTTP_PROXY": "", "A=B": "x", "N": "a\u{0}b"])
    #expect(made.variables["NODE_OPTIONS"] == "--max-old-space-size=4096" && made.variables["HTTP_PROXY"] == "")
    #expect(made.variables["A=B"] == nil && made.variables["N"] == nil)
  }

  @Test(
    "Ordinary variables pass by name and by prefix",
    arguments: [("EDITOR", "EDITOR"), ("LESS", "LE*"), ("CI", "CI"), ("MY_APP_MODE", "MY_APP_*")])
  func ordinary(name: String, rule: String) {
    #expect(make([name: "v"], pass: [rule]).variables[name] == "v")
  }

  @Test("A shell from elsewhere is not believed", arguments: ["/tmp/sh", "/home/u/sh", "bash", "/bin/../tmp/sh", ""])
  func shell(path: String) {
    #expect(make(["SHELL": path]).variables["SHELL"] == "/bin/sh")
  }
}
