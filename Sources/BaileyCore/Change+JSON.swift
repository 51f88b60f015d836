extension JSON {
  /// Bytes that are mostly text: a string where they are UTF-8, else `{"base64": …}`.
  package init(bytes: [UInt8]) {
    if let text = String(validating: bytes, as: UTF8.self) {
      self = .string(text)
    } else {
      self = ["base64": .string(Base64.encode(bytes))]
    }
  }

  /// The bytes that `init(bytes:)` wrote.
  package var bytes: [UInt8]? {
    if let text = string { return Array(text.utf8) }
    guard let encoded = self["base64"]?.string else { return nil }
    return Base64.decode(encoded)
  }
}

extension Hunk.Line {
  /// The line behind its sign, as in `diff -u`: one string a line keeps a large diff small.
  fileprivate var json: JSON {
    switch self {
    case .context(let text): JSON(bytes: [UInt8(ascii: " ")] + text)
    case .removed(let text): JSON(bytes: [UInt8(ascii: "-")] + text)
    case .added(let text): JSON(bytes: [UInt8(ascii: "+")] + text)
    }
  }

  fileprivate init?(json: JSON) {
    guard let bytes = json.bytes, let sign = bytes.first else { return nil }
    let text = Array(bytes.dropFirst())
    switch sign {
    case UInt8(ascii: " "): self = .context(text)
    case UInt8(ascii: "-"): self = .removed(text)
    case UInt8(ascii: "+"): self = .added(text)
    default: return nil
    }
  }
}

extension Hunk {
  package var json: JSON {
    var members: [String: JSON] = [
      "old": [.int(Int64(oldStart)), .int(Int64(oldCount))], "new": [.int(Int64(newStart)), .int(Int64(newCount))],
      "lines": .array(lines.map(\.json)),
    ]
    if oldEndsWithoutNewline { members["old_no_newline"] = true }
    if newEndsWithoutNewline { members["new_no_newline"] = true }
    return .object(members)
  }

  package init?(json: JSON) {
    guard let old = json["old"]?.array, let new = json["new"]?.array, old.count == 2, new.count == 2,
      let lines = json["lines"]?.array, let oldStart = old[0].int, let oldCount = old[1].int,
      let newStart = new[0].int, let newCount = new[1].int
    else { return nil }
    let read = lines.compactMap(Line.init(json:))
    guard read.count == lines.count else { return nil }
    self.init(
      oldStart: Int(oldStart), oldCount: Int(oldCount), newStart: Int(newStart), newCount: Int(newCount), lines: read)
    oldEndsWithoutNewline = json["old_no_newline"]?.bool ?? false
    newEndsWithoutNewline = json["new_no_newline"]?.bool ?? false
  }
}

extension Risk {
  package var json: JSON { ["code": .string(code), "sentence": .string(sentence)] }

  package init?(json: JSON) {
    guard let code = json["code"]?.string, let sentence = json["sentence"]?.string else { return nil }
    self.init(code, sentence)
  }
}

extension ContentFinding {
  package var json: JSON {
    var members: [String: JSON] = [
      "rule": .string(rule), "title": .string(title), "kind": .string(kind.rawValue), "tier": .string(tier.rawValue),
    ]
    if line > 0 { members["line"] = .int(Int64(line)) }
    if !sample.isEmpty { members["sample"] = .string(sample) }
    if !notes.isEmpty { members["notes"] = .object(notes.mapValues(JSON.string)) }
    if !disguises.isEmpty { members["disguises"] = .array(disguises.map(JSON.string)) }
    return .object(members)
  }

  package init?(json: JSON) {
    guard let rule = json["rule"]?.string, let title = json["title"]?.string,
      let kind = json["kind"]?.string.flatMap(Kind.init(rawValue:)),
      let tier = json["tier"]?.string.flatMap(Tier.init(rawValue:))
    else { return nil }
    self.init(rule: rule, title: title, kind: kind, tier: tier)
    line = json["line"]?.int.flatMap(Int.init(exactly:)) ?? 0
    sample = json["sample"]?.string ?? ""
    notes = json["notes"]?.object?.compactMapValues(\.string) ?? [:]
    disguises = json["disguises"]?.array?.compactMap(\.string) ?? []
  }
}

extension Change {
  package var json: JSON {
    var members: [String: JSON] = [
      "path": JSON(bytes: path), "kind": .string(kind.rawValue), "type": .string(type.rawValue),
    ]
    if let oldMode { members["old_mode"] = .int(Int64(oldMode)) }
    if let newMode { members["new_mode"] = .int(Int64(newMode)) }
    if let oldSize { members["old_size"] = .int(oldSize) }
    if let newSize { members["new_size"] = .int(newSize) }
    if isBinary { members["binary"] = true }
    if let content { members["content"] = .string(content) }
    if isMerged { members["merged"] = true }
    if let oldTarget { members["old_target"] = JSON(bytes: oldTarget) }
    if let newTarget { members["new_target"] = JSON(bytes: newTarget) }
    if !hunks.isEmpty { members["hunks"] = .array(hunks.map(\.json)) }
    if !risks.isEmpty { members["risks"] = .array(risks.map(\.json)) }
    if let conflict { members["conflict"] = .string(conflict) }
    if !findings.isEmpty { members["findings"] = .array(findings.map(\.json)) }
    return .object(members)
  }

