import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Synchronization
import Testing

@testable import BaileySandbox

/// A project, a home and layers in a fresh directory, and sandboxes on them.
final class LaunchFixture: Sendable {
  let scratch: Scratch
  let project: String
  let user = CurrentProcess.user

  init() throws {
    scratch = try Scratch()
    for name in ["project", "upper", "work", "home", "granted", "elsewhere"] { try scratch.directory(name) }
    project = scratch.path + "/project"
    try scratch.write("hi\n", to: "project/hello")
    try scratch.write("secret\n", to: "project/.env")
    try scratch.write("granted\n", to: "granted/file")
    try Descriptor.workingDirectory.setMode(of: scratch.path, 0o755)
  }

  /// Root gives the agent an unprivileged id; everybody else his own.
  var caller: Caller {
    let agent: UInt32 = user == 0 ? 1_879_048_192 : user
    return Caller(
      user: user, group: CurrentProcess.group, agentUser: agent, agentGroup: user == 0 ? agent : CurrentProcess.group,
      name: "tester", home: "/home/tester")
  }

  func request(_ command: [String], terminal: TerminalSize? = nil, masks: [String] = []) -> SandboxRequest {
    SandboxRequest(
      session: .random(),
      workspace: .overlay(
        path: project, lower: project, upper: scratch.path + "/upper", work: scratch.path + "/work"),
      homeDirectory: scratch.path + "/home", homePath: "/home/tester", workingDirectory: project, command: command,
      environment: ["PATH": "/usr/bin:/bin", "TERM": "dumb"], terminal: terminal, manifest: Manifest(), masks: masks,
      caller: caller)
  }

  /// What the jail is told to do, on this host as it is.
  func plan(_ command: [String]) throws -> SandboxPlan {
    let request = request(command)
    let facts = try HostFacts.gather(
      caller: request.caller, environment: request.environment, paths: SandboxPlanner.probes(for: request))
    return try SandboxPlanner.plan(request, facts)
  }

  func launch(_ command: [String], output: Int32? = nil, terminal: TerminalSize? = nil) async throws
    -> any RunningSandbox
  {
    let streams = StandardStreams(input: nil, output: output, error: nil)
    return try await Launcher(jail: Products.path("bailey-jail")).launch(
      request(command, terminal: terminal), streams: streams, observer: Watching())
  }

  /// Runs a shell script to its end and returns what it wrote.
  func shell(_ script: String) async throws -> (text: String, status: SandboxEvent?) {
    let pipe = try Descriptor.pipe().take()
    let sandbox = try await launch(["/bin/sh", "-c", "exec 2>&1; " + script], output: pipe.1)
    let text = try Descriptor(owning: pipe.0).readAll(limit: 1 << 20)
    let status = await sandbox.events.last()
    try await sandbox.kill()
    return (String(decoding: text, as: UTF8.self), status)
  }
}

struct Watching: SandboxObserver {
  func observed(_ event: ObservedEvent) {}
}

extension AsyncStream where Element == SandboxEvent {
  func last() async -> SandboxEvent? {
    var last: SandboxEvent?
    for await event in self { last = event }
    return last
  }
}

/// A program inside that answers each line on its input: the test's hands and eyes in a running session.
final class Shell: Sendable {
  let sandbox: any RunningSandbox
  private let input: Descriptor
  private let output: Descriptor

  init(_ fixture: LaunchFixture) async throws {
    let (theirInput, ours) = try Descriptor.pipe().take()
    let (ourOutput, theirs) = try Descriptor.pipe().take()
    input = Descriptor(owning: ours)
    output = Descriptor(owning: ourOutput)
    sandbox = try await Launcher(jail: Products.path("bailey-jail")).launch(
      fixture.request(["/bin/sh"]), streams: StandardStreams(input: theirInput, output: theirs, error: nil),
      observer: Watching())
  }

  /// What the script prints, standard error included.
  func run(_ script: String) throws -> String {
    try input.writeAll("{ \(script)\n} 2>&1; echo; echo @@@\n")
    var text: [UInt8] = []
    while !text.suffix(4).elementsEqual(Array("@@@\n".utf8)) {
      let part = try output.read(upTo: 4096)
      if part.isEmpty { break }
      text += part
    }
    return String(decoding: text.dropLast(5), as: UTF8.self)
  }
}
