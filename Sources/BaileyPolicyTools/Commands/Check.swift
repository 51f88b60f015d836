internal import ArgumentParser
internal import BaileyCore
internal import BaileyRego

struct Check: PolicyTool {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Say what is wrong with modules.",
    discussion: """
      Exits with 1 when something is.

      EXAMPLES
        bailey policy check Policies
        bailey policy check --strict --json policy.rego
      """)

  @OptionGroup var policy: PolicyOptions
  @Flag(name: .shortAndLong, help: "Refuse unused variables and imports, and names that are deprecated, too.")
  var strict = false
  @Flag(name: .long, help: "Print versioned JSON.")
  var json = false
  @Argument(help: "Modules and directories of them.", completion: .file())
  var paths: [String] = []

  var isJSON: Bool { json }

  func execute() throws(ToolFailure) -> Int32 {
    let files = try policy.files(paths)
    guard !files.sources.isEmpty else { throw .nothingGiven }
    let diagnosis = Diagnosis(sources: files.sources)
    let registry = try policy.registry()
    let program: BaileyRego.Program
    do throws(CompileFailure) {
      program = try BaileyRego.Program.compile(files.sources, queries: [], registry: registry, isStrict: strict)
    } catch {
      throw ToolFailure(diagnosis.problems(ParseErrors.all(error, files.sources)))
    }
    do throws(RegoError) { _ = try BaseDocument(files.json, for: program) } catch { throw diagnosis.failure(error) }
    if json { Output.write("{\"ok\":true,\"v\":1}\n") }
    return 0
  }
}

/// Reading stops at the first file that does not parse; a person wants to know of all of them.
enum ParseErrors {
  static func all(_ failure: CompileFailure, _ sources: [Source]) -> [RegoError] {
    guard failure.errors.contains(where: { $0.code == .parse }) else { return failure.errors }
    var found: [RegoError] = []
    for (index, source) in sources.enumerated() {
      do throws(CompileFailure) { _ = try BaileyRego.Program.compile([source], queries: []) } catch {
        for var problem in error.errors where problem.code == .parse {
          problem.location?.file = Int32(index)
          found.append(problem)
        }
      }
    }
    return found.isEmpty ? failure.errors : found
  }
}
