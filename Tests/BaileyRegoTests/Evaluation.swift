import BaileyRego
import BaileyRegoLibraries

@testable import BaileyPolicyTools

/// What a module's package `t` is for an input, as JSON text; an error is its text.
func evaluate(
  _ module: String, input: String = "{}", data: String = "{}", version1: Bool = true, strict: Bool = true,
  limits: Limits = Limits()
) -> String {
  let source = Source(name: "m.rego", text: Array(("package t\n" + module).utf8), isVersion1: version1)
  return evaluate([source], query: "x = data.t", input: input, data: data, strict: strict, limits: limits)
}

func evaluate(
  _ sources: [Source], query: String, input: String = "{}", data: String = "{}", strict: Bool = true,
  limits: Limits = Limits()
) -> String {
  do {
    let program = try Program.compile(sources, queries: [query], registry: Libraries.registry)
    let machine = Machine(program, limits: limits)
    machine.prepare()
    let input = try JSONReader.read(Array(input.utf8), into: machine.heap)
    let data = try JSONReader.read(Array(data.utf8), into: machine.heap)
    let answer = try machine.evaluate(input: input, data: data, strict: strict)
    return answer.count == 1 ? answer.item(0)["x"].text : answer.text
  } catch let failure as CompileFailure {
    return failure.errors.map { $0.text(files: sources.map(\.name)) }.joined(separator: "; ")
  } catch let error as RegoError {
    return error.text(files: sources.map(\.name))
  } catch {
    return "\(error)"
  }
}
