import BaileyHTTP
import BaileyLinux
import BaileyTestSupport
import Glibc

@testable import BaileyAudit
@testable import BaileyCore

/// A verifier and a witness of transparency logs that nobody here wrote: aics-tlog and aics-witness, as scripts/install-tools all puts them.
enum LogTools {
  static let folder = CurrentProcess.variable("BAILEY_LOG_TOOLS") ?? "/var/tmp/bailey-log-tools"

  struct Failed: Error { var why: String }

  static func run(_ name: String, _ arguments: [String]) throws -> Tool.Result {
    let path = "\(folder)/bin/\(name)"
    guard (try? Descriptor.status(of: path, followingLinks: true)) != nil else {
      throw Failed(why: "\(path) is missing: run scripts/install-tools all")
    }
    return try Tool(path).run(arguments)
  }

  static func check(_ name: String, _ arguments: [String]) throws -> String {
    let result = try run(name, arguments)
    guard result.status == 0 else { throw Failed(why: result.output + result.errors) }
    return result.output
  }

  static func freePort() throws -> UInt16 {
    let free = "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])"
    let number = try check("python3", ["-c", free])
    guard let port = UInt16(number.dropLast()) else { throw Failed(why: "no port: \(number)") }
    return port
  }

  /// What a verifier gets of a log: its key and its files.
  static func place(_ layout: LogLayout, _ key: String) -> [String] {
    ["--tiles", layout.directory, "--log-key", key, "--origin", String(key.prefix { $0 != "+" })]
  }
}

/// A witness server as a process of its own, on a port of loopback.
final class RealWitness: @unchecked Sendable {
  let verifierKey: String
  let port: UInt16
  private let configuration: String
  private var process: pid_t = 0

  init(_ folder: String, name: String = "witness.example/w1") throws {
    configuration = folder + "/witness.json"
    try Descriptor.makeDirectories(folder)
    port = try LogTools.freePort()
    let output = try LogTools.check(
      "aics-witness",
      ["init", "--config", configuration, "--name", name, "--listen", "127.0.0.1:\(port)", "--prefix", "/w"])
    guard let key = output.split(whereSeparator: \.isWhitespace).last(where: { $0.hasPrefix(name + "+") }) else {
      throw LogTools.Failed(why: output)
    }
    verifierKey = String(key)
  }

  deinit { stop() }

  func know(_ origin: String, _ key: String) throws {
    _ = try LogTools.check(
      "aics-witness", ["add-log", "--config", configuration, "--origin", origin, "--vkey", key])
  }

  func start() async throws {
    process = try Tool(LogTools.folder + "/bin/aics-witness").startSilently(["serve", "--config", configuration])
    let address = try IPAddress("127.0.0.1")
    var call = HTTPCall(.address(address, port: port), "/w/healthz")
    (call.method, call.headers, call.timeout) = ("GET", ["host": "localhost"], 1000)
    let client = HTTPClient()
    for _ in 0..<300 {
      if let reply = try? await client.call(call), reply.status == 200 || reply.status == 404 { return }
      try await Task.sleep(for: .milliseconds(50))
    }
    throw LogTools.Failed(why: "the witness does not answer")
  }

  func stop() {
    guard process > 0 else { return }
    kill(process, SIGTERM)
    var status: Int32 = 0
    // SAFETY: the status is written during the call only.
    _ = unsafe waitpid(process, &status, 0)
    process = 0
  }

  var policyLine: String { "witness w1 \(verifierKey) http://127.0.0.1:\(port)/w\n" }

  func evidence() throws -> String { try LogTools.check("aics-witness", ["evidence", "--config", configuration]) }
}
