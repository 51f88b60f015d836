extension Action {
  /// An action as it stands in a record, or as somebody writes it to ask about it; `nil` for what is none.
  ///
  /// Who asks may be left out, but for a record's own action nothing is.
  package init?(json: JSON) {
    guard let verb = json["action"]?.string.flatMap(Verb.init), json["version"].map({ $0 == 1 }) ?? true else {
      return nil
    }
    let subject = json["subject"]
    let session = subject?["session"]?.string.flatMap(SessionID.init)
    self.init(
      verb,
      Subject(
        session: session ?? SessionID.random(), agent: subject?["agent"]?["name"]?.string ?? "",
        user: subject?["user"]?.string ?? ""), resource: json["resource"] ?? .object([:]),
      context: json["context"] ?? .object([:]))
    guard resource.object != nil, context.object != nil else { return nil }
  }
}

extension Reason {
  /// As `json` writes it; the place stays one text.
  package init?(json: JSON) {
    guard let effect = json["effect"]?.string.flatMap(Effect.init), let code = json["code"]?.string,
      let sentence = json["sentence"]?.string
    else { return nil }
    let source = json["source"]?.string.map { SourceLocation(file: $0) }
    if json["fallback"] == true {
      self = .nothingAllows(sentence, source: source)
    } else {
      self.init(effect, code, sentence, source: source)
    }
  }

  /// With what `json` leaves out, since a decision does not need it.
  package var fullJSON: JSON {
    guard isFallback, var members = json.object else { return json }
    members["fallback"] = true
    return .object(members)
  }
}
