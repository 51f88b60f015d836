package import BaileyCore

extension ManifestDocument {
  /// The person's additions on the command line, as the manifest that they amount to.
  ///
  /// - Parameter directory: where relative paths begin: the directory the person is in.
  package static func commandLine(_ options: ManifestOptions, directory: String, home: String) throws(Fault)
    -> ManifestDocument
  {
    var document = ManifestDocument(file: "command line")
    document.workspace = options.mode
    document.manifest.workspace = options.mode ?? .staged
    for host in options.allowHosts { document.manifest.network.append(try rule(host)) }
    for path in options.reads { document.manifest.files.append(try grant(path, .read, "--read", directory, home)) }
    for path in options.writes { document.manifest.files.append(try grant(path, .write, "--write", directory, home)) }
    for text in options.environment { try document.addVariable(text) }
    document.manifest.publish = options.publish
    document.manifest.hostPorts = options.hostPorts
    document.manifest.recording = options.recording
    guard !(options.publish + options.hostPorts).contains(0) else {
      throw Fault("manifest-port", why: "0 is not a port", hint: "a port is a number from 1 to 65535")
    }
    return document
  }

  private static func rule(_ host: String) throws(Fault) -> NetworkRule {
    do {
      return try NetworkSpelling.rule(host, source: SourceLocation(file: "--allow-host"))
    } catch {
      throw Fault(error.code, subject: "--allow-host \(printable(host))", why: error.why, hint: error.hint)
    }
  }

  private static func grant(
    _ path: String, _ access: FileRule.Access, _ option: String, _ directory: String, _ home: String
  ) throws(Fault) -> FileRule {
    do {
      let isRelative = !path.isEmpty && !ExactText(path).isAbsolute && path.utf8.first != UInt8(ascii: "~")
      let normal = try PathSpelling.normal(isRelative ? directory + "/" + path : path, home: home)
      return FileRule(path: normal, access: access, source: SourceLocation(file: option))
    } catch {
      throw Fault("manifest-path", subject: "\(option) \(printable(path))", why: error.why, hint: error.hint)
    }
  }

  /// `NAME` is a name spelled out, so it passes even if it looks secret; `NAME=VALUE` sets; `PREFIX*` passes what looks harmless.
  private mutating func addVariable(_ text: String) throws(Fault) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    let isPrefix = parts.count == 1 && name.hasSuffix("*")
    guard EnvironmentSpelling.isName(isPrefix ? String(name.dropLast()) : name) else {
      throw Fault(
        "manifest-environment-name", subject: "--env", why: "the part before `=` is not the name of a variable",
        hint: "write --env NAME, --env NAME=VALUE or --env PREFIX_*")
    }
    if parts.count == 2 {
      manifest.environment.set[name] = String(parts[1])
    } else if isPrefix {
      manifest.environment.pass.append(name)
    } else {
      manifest.environment.secrets.append(name)
    }
  }
}
