import BaileyLinux
import BaileyTestSupport

/// Runs `bailey policy` as a person does: the built program, its streams and its exit code.
struct Tool {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  struct Result {
    var code: Int32
    var output: String
    var errors: String
  }

  func run(_ arguments: [String], input: String = "", program: String = "bailey-policy") throws -> Result {
    try scratch.write(input, to: "stdin")
    let standardInput = try Descriptor.open(scratch.path + "/stdin")
    let output = try Descriptor.open(scratch.path + "/stdout", [.writeOnly, .create, .truncate])
    let errors = try Descriptor.open(scratch.path + "/stderr", [.writeOnly, .create, .truncate])
    let process = try Program(
      Products.path(program), arguments: arguments, environment: CurrentProcess.environment,
      workingDirectory: scratch.path, streams: (standardInput.raw, output.raw, errors.raw)
    ).start()
    guard case .exited(let code)? = try Program.reap(process, wait: true) else {
      return Result(code: -1, output: "", errors: "it was ended by a signal")
    }
    return Result(code: code, output: try scratch.read("stdout"), errors: try scratch.read("stderr"))
  }
}
