import BaileyCore
import BaileyRego

/// What one document of a policy says: a truth value, a sentence, an object with `code` and `sentence`, or a collection of them.
struct Contribution {
  private let document: Contributions.Document
  private let members: [Value]
  /// The whole is of no form that is understood: a deny, lest a rule that denies be lost.
  private let isMalformed: Bool

  /// Of one document: what an agent does may give a rule thousands, and each is written and kept.
  static let maximumMembers = 64
  /// Of a sentence, in characters.
  private static let maximumText = 1000
  /// Of what members are told apart by, in bytes.
  private static let maximumKey = 4096
  /// In bytes.
  private static let maximumObligation = 1 << 16
  private static let allowing: Set<String> = ["allow", RegoPolicy.upload]

  init(_ document: Contributions.Document, _ value: Value) {
    self.document = document
    let isCareless = Self.allowing.contains(document.name) && value.isMalformedAllow
    let members = isCareless ? nil : Self.members(value)
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
      if hasField(value) { return [value] }
      guard value.pairs.allSatisfy({ $0.value.tag == .boolean }) else { return nil }
      return value.pairs.filter { $0.value.bits == Value.true.bits }.map(\.key)
    default: return nil
    }
  }

  private static func hasField(_ object: Value) -> Bool {
    object.items.contains { key in
      key.tag == .string && ["code", "sentence"].contains { key.text.elementsEqual($0.utf8) }
    }
  }

  /// - Parameter rules: for each rule of the document, what it gives alone.
  func add(to opinion: inout Opinion, layer: PolicyLayer, files: [String], rules: [Value]) {
    if document.name == RegoPolicy.upload, isEmpty { opinion.reasons.append(refusedUpload(files)) }
    if isMalformed { opinion.reasons.append(malformed("is of no form that is understood", files)) }
    if layer == .project, Self.allowing.contains(document.name) { return }
    let members = members.prefix(Self.maximumMembers)
    if document.name == "oblige" {
      for member in members { oblige(member, layer, files, &opinion) }
    } else {
      opinion.reasons += zip(members, sources(of: members, rules, files)).map { member, place in
        reason(text(member) ?? "`\(path)` holds", place, member)
      }
    }
    if self.members.count > members.count { addRest(self.members.count - members.count, files, &opinion) }
  }

  private func reason(_ sentence: String, _ place: SourceLocation?, _ member: Value? = nil) -> Reason {
    let sentence = String(sentence.prefix(Self.maximumText))
    let reason =
      switch document.name {
      case "ask": Reason(.ask, "policy-asks", sentence, source: place)
      case "allow", RegoPolicy.upload: Reason(.allow, "policy-allows", sentence, source: place)
      default: Reason(.deny, "policy-denies", sentence, source: place)
      }
    return member.map { named(reason, $0) } ?? reason
  }

  /// What is beyond the bound has the same effect, but an obligation must not be lost.
  private func addRest(_ count: Int, _ files: [String], _ opinion: inout Opinion) {
    opinion.reasons.append(
      document.name == "oblige"
        ? malformed("holds more than \(Self.maximumMembers) obligations", files)
        : reason("and \(count) more of `\(path)`", firstPlace(files)))
  }

  private func refusedUpload(_ files: [String]) -> Reason {
    Reason(
      .deny, "policy-denies", "`\(path)` does not hold for this upload", source: firstPlace(files))
  }

  private func oblige(_ member: Value, _ layer: PolicyLayer, _ files: [String], _ opinion: inout Opinion) {
    let text = JSONWriter.write(member, limit: Self.maximumObligation)
    guard text.count <= Self.maximumObligation, let json = try? JSON.parse(text) else {
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
      .deny, "policy-result-malformed", "`\(path)` \(why)", source: firstPlace(files))
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
    case .string: shortened(member)
    default:
      field("sentence", member) ?? String(decoding: JSONWriter.write(member, limit: Self.maximumText), as: UTF8.self)
    }
  }

  private func field(_ name: String, _ member: Value) -> String? {
    guard member.tag == .object else { return nil }
    let index = (0..<member.count).first { index in
      let key = member.item(index)
      return key.tag == .string && key.text.elementsEqual(name.utf8) && member.value(index).tag == .string
    }
    return index.map { shortened(member.value($0)) }
  }

  /// Many members may share one long text.
  private func shortened(_ text: Value) -> String {
    String(decoding: text.text.prefix(4 * Self.maximumText), as: UTF8.self)
  }

  // MARK: - Places

  /// For each member the first rule that gives it alone, else the default, else the first rule.
  ///
  /// Collections are sorted, so the first members of the whole are among the first of the rule that gives them.
  private func sources(of members: ArraySlice<Value>, _ rules: [Value], _ files: [String]) -> [SourceLocation?] {
    let wanted = members.map(Self.key)
    var (missing, places) = (Set(wanted), [[UInt8]: SourceLocation]())
    for (rule, entry) in zip(document.rules, rules) where entry.count > 0 && !missing.isEmpty {
      let given = Set((Self.members(entry.item(0)) ?? []).prefix(Self.maximumMembers).map(Self.key))
      for key in missing.intersection(given) { places[key] = Self.place(rule.location, files) }
      missing.subtract(given)
    }
    let other = document.rules.first(where: \.isDefault).map { Self.place($0.location, files) } ?? firstPlace(files)
    return wanted.map { places[$0] ?? other }
  }

  private static func key(_ member: Value) -> [UInt8] { JSONWriter.write(member, limit: maximumKey) }

  private func firstPlace(_ files: [String]) -> SourceLocation? {
    document.rules.first.map { Self.place($0.location, files) }
  }

  private static func place(_ location: Location, _ files: [String]) -> SourceLocation {
    SourceLocation(file: files[Int(location.file)], line: Int(location.line), column: Int(location.column))
  }
}
