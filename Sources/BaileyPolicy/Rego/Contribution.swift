import BaileyCore
import BaileyRego

/// What one document of a policy says: a truth value, a sentence, an object with `code` and `sentence`, or a collection of them.
struct Contribution {
  private let document: Contributions.Document
  private let members: [Value]
  /// The whole is of no form that is understood: a deny, lest a rule that denies be lost.
  private let isMalformed: Bool

  init(_ document: Contributions.Document, _ value: Value) {
    self.document = document
    let members = Self.members(value)
    self.members = members ?? []
    isMalformed = members == nil
  }

  var isEmpty: Bool { members.isEmpty && !isMalformed }

  /// `deny[x] if …` of version 1 gives an object from reasons to truth; nil for what is of no such form.
  private static func members(_ value: Value) -> [Value]? {
    switch value.tag {
    case .boolean: return value.bits == Value.true.bits ? [value] : []
    case .string: return [value]
    case .array, .set: return value.items
    case .object:
      if value.pairs.contains(where: { ["code", "sentence"].contains(String($0.key)) }) { return [value] }
      guard value.pairs.allSatisfy({ $0.value.tag == .boolean }) else { return nil }
      return value.pairs.filter { $0.value.bits == Value.true.bits }.map(\.key)
    default: return nil
    }
  }

  /// - Parameter rules: for each rule of the document, what it gives alone.
  func add(to opinion: inout Opinion, layer: PolicyLayer, files: [String], rules: [Value]) {
    if document.name == RegoPolicy.upload, isEmpty { opinion.reasons.append(refusedUpload(files)) }
    if isMalformed { opinion.reasons.append(malformed("is of no form that is understood", files)) }
    for member in members {
      let place = source(of: member, rules, files)
      let sentence = String((text(member) ?? "`\(path)` holds").prefix(1000))
      switch document.name {
      case "deny": opinion.reasons.append(named(Reason(.deny, "policy-denies", sentence, source: place), member))
      case "ask": opinion.reasons.append(named(Reason(.ask, "policy-asks", sentence, source: place), member))
      case "allow" where layer == .project, RegoPolicy.upload where layer == .project: continue
      case "allow", RegoPolicy.upload:
        opinion.reasons.append(named(Reason(.allow, "policy-allows", sentence, source: place), member))
      default: oblige(member, layer, files, &opinion)
      }
    }
  }

  private func refusedUpload(_ files: [String]) -> Reason {
    Reason(
      .deny, "policy-denies", "`\(path)` does not hold for this upload",
      source: document.rules.first.map { Self.place($0.location, files) })
  }

  private func oblige(_ member: Value, _ layer: PolicyLayer, _ files: [String], _ opinion: inout Opinion) {
    guard let json = try? JSON.parse(JSONWriter.write(member, limit: 1 << 16)) else {
      opinion.reasons.append(malformed("holds an obligation that is too long or has a fraction", files))
      return
    }
    opinion.obligations.append(layer == .project ? Self.ofProject(json) : json)
  }

  /// A label of the project's must not be taken for one that a policy of the person trusts.
  private static func ofProject(_ obligation: JSON) -> JSON {
    guard var members = obligation.object, let label = members["label"]?.string else { return obligation }
    members["label"] = .string("project:" + label)
    return .object(members)
  }

  private func malformed(_ why: String, _ files: [String]) -> Reason {
    Reason(
      .deny, "policy-result-malformed", "`\(path)` \(why)",
      source: document.rules.first.map { Self.place($0.location, files) })
  }

  private var path: String { (["data"] + document.package + [document.name]).joined(separator: ".") }

  /// With the policy's own code, where it gives one of the right form.
  private func named(_ reason: Reason, _ member: Value) -> Reason {
    guard let code = field("code", member), code.utf8.count <= 64, !code.isEmpty,
      code.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D })
    else { return reason }
    var reason = reason
    reason.code = code
    return reason
  }

  private func text(_ member: Value) -> String? {
    switch member.tag {
    case .boolean: nil
    case .string: String(member)
    case .object:
      field("sentence", member) ?? String(decoding: JSONWriter.write(member, limit: 1000), as: UTF8.self)
    default: String(decoding: JSONWriter.write(member, limit: 1000), as: UTF8.self)
    }
  }

  private func field(_ name: String, _ member: Value) -> String? {
    guard member.tag == .object else { return nil }
    let pair = member.pairs.first { String($0.key) == name && $0.value.tag == .string }
    return pair.map { String($0.value) }
  }

  // MARK: - Places

  /// The first rule that gives this member alone, else the default, else the first rule.
  private func source(of member: Value, _ rules: [Value], _ files: [String]) -> SourceLocation? {
    let wanted = JSONWriter.write(member)
    for (rule, entry) in zip(document.rules, rules) where entry.count > 0 {
      let given = Self.members(entry.item(0)) ?? []
      if given.contains(where: { JSONWriter.write($0) == wanted }) { return Self.place(rule.location, files) }
    }
    return (document.rules.first(where: \.isDefault) ?? document.rules.first).map { Self.place($0.location, files) }
  }

  private static func place(_ location: Location, _ files: [String]) -> SourceLocation {
    SourceLocation(file: files[Int(location.file)], line: Int(location.line), column: Int(location.column))
  }
}
