import BaileyCore
import BaileyWire

/// One entry of the log as one line: number, time, session, kind, what.
struct LogLine {
  var palette: Palette

  func text(_ row: LogRow) -> String {
    let record = row.record
    let time = record["time_ns"]?.int.map(timeText) ?? "-"
    let session = record["session"]?.string.map { String($0.prefix(8)) } ?? "-"
    let kind = record["kind"]?.string ?? "?"
    let body = record["body"] ?? .null
    return "\(row.index)  \(time)  \(printable(session))  \(printable(kind))  \(what(kind, body))"
  }

  /// What an entry says, with its kind where that says more than its action.
  func what(_ row: LogRow) -> String {
    let (kind, body) = (row.record["kind"]?.string ?? "?", row.record["body"] ?? .null)
    let isAction = body["action"] != nil && kind == Record.Kind.intent.rawValue
    return (isAction ? "" : printable(kind) + "  ") + what(kind, body)
  }

  private func what(_ kind: String, _ body: JSON) -> String {
    guard let action = body["action"] else {
      return gap(kind, body) ?? outcome(body) ?? sentence(kind, body) ?? body.shownText
    }
    var words = [printable(action["action"]?.string ?? "?"), resource(action["resource"] ?? .null)]
    if let effect = body["decision"]?["effect"]?.string {
      words.insert(effect == "allow" ? palette.green("allow") : palette.red(printable(effect)), at: 0)
      if effect != "allow" { words.append(reasons(body["decision"]?["reasons"])) }
    }
    if body["succeeded"]?.bool == false {
      words.append(palette.yellow("refused"))
      if let reason = body["detail"]?["reason"]?.string { words.append("(\(printable(reason)))") }
    }
    return words.filter { !$0.isEmpty }.joined(separator: " ")
  }

  private func gap(_ kind: String, _ body: JSON) -> String? {
    guard kind == Record.Kind.gap.rawValue, let lost = body["lost"]?.int else { return nil }
    return palette.yellow("\(lost) \(body["denied"] == true ? "denials" : "events") have no record each")
  }

  private func outcome(_ body: JSON) -> String? {
    guard let intent = body["intent"]?.int, let succeeded = body["succeeded"]?.bool else { return nil }
    let detail = body["detail"]?.object?.isEmpty == false ? " " + (body["detail"]?.shownText ?? "") : ""
    return "of \(intent): \(succeeded ? "done" : palette.yellow("failed"))\(detail)"
  }

  /// What is told of a session's course; whatever of it is not as expected is shown as it is.
  private func sentence(_ kind: String, _ body: JSON) -> String? {
    switch Record.Kind(rawValue: kind) {
    case .sessionStart:
      guard let argv = body["argv"]?.array, let mode = body["mode"]?.string, let project = body["project"]?.string
      else { return nil }
      return "\(command(argv)) (\(printable(mode)) view of \(printable(project)))"
    case .sessionEnd:
      guard let cause = body["cause"]?.string else { return nil }
      let numbers = ["exit_code": "exit code", "connections": "connections", "sent_bytes": "bytes sent"]
      let parts = numbers.sorted { $0.key < $1.key }.compactMap { key, name in
        body[key]?.int.flatMap { $0 == 0 && key != "exit_code" ? nil : "\(name) \($0)" }
      }
      return ([printable(cause)] + parts).joined(separator: ", ")
    case .transcript:
      guard let mark = TranscriptMark(body: body) else { return nil }
      let program = mark.program == 0 ? "" : " of program \(mark.program)"
      return "\(mark.state.rawValue): \(sizeText(mark.bytes)) of the recording\(program)"
    default: return nil
    }
  }

  private func command(_ argv: [JSON]) -> String { printable(argv.compactMap(\.string).joined(separator: " ")) }

  private func resource(_ resource: JSON) -> String {
    if let argv = resource["argv"]?.array {
      // The file that is executed; the name that it is given can be any.
      return command((resource["path"].map { [$0] } ?? Array(argv.prefix(1))) + argv.dropFirst())
    }
    if let host = (resource["host"] ?? resource["address"])?.string {
      return printable(host) + (resource["port"]?.int.map { ":\($0)" } ?? "")
    }
    if let path = (resource["path"] ?? resource["name"])?.string {
      return printable([resource["operation"]?.string, path].compactMap { $0 }.joined(separator: " "))
    }
    return resource.shownText
  }

  private func reasons(_ reasons: JSON?) -> String {
    let sentences = reasons?.array?.compactMap { $0["sentence"]?.string } ?? []
    return sentences.isEmpty ? "" : "(" + printable(sentences.joined(separator: "; ")) + ")"
  }
}

extension LogRow {
  /// The entry as one versioned line.
  var versioned: JSON {
    guard case .object(let members) = json else { return json }
    return .object(members.merging(["v": 1]) { own, _ in own })
  }
}
