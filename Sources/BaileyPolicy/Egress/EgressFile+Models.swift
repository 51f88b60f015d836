import BaileyCore

/// `models` and `prices`.
extension EgressFile {
  func model(_ node: YAMLNode) throws(Fault) -> ModelSettings.Endpoint {
    let members = try members(node, ["host", "form", "paths"])
    guard let host = members["host"], let form = members["form"] else {
      throw fault("an entry of models has `host` and `form`", node.mark)
    }
    guard let pattern = try? HostPattern(text(host, "host")) else {
      throw fault("`host` is a host name, or `*.` and one", host.mark)
    }
    guard let kind = ModelSettings.Form(rawValue: try text(form, "form")) else {
      throw fault("`form` is messages, chat, responses or gemini", form.mark)
    }
    var paths: [PathPattern] = []
    for path in try list(members["paths"], "paths", Self.maximumModels) {
      guard let pattern = try? PathPattern(text(path, "a path")) else {
        throw fault("a path begins with a slash; `*` is anything within a segment", path.mark)
      }
      paths.append(pattern)
    }
    if paths.isEmpty { paths = kind.usualPaths.compactMap { try? PathPattern($0) } }
    return ModelSettings.Endpoint(host: pattern, paths: paths, form: kind)
  }

  func price(_ node: YAMLNode) throws(Fault) -> ModelSettings.Price {
    let members = try members(node, ["model", "input", "output", "cache_read", "cache_write"])
    guard let model = members["model"], let input = members["input"], let output = members["output"] else {
      throw fault("an entry of prices has `model`, `input` and `output`", node.mark)
    }
    return ModelSettings.Price(
      model: try text(model, "model"), input: try money(input), output: try money(output),
      cacheRead: try members["cache_read"].map { node throws(Fault) in try money(node) },
      cacheWrite: try members["cache_write"].map { node throws(Fault) in try money(node) })
  }

  private func money(_ node: YAMLNode) throws(Fault) -> Int64 {
    guard let sum = Money.millionths(try text(node, "a price")) else {
      throw fault("a price is dollars for a million tokens, with at most six decimals", node.mark)
    }
    return sum
  }
}
