internal import BaileyRego

/// Answers in the formats of `opa eval`.
struct AnswerText {
  let query: CapturedQuery

  /// `{"result": [{"expressions": […], "bindings": {…}}]}`; without an answer `{}`.
  func json(_ answers: [Answer]) -> String {
    if answers.isEmpty { return "{}\n" }
    let rows = answers.map { answer in
      var members = ["\"expressions\": " + list(zip(query.expressions, answer.values).map(expression))]
      if !answer.bindings.isEmpty {
        members.append(
          "\"bindings\": {\n"
            + answer.bindings.map { "        \(quoted($0.name.utf8)): \(PrettyJSON.text($0.value, indent: 8))" }
            .joined(separator: ",\n") + "\n      }")
      }
      return "    {\n" + members.map { "      " + $0 }.joined(separator: ",\n") + "\n    }"
    }
    return "{\n  \"result\": [\n" + rows.joined(separator: ",\n") + "\n  ]\n}\n"
  }

  private func list(_ items: [String]) -> String { "[\n" + items.joined(separator: ",\n") + "\n      ]" }

  private func expression(_ expression: CapturedQuery.Expression, _ value: Value) -> String {
    let indent = String(repeating: " ", count: 10)
    let place =
      "{\n\(indent)  \"row\": \(expression.location.line),\n\(indent)  \"col\": \(expression.location.column)\n\(indent)}"
    return """
              {
      \(indent)"value": \(PrettyJSON.text(value, indent: 10)),
      \(indent)"text": \(quoted(expression.text.utf8)),
      \(indent)"location": \(place)
              }
      """
  }

  /// A value by itself, or the variables of each answer.
  func pretty(_ answers: [Answer]) -> String {
    if answers.isEmpty { return "undefined\n" }
    return answers.map { answer in
      if answer.bindings.isEmpty { return answer.values.map { PrettyJSON.text($0) + "\n" }.joined() }
      return answer.bindings.map { "\($0.name) = \(PrettyJSON.text($0.value))\n" }.joined()
    }.joined(separator: "\n")
  }

  /// The values alone: a line for each answer, texts without quotes.
  func raw(_ answers: [Answer]) -> [UInt8] {
    answers.reduce(into: []) { out, answer in
      for (index, value) in answer.values.enumerated() {
        if index > 0 { out.append(0x20) }
        out += value.tag == .string ? Array(value.text) : JSONWriter.write(value)
      }
      out.append(0x0A)
    }
  }
}

/// JSON with one member a line, as Go's encoder indents it.
enum PrettyJSON {
  static func text(_ value: Value, indent: Int = 0) -> String {
    let inner = String(repeating: " ", count: indent + 2)
    let close = "\n" + String(repeating: " ", count: indent)
    switch value.tag {
    case .array, .set:
      if value.count == 0 { return "[]" }
      return "[\n" + value.items.map { inner + text($0, indent: indent + 2) }.joined(separator: ",\n") + close + "]"
    case .object:
      if value.count == 0 { return "{}" }
      let members = value.pairs.map { "\(inner)\(key($0.key)): \(text($0.value, indent: indent + 2))" }
      return "{\n" + members.joined(separator: ",\n") + close + "}"
    default: return plain(value)
    }
  }

  private static func key(_ key: Value) -> String {
    key.tag == .string ? plain(key) : quoted(JSONWriter.write(key))
  }

  private static func plain(_ value: Value) -> String { String(decoding: JSONWriter.write(value), as: UTF8.self) }
}

extension PrettyJSON {
  /// JSON of our own with line breaks.
  static func text(json: [UInt8]) -> String {
    Heap.lending { heap in
      guard let value = try? JSONReader.read(json, into: heap) else { return String(decoding: json, as: UTF8.self) }
      return text(value)
    }
  }
}
