import BaileyRego

let module = """
  package agent
  import rego.v1

  default allow := false
  allow if startswith(input.path, data.root)
  deny contains $"{input.path} is secret" if endswith(input.path, ".pem")
  broken := "a" if true
  broken := "b" if true
  """

let policy = try Policy(
  modules: [Policy.Module(name: "agent.rego", text: module)],
  documents: ["data.agent.allow", "data.agent.deny", "data.agent.broken", "data.agent.none"],
  data: Array(#"{"root": "/srv/"}"#.utf8))
let evaluator = policy.evaluator()

func ask(_ evaluator: PolicyEvaluator, _ document: String, _ path: String) -> String {
  do {
    let answer = try evaluator.evaluate(document, input: Array(#"{"path": "\#(path)"}"#.utf8))
    return answer.map { String(decoding: $0, as: UTF8.self) } ?? "undefined"
  } catch {
    return "\(error)"
  }
}

print(ask(evaluator, "data.agent.allow", "/srv/a.swift"))
print(ask(evaluator, "data.agent.allow", "/etc/passwd"))
print(ask(evaluator, "data.agent.deny", "/srv/key.pem"))
print(ask(evaluator, "data.agent.none", "/srv/a.swift"))
print(ask(evaluator, "data.agent.broken", "/srv/a.swift"))
print(ask(evaluator, "data.agent.other", "/srv/a.swift"))

do {
  _ = try Policy(
    modules: [Policy.Module(name: "wrong.rego", text: "package a\n\np := startwith(\"a\", \"b\")")], documents: [])
} catch {
  print(error)
}
