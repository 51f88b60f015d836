import ArgumentParser
import BaileyCore
import BaileyWire

struct Doctor: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Check what Bailey stands on: kernel, file systems, controller, log.",
    discussion: """
      EXAMPLES
        bailey doctor
        bailey doctor --json

      The exit code is 1 when a check fails.
      """)

  @OptionGroup var data: DataOptions

  var console: Console { data.console }

  func execute() throws(Failure) -> Int32 {
    let checks = checks(try Surroundings.workingDirectory())
    let holds = !checks.contains { $0.state == .fail }
    if console.isJSON {
      console.write(["v": 1, "ok": .bool(holds), "checks": .array(checks.map(\.json))])
    } else {
      console.write(Self.text(checks, console.palette))
    }
    return holds ? 0 : 1
  }

  /// A controller that does not start is the first finding, and not an error of this command.
  private func checks(_ directory: String) -> [HealthFinding] {
    do throws(Failure) {
      guard case .doctor(let checks) = try Client.open().ask(.doctor(directory: directory)) else {
        throw .misunderstood
      }
      return [HealthFinding("controller", .ok, "it runs and answers")] + checks
    } catch {
      let fault = error.fault
      return [
        HealthFinding(
          "controller", .fail, "nothing can be run: \(fault?.why ?? "unknown")",
          fix: fault?.hint)
      ]
    }
  }

  static func text(_ checks: [HealthFinding], _ palette: Palette) -> String {
    checks.map { check in
      let state =
        switch check.state {
        case .ok: palette.green("ok  ")
        case .warn: palette.yellow("warn")
        case .fail: palette.red("fail")
        }
      let fix = check.fix.map { " — " + printable($0) } ?? ""
      return "\(state) \(printable(check.name)) — \(printable(check.consequence))\(fix)\n"
    }.joined()
  }
}
