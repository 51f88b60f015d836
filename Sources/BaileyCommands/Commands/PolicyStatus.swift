import ArgumentParser
import BaileyCore
import BaileyWire

/// What `bailey policy` asks the controller instead of the tools.
enum PolicyOrder: String, CaseIterable {
  case status, reload

  private var type: any BaileyCommand.Type { self == .status ? PolicyStatus.self : PolicyReload.self }

  func execute(_ arguments: [String]) throws(Failure) -> Int32 {
    let type = type
    let command: any BaileyCommand
    do {
      var parsed = try type.parseAsRoot(arguments)
      guard let known = parsed as? any BaileyCommand else {
        // The command that gives help.
        try parsed.run()
        return 0
      }
      command = known
    } catch {
      let isAnswer = type.exitCode(for: error) == .success
      let text = type.fullMessage(for: error)
      isAnswer ? Console().write(text + "\n") : Console().insist(text)
      return isAnswer ? 0 : 2
    }
    do throws(Failure) { return try command.execute() } catch {
      if let fault = error.fault { command.console.show(fault) }
      throw Failure(error.code)
    }
  }
}

struct PolicyStatus: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "bailey policy status", abstract: "Show which policies are in force, and what is wrong with new ones.",
    discussion: """
      EXAMPLES
        bailey policy status
        bailey policy status --json

      The exit code is 1 when a layer could not be loaded as it is on disk.
      """)

  @OptionGroup var data: DataOptions
  var console: Console { data.console }

  func execute() throws(Failure) -> Int32 { try PolicyLayers.show(reload: false, console) }
}

struct PolicyReload: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "bailey policy reload", abstract: "Read the policies of the administrator and the person anew.",
    discussion: """
      Each start of a session does so, too; running sessions follow. What is wrong leaves the old policies in force, and the exit code is 1.

      EXAMPLES
        bailey policy reload
      """)

  @OptionGroup var data: DataOptions
  var console: Console { data.console }

  func execute() throws(Failure) -> Int32 { try PolicyLayers.show(reload: true, console) }
}

/// The controller's answer to both.
enum PolicyLayers {
  static func show(reload: Bool, _ console: Console) throws(Failure) -> Int32 {
    guard case .policies(let layers) = try Client.open().ask(.policies(reload: reload)) else { throw .misunderstood }
    let holds = layers.allSatisfy { $0.fault == nil && $0.isLoaded }
    if console.isJSON {
      console.write(["v": 1, "ok": .bool(holds), "layers": .array(layers.map(\.json))])
    } else {
      console.write(layers.map { text($0, console.palette) }.joined())
    }
    return holds ? 0 : 1
  }

  static func text(_ layer: PolicyLayerStatus, _ palette: Palette) -> String {
    let state =
      layer.isLoaded
      ? layer.sha256.isEmpty ? "no policies" : "sha256 \(layer.sha256)" : "not loaded: everything is denied"
    var lines = ["\(printable(layer.name)): \(printable(state))"]
    lines += layer.modules.map { "  module \(printable($0))" }
    lines += layer.bundles.sorted { $0.key < $1.key }.map { name, revision in
      "  bundle \(printable(name))" + (revision.isEmpty ? "" : " revision \(printable(revision))")
    }
    lines += layer.judges.map { "  remote judge \(printable($0))" }
    if let fault = layer.fault {
      lines.append("  " + palette.red(layer.isLoaded ? "not in force: " : "wrong: ") + printable(fault.description))
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