  package init?(json: JSON) {
    guard let path = json["path"]?.bytes, let kind = json["kind"]?.string.flatMap(Kind.init(rawValue:)),
      let type = json["type"]?.string.flatMap(FileType.init(rawValue:))
    else { return nil }
    self.init(path: path, kind: kind, type: type)
    oldMode = json["old_mode"]?.int.flatMap(UInt16.init(exactly:))
    newMode = json["new_mode"]?.int.flatMap(UInt16.init(exactly:))
    oldSize = json["old_size"]?.int
    newSize = json["new_size"]?.int
    isBinary = json["binary"]?.bool ?? false
    content = json["content"]?.string
    isMerged = json["merged"]?.bool ?? false
    oldTarget = json["old_target"]?.bytes
    newTarget = json["new_target"]?.bytes
    hunks = json["hunks"]?.array?.compactMap(Hunk.init(json:)) ?? []
    risks = json["risks"]?.array?.compactMap(Risk.init(json:)) ?? []
    conflict = json["conflict"]?.string
    findings = json["findings"]?.array?.compactMap(ContentFinding.init(json:)) ?? []
    guard findings.count == json["findings"]?.array?.count ?? 0 else { return nil }
    guard hunks.count == json["hunks"]?.array?.count ?? 0, risks.count == json["risks"]?.array?.count ?? 0 else {
      return nil
    }
  }
}

extension RefChange {
  package var json: JSON {
    var members: [String: JSON] = ["repository": JSON(bytes: repository), "name": .string(name)]
    if let old { members["old"] = .string(old) }
    if let new { members["new"] = .string(new) }
    if let conflict { members["conflict"] = .string(conflict) }
    if !findings.isEmpty { members["findings"] = .array(findings.map(\.json)) }
    return .object(members)
  }

  package init?(json: JSON) {
    guard let repository = json["repository"]?.bytes, let name = json["name"]?.string else { return nil }
    self.init(
      repository: repository, name: name, old: json["old"]?.string, new: json["new"]?.string,
      conflict: json["conflict"]?.string)
    findings = json["findings"]?.array?.compactMap(ContentFinding.init(json:)) ?? []
    guard findings.count == json["findings"]?.array?.count ?? 0 else { return nil }
  }
}

extension ChangeSet {
  package var json: JSON {
    [
      "changes": .array(changes.map(\.json)), "refs": .array(refs.map(\.json)), "sha256": .string(digest),
    ]
  }

  package init?(json: JSON) {
    guard let changes = json["changes"]?.array, let refs = json["refs"]?.array, let digest = json["sha256"]?.string
    else { return nil }
    self.init(
      changes: changes.compactMap(Change.init(json:)), refs: refs.compactMap(RefChange.init(json:)), digest: digest)
    guard self.changes.count == changes.count, self.refs.count == refs.count else { return nil }
  }
}

extension ChangeSelection {
  package var json: JSON {
    var members: [String: JSON] = [
      "risky": .bool(includesRisky), "refs": .bool(movesRefs), "dry_run": .bool(isDryRun),
    ]
    if isApproved { members["approved"] = true }
    if let paths { members["paths"] = .array(paths.map(JSON.init(bytes:))) }
    if !hunks.isEmpty {
      let sorted = hunks.sorted { $0.key.lexicographicallyPrecedes($1.key) }
      members["hunks"] = .array(
        sorted.map { ["path": JSON(bytes: $0.key), "take": .array($0.value.map { .int(Int64($0)) })] })
    }
    return .object(members)
  }

  /// A member of the wrong type is a refusal and not a default: a selection that is read wider than it was written would apply too much.
  package init?(json: JSON) {
    guard let risky = json["risky"]?.bool, let refs = json["refs"]?.bool, let dryRun = json["dry_run"]?.bool else {
      return nil
    }
    self.init(includesRisky: risky, movesRefs: refs, isDryRun: dryRun)
    if let member = json["approved"] {
      guard let approved = member.bool else { return nil }
      isApproved = approved
    }
    if let member = json["paths"] {
      guard let list = member.array else { return nil }
      let read = list.compactMap(\.bytes)
      guard read.count == list.count else { return nil }
      paths = read
    }
    guard let member = json["hunks"] else { return }
    guard let list = member.array else { return nil }
    for entry in list {
      guard let path = entry["path"]?.bytes, let take = entry["take"]?.array else { return nil }
      let indexes = take.compactMap { $0.int.flatMap(Int.init(exactly:)) }
      guard indexes.count == take.count, hunks.updateValue(indexes, forKey: path) == nil else { return nil }
    }
  }
}

extension ApplyReport {
  package var json: JSON {
    [
      "applied": .array(applied.map(JSON.init(bytes:))),
      "conflicts": .array(conflicts.map { ["path": JSON(bytes: $0.path), "why": .string($0.why)] }),
      "held_back": .array(heldBack.map(JSON.init(bytes:))), "refs": .array(refs.map(\.json)),
    ]
  }

  package init?(json: JSON) {
    guard let applied = json["applied"]?.array, let conflicts = json["conflicts"]?.array,
      let heldBack = json["held_back"]?.array, let refs = json["refs"]?.array
    else { return nil }
    self.init(
      applied: applied.compactMap(\.bytes), conflicts: conflicts.compactMap(Refusal.init(json:)),
      heldBack: heldBack.compactMap(\.bytes), refs: refs.compactMap(RefChange.init(json:)))
    guard self.applied.count == applied.count, self.conflicts.count == conflicts.count,
      self.heldBack.count == heldBack.count, self.refs.count == refs.count
    else { return nil }
  }
}

extension ApplyReport.Refusal {
  fileprivate init?(json: JSON) {
    guard let path = json["path"]?.bytes, let why = json["why"]?.string else { return nil }
    self.init(path: path, why: why)
  }
}
