package import BaileyCore

/// The environment of an agent: made from nothing, with what the rules let through.
///
/// DESIGN.md promise 3: what looks like a secret passes only if the manifest names it one by one under `secrets`.
package struct SessionEnvironment: Sendable, Equatable {
  /// A variable that a rule would have passed and that was held back.
  package struct Refusal: Sendable, Equatable {
    package var name: String
    package var why: String
  }

  package private(set) var variables: [String: String] = [:]
  /// By name, for what a rule named in full; what only a prefix would have passed is left out without a word.
  package private(set) var refusals: [Refusal] = []

  /// Where the sandbox's explicit proxy listens.
  package static let proxy = "http://127.0.0.1:3128"

  /// - Parameters:
  ///   - environment: the caller's, whole.
  ///   - home: the home as the agent sees it.
  ///   - path: directories of PATH that exist in the view, in order.
  ///   - trust: variables that tell programs of the session's authority.
  package static func make(
    caller: Caller, session: SessionID, environment: [String: String], rules: EnvironmentRules, home: String,
    path: [String], workingDirectory: String, trust: [String: String] = [:]
  ) -> SessionEnvironment {
    var result = SessionEnvironment()
    result.addBase(from: environment)
    result.pass(rules, from: environment)
    result.variables["PATH"] = path.isEmpty ? "/usr/local/bin:/usr/bin:/bin" : path.joined(separator: ":")
    result.variables["HOME"] = home
    result.variables["USER"] = caller.name
    result.variables["LOGNAME"] = caller.name
    result.variables["SHELL"] = shell(environment["SHELL"])
    result.variables["PWD"] = workingDirectory
    result.variables["TMPDIR"] = "/tmp"
    result.variables["BAILEY_SESSION"] = session.text
    result.addProxy()
    result.variables.merge(trust) { _, new in new }
    // The manifest's own words come last: they are literal text, shown to the person before the first use.
    for (name, value) in rules.set where isPassable(name, value) { result.variables[name] = value }
    return result
  }

  private mutating func addBase(from environment: [String: String]) {
    for (name, value) in environment where Self.isBase(name) && Self.isPassable(name, value) {
      if SecretShape.isSecret(value: value) == nil { variables[name] = value }
    }
    if variables["TERM"] == nil { variables["TERM"] = "dumb" }
    if variables["LANG"] == nil && variables["LC_ALL"] == nil { variables["LANG"] = "C.UTF-8" }
  }

  private static func isBase(_ name: String) -> Bool {
    ["TERM", "COLORTERM", "LANG", "LANGUAGE", "TZ"].contains(name) || (name.hasPrefix("LC_") && name.utf8.count <= 20)
  }

  private mutating func pass(_ rules: EnvironmentRules, from environment: [String: String]) {
    let exact = Set(rules.pass.filter { !$0.hasSuffix("*") })
    let prefixes = rules.pass.filter { $0.hasSuffix("*") }.map { $0.dropLast() }
    for (name, value) in environment.sorted(by: { $0.key < $1.key }) where Self.isPassable(name, value) {
      let isSecret = rules.secrets.contains(name)
      let isNamed = isSecret || exact.contains(name)
      guard isNamed || prefixes.contains(where: { name.hasPrefix($0) }) else { continue }
      if let why = Self.obstacle(name, value, isSecret: isSecret) {
        if isNamed { refusals.append(Refusal(name: name, why: why)) }
      } else {
        variables[name] = value
      }
    }
  }

  private static func obstacle(_ name: String, _ value: String, isSecret: Bool) -> String? {
    if HostVariables.isSocket(name) { return "it leads to a service of the host, which the sandbox cannot reach" }
    if HostVariables.isLoader(name) { return "it makes programs load code; `environment.set` can set it" }
    if isSecret { return nil }
    if SecretShape.isSecret(name: name) { return "its name looks like a secret's; name it under `environment.secrets`" }
    return SecretShape.isSecret(value: value).map { "its value looks like \($0); name it under `environment.secrets`" }
  }

  /// What execve(2) can carry: a name without `=`, no NUL, at most 128 KiB together (MAX_ARG_STRLEN).
  private static func isPassable(_ name: String, _ value: String) -> Bool {
    !name.isEmpty && !name.utf8.contains(UInt8(ascii: "=")) && !name.utf8.contains(0) && !value.utf8.contains(0)
      && name.utf8.count + value.utf8.count < (128 << 10) - 2
  }

  private static func shell(_ wish: String?) -> String {
    guard let wish, wish.hasPrefix("/bin/") || wish.hasPrefix("/usr/bin/"), !wish.contains("..") else {
      return "/bin/sh"
    }
    return wish
  }

  /// For programs that look at proxy variables, in both spellings; all others are captured without them.
  private mutating func addProxy() {
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
      variables[name] = Self.proxy
      variables[name.lowercased()] = Self.proxy
    }
    for name in ["NO_PROXY", "no_proxy"] { variables[name] = "localhost,127.0.0.1,::1" }
  }
}
