internal import ArgumentParser
internal import BaileyCore
internal import BaileyLinux
internal import BaileyRego

struct Fmt: PolicyTool {
  static let configuration = CommandConfiguration(
    commandName: "fmt", abstract: "Lay modules out as `opa fmt` does.",
    discussion: """
      Without options the new text is printed. Without a path, or with -, standard input is read.

      EXAMPLES
        bailey policy fmt --write Policies
        bailey policy fmt --diff policy.rego
        bailey policy fmt --check Policies        exits with 1 when a file would change
      """)

  @Flag(name: .shortAndLong, help: "Replace the files.")
  var write = false
  @Flag(name: .shortAndLong, help: "Print what would change.")
  var diff = false
  @Flag(name: .shortAndLong, help: "Print the names of the files that would change.")
  var list = false
  @Flag(name: .long, help: "Exit with 1 when a file would change.")
  var check = false
  @Flag(name: .long, help: "The modules are Rego version 0, and stay so.")
  var v0Compatible = false
  @Flag(name: .long, help: "The modules are Rego version 0, and become such that both versions read.")
  var v0V1 = false
  @Argument(help: "Modules and directories of them.", completion: .file())
  var paths: [String] = []

  func execute() throws(ToolFailure) -> Int32 {
    var (failure, hasChanges) = (ToolFailure([Problem]()), false)
    for source in try sources() {
      let new: [UInt8]
      do throws(RegoError) {
        new = try Formatter.format(source.text, version: v0V1 ? .v0ToV1 : v0Compatible ? .v0 : .v1)
      } catch {
        failure.problems.append(Diagnosis(sources: [source]).problem(error))
        continue
      }
      hasChanges = hasChanges || new != source.text
      try handle(source, new)
    }
    if !failure.problems.isEmpty { throw failure }
    return check && hasChanges ? 1 : 0
  }

  private func sources() throws(ToolFailure) -> [Source] {
    if paths.isEmpty || paths == ["-"] { return [Source(name: "-", text: try PolicyFiles.read("-"))] }
    var files = PolicyFiles()
    files.readsData = false
    for path in paths { try files.add(path) }
    return files.sources
  }

  private func handle(_ source: Source, _ new: [UInt8]) throws(ToolFailure) {
    let isSame = new == source.text
    if list, !isSame { Output.write(printable(source.name) + "\n") }
    if diff, !isSame { Output.write(difference(source, new)) }
    if write, source.name != "-" {
      if isSame { return }
      do { try FileReplacement.replace(source.name, with: new) } catch {
        throw ToolFailure(Fault("policy-file-unwritable", subject: source.name, why: error.message))
      }
    } else if !list, !diff, !check {
      Output.write(new)
    }
  }

  private func difference(_ source: Source, _ new: [UInt8]) -> String {
    let name = printable(source.name)
    return "--- \(name)\n+++ \(name)\n" + LineDiff(old: source.text, new: new).hunks.map(\.text).joined()
  }
}

/// Replaces a file in one step and keeps its mode; through a symbolic link, what it leads to.
enum FileReplacement {
  static func replace(_ path: String, with bytes: [UInt8]) throws(Errno) {
    let real = String(decoding: try Descriptor.realPath(path), as: UTF8.self)
    guard let slash = real.lastIndex(of: "/") else { throw .invalid }
    let name = String(real[real.index(after: slash)...])
    let directory = try Descriptor.open(
      slash == real.startIndex ? "/" : String(real[..<slash]), [.readOnly, .directory])
    let mode = try directory.status(of: name).mode & 0o777
    let temporary = ".\(name).\(UInt64.random(in: 0 ... .max))"
    do throws(Errno) {
      let file = try directory.open(temporary, [.writeOnly, .create, .exclusive, .noFollow], mode: 0o600)
      try file.writeAll(bytes)
      try file.setMode(mode)
      try file.fsync()
      try directory.rename(temporary, to: name)
    } catch {
      try? directory.unlink(temporary)
      throw error
    }
  }
}
