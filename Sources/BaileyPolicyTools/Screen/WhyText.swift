internal import BaileyCore
internal import BaileyRego

/// An explanation for a person, or as JSON.
struct WhyText {
  let explanation: Explanation
  let files: [String]
  let sources: [[UInt8]]

  /// What the log says was decided.
  var recorded: String?

  init(_ explanation: Explanation, files: [String], sources: [[UInt8]]) {
    self.explanation = explanation
    self.files = files
    self.sources = sources
  }

  var text: String {
    var out = verdict + "\n"
    if let recorded { out += "the log says: \(printable(recorded))\n" }
    return out + sections + search
  }

  /// The documents with their rules.
  var sections: String {
    var out = ""
    // What decided comes first.
    for isDecisive in [true, false] {
      for document in explanation.documents where decided(document) == isDecisive { out += section(document) }
    }
    return out
  }

  // MARK: The decision

  private var verdict: String {
    let speaking = explanation.documents.filter(\.speaks).filter { $0.effect == explanation.effect }.map(\.name)
    if let error = explanation.error {
      let place = error.location.map { self.place($0) + ": " } ?? ""
      return "\(shownEffect): \(place)\(error.code.rawValue): \(printable(error.message))"
    }
    if let name = explanation.malformed.first { return "deny: \(printable(name)) is of no form that is understood" }
    switch explanation.effect {
    case "yes", "no":
      let value = explanation.value.map { printable(String(decoding: $0, as: UTF8.self)) } ?? "undefined"
      return "\(explanation.documents.map { printable($0.name) }.joined()) is \(value)"
    case "deny" where speaking.isEmpty:
      return "deny: nothing allows" + (couldAllow ? "" : ": no package has a rule `allow`")
    default: return "\(explanation.effect): said by \(speaking.map { printable($0) }.joined(separator: ", "))"
    }
  }

  private var shownEffect: String { explanation.effect == "no" ? "no answer" : explanation.effect }

  private var couldAllow: Bool { explanation.documents.contains { $0.effect == "allow" } }

  private func decided(_ document: Explanation.Document) -> Bool {
    document.speaks && (document.effect == explanation.effect || document.effect == "answer")
  }

  /// What spoke for the decision, and what could have spoken for another one.
  private func section(_ document: Explanation.Document) -> String {
    let decided = decided(document)
    let couldHave = explanation.effect != "allow" && document.effect != "deny" && !decided
    let rules = document.rules.filter { $0.outcome == .holds ? document.speaks : couldHave }
    guard decided || couldHave, !rules.isEmpty else { return "" }
    let title = document.speaks ? "holds" : "does not hold"
    return "\n\(printable(document.name)) \(title)\n" + rules.map { rule($0, "  ") }.joined()
  }

  // MARK: Rules

  private func rule(_ rule: Explanation.Rule, _ indent: String) -> String {
    let kind = rule.branch > 0 ? "else of \(rule.document)" : rule.document
    var out = "\(indent)\(place(rule.location)) \(printable(kind)) "
    switch rule.outcome {
    case .holds: out += rule.expressions.isEmpty ? "holds always\n" : "holds because of\n"
    case .fails: out += "fails at" + (rule.failures > 1 ? ", in \(rule.failures) ways, the first of them\n" : "\n")
    case .untried: out += "was not tried\n"
    case .unmatched: out += "has parameters that do not match\n"
    }
    return out + rule.expressions.map { expression($0, indent + "  ") }.joined()
  }

  private func expression(_ expression: Explanation.Expression, _ indent: String) -> String {
    var out = "\(indent)\(place(expression.location))\n"
    if let source = source(expression.location), let excerpt = Excerpt(source, expression.location) {
      out += excerpt.text.split(separator: "\n").map { indent + $0 + "\n" }.joined()
    } else {
      out += "\(indent)  \(printable(expression.text))\n"
    }
    for operand in expression.operands {
      out += "\(indent)  \(printable(operand.text)) is \(printable(operand.value))\n"
    }
    if let undefined = expression.undefined { out += "\(indent)  \(printable(undefined)) is undefined\n" }
    for inside in expression.inside { out += "\(indent)  inside, at\n" + self.expression(inside, indent + "    ") }
    return out + expression.needs.map { rule($0, indent + "  ") }.joined()
  }

  private func place(_ location: Location) -> String {
    let file = Int(location.file)
    let name = files.indices.contains(file) ? files[file] : "query"
    return "\(printable(name)):\(location.line):\(location.column)"
  }

  /// Not the query's: what is compiled of it is not what was written.
  private func source(_ location: Location) -> [UInt8]? {
    let file = Int(location.file)
    return file + 1 < sources.count ? sources[file] : nil
  }

  // MARK: Changes

  private var search: String {
    guard let count = explanation.tries else { return "" }
    let tries = count == 1 ? "1 changed input" : "\(count) changed inputs"
    let end = explanation.isCut ? ", then the search was given up" : ""
    guard let first = explanation.flips.first else {
      return "\nno change was found that makes another decision; \(tries) evaluated\(end)\n"
    }
    var out = "\nsmallest change that \(makes(first)) (\(tries) evaluated)\n" + Self.changes(first)
    for flip in explanation.flips.dropFirst().prefix(2) { out += "or, that \(makes(flip))\n" + Self.changes(flip) }
    return out
  }

  private func makes(_ flip: Flip) -> String {
    switch flip.effect {
    case "yes": "makes it hold"
    case "no": "makes it not hold"
    default: "makes it \(flip.effect)"
    }
  }

  static func changes(_ flip: Flip) -> String {
    flip.changes.map { change in
      let (old, new) = (change.old.map(shown), change.new.map(shown))
      let words =
        switch (old, new) {
        case (let old?, let new?): "\(old) → \(new)"
        case (nil, let new?): "add \(new)"
        case (let old?, nil): "remove \(old)"
        case (nil, nil): ""
        }
      return "  \(printable(change.place)): \(words)\n"
    }.joined()
  }

  private static func shown(_ json: [UInt8]) -> String { printable(ShortText.cut(json, 200)) }
}
