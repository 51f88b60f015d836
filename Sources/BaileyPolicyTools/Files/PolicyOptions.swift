internal import ArgumentParser
internal import BaileyCore
internal import BaileyLinux
internal import BaileyRego
internal import BaileyRegoLibraries

/// What modules and data a tool works on.
struct PolicyOptions: ParsableArguments {
  @Option(
    name: .shortAndLong, help: "A module, a JSON or YAML file or a directory of them; may be repeated.",
    completion: .file())
  var data: [String] = []
  @Option(name: .shortAndLong, help: "A directory that is a bundle; may be repeated.", completion: .directory)
  var bundle: [String] = []
  @Flag(name: .long, help: "Read modules as Rego version 0.")
  var v0Compatible = false
  @Option(name: .long, help: "A capabilities file in OPA's form: only its builtins may be used.", completion: .file())
  var capabilities: String?
  @Option(name: .long, help: "Seconds after which one evaluation ends with an error.")
  var timeout = 10.0

  func validate() throws {
    guard timeout > 0, timeout < 1e6 else { throw ValidationError("a timeout is a number of seconds above 0") }
  }

  var limits: BaileyRego.Limits {
    var limits = BaileyRego.Limits()
    limits.time = Int(timeout * 1e9)
    limits.clock = { Int(Clock.monotonic) }
    return limits
  }

  func files(_ paths: [String] = []) throws(ToolFailure) -> PolicyFiles {
    var files = PolicyFiles()
    files.isVersion1 = !v0Compatible
    for path in data + paths { try files.add(path) }
    for path in bundle { try files.add(path, asBundle: true) }
    files.addLibrary()
    return files
  }

  func registry() throws(ToolFailure) -> Registry {
    guard let capabilities else { return Libraries.registry }
    let text = try PolicyFiles.read(capabilities)
    do { return Libraries.registry.restricted(to: try Capabilities(text)) } catch {
      throw ToolFailure(Fault("policy-data-malformed", subject: capabilities, why: JSONPlace.text(error.message, text)))
    }
  }
}
