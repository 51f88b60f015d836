import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Testing

/// Values that rules find; each is made up.
enum Sample {
  static let aws = "AKIAQYLPMN5HHHFPZAM2"
  static let otherAWS = "AKIAQYLPMN5HHHFPZAM3"
  static let awsLine = "key \(aws) end\n"
}

/// A directory, and `bailey scan` run in it as a person does.
struct Fixture {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  var path: String { scratch.path }
  var name: String { String(path.split(separator: "/").last ?? "") }

  func scan(_ arguments: [String], input: String = "", environment: [String: String] = [:]) throws -> Tool.Result {
    var all = Tool.inherited.filter { !$0.key.hasPrefix("GIT_") }
    all["XDG_STATE_HOME"] = path + "-state"
    all.merge(environment) { $1 }
    return try Tool(Products.path("bailey-scan"), environment: all, directory: path).run(arguments, input: input)
  }

  /// The objects of one type that `--json` prints.
  func lines(_ arguments: [String], type: String = "finding") throws -> [JSON] {
    try scan(arguments + ["--json"]).output.split(separator: "\n").map { try JSON.parse(String($0)) }
      .filter { $0["type"]?.string == type }
  }

  /// A script, in the directory.
  @discardableResult
  func sh(_ script: String) throws -> String {
    var environment = Tool.inherited.filter { !$0.key.hasPrefix("GIT_") }
    for role in ["AUTHOR", "COMMITTER"] {
      environment["GIT_\(role)_NAME"] = "Ann"
      environment["GIT_\(role)_EMAIL"] = "ann@corp.test"
      environment["GIT_\(role)_DATE"] = "2024-05-06T07:08:09Z"
    }
    environment["GIT_CONFIG_GLOBAL"] = "/dev/null"
    environment["GIT_CONFIG_NOSYSTEM"] = "1"
    let result = try Tool("/bin/sh", environment: environment, directory: path).run(["-euc", script])
    #expect(result.status == 0, "\(script): \(result.errors)")
    return result.output
  }
}

extension JSON {
  subscript(path keys: String...) -> JSON? { keys.reduce(self) { $0?[$1] } }
}
