/// What the bytes of a document are.
public enum DocumentForm: Sendable, Equatable {
  case text, json
  /// `application/x-www-form-urlencoded`.
  case form
  case sql
  /// The value of a field of HTTP's header.
  case header(name: String)
  /// Parts of MIME; each is read as its own type says.
  case multipart(boundary: String)
  /// `text/event-stream`, with JSON as data.
  case events
}

/// What a document became.
public struct RedactedDocument: Sendable, Equatable {
  public var bytes: [UInt8]
  public var redacted: [Redacted]
  /// False when it was not of the form that was told, or too large, and so was redacted as plain bytes.
  public var isStructured: Bool
}

extension Redactor {
  /// Redacts a document so that it stays one of its form, and all else in it stays as it is, byte for byte.
  ///
  /// What is not of the form that is told is redacted as plain bytes.
  ///
  /// - Throws: `RedactionRefusal` when that cannot be done; then nothing of it may go on.
  public func redact(_ bytes: [UInt8], as form: DocumentForm = .text) throws(RedactionRefusal) -> RedactedDocument {
    guard bytes.count <= policy.maximumDocument else { return try plain(bytes) }
    switch form {
    case .text: return try plain(bytes, isStructured: true)
    case .multipart(let boundary): return try multipart(bytes, boundary)
    case .events: return try events(bytes)
    case .json: return try redact(bytes, try? LeafDocument.json(bytes))
    case .form: return try redact(bytes, .form(bytes))
    case .header(let name): return try redact(bytes, .header(name, bytes))
    case .sql: return try redact(bytes, .sql(bytes))
    }
  }

  func plain(_ bytes: [UInt8], isStructured: Bool = false) throws(RedactionRefusal) -> RedactedDocument {
    let stream = StreamRedactor(self)
    let out = try stream.feed(bytes) + stream.finish()
    return RedactedDocument(bytes: out, redacted: stream.takeRedacted(), isStructured: isStructured)
  }

  private static let maximumPasses = 4

  /// Leaf by leaf, and then as a whole: what is spread over leaves, or known by its neighbours, is found only there.
  private func redact(_ bytes: [UInt8], _ document: LeafDocument?) throws(RedactionRefusal) -> RedactedDocument {
    guard let document else { return try plain(bytes) }
    var edits = [LeafEdit]()
    for leaf in document.leaves { edits += self.edits(in: leaf, bytes) }
    for _ in 0..<Self.maximumPasses {
      edits = LeafEdit.merge(edits, bytes, self)
      let view = Edit.apply(edits.map(\.edit), to: bytes.span, 0..<bytes.count)
      let survey = survey(view.text)
      if let container = survey.containers.first {
        throw .container(rule: container.finding.rule, offset: view.source(of: container.span).lowerBound)
      }
      let fresh = survey.located.flatMap { spread($0, view, document) }
      guard !survey.located.isEmpty else { return result(view.text, edits) }
      if fresh.isEmpty { break }
      edits += fresh
    }
    return try plain(bytes)
  }

  private func result(_ bytes: [UInt8], _ edits: [LeafEdit]) -> RedactedDocument {
    RedactedDocument(bytes: bytes, redacted: LeafEdit.redacted(edits), isStructured: true)
  }

  /// What has to be done in a leaf, in places of the document.
  private func edits(in leaf: Leaf, _ bytes: [UInt8]) -> [LeafEdit] {
    localEdits(in: leaf).map { LeafEdit($0.in(leaf, bytes, policy), leaf) }
  }

  /// Fewer bytes hold nothing.
  private static let shortestLeaf = 4

  /// The same in places of the leaf's text. A container in a leaf takes the leaf with it.
  func localEdits(in leaf: Leaf) -> [Edit] {
    let text = leaf.view.text
    if text.count < Self.shortestLeaf { return [] }
    if text.count > StreamRedactor.window { return windowEdits(text, before: leaf.before) }
    let settlement = settle(text, before: leaf.before, after: leaf.after)
    guard let container = settlement.container else { return settlement.edits }
    return [whole(text, container)]
  }

  /// What is certain in a leaf and not kept, in places of its text; nothing takes its place.
  func certain(in leaf: Leaf) -> [Edit] {
    inspect(leaf.view.text).findings.compactMap { found in
      let action = policy.action(for: found)
      guard found.tier == .certain, action != .keep else { return nil }
      return Edit(located: Located(span: found.span, finding: found, action: action), replacement: [])
    }
  }

  /// A long leaf in windows, like a stream.
  private func windowEdits(_ text: [UInt8], before: [UInt8]) -> [Edit] {
    let stream = StreamRedactor(self, before: before)
    do throws(RedactionRefusal) {
      _ = try stream.feed(text) + stream.finish()
      let edits = stream.takeEdits()
      return stream.replacesRest ? [whole(text, Self.refused("container"))] : edits
    } catch {
      return [whole(text, Self.refused(error.rule))]
    }
  }

  private static func refused(_ rule: String) -> Located {
    let finding = Finding(
      rule: rule, title: "Something compressed that cannot be edited", kind: .evasion, tier: .certain, confidence: 90,
      span: 0..<0, disguises: [], sample: "", fingerprint: "", notes: [:])
    return Located(span: 0..<0, finding: finding, action: .label)
  }

  private func whole(_ text: [UInt8], _ container: Located) -> Edit {
    var located = container
    located.span = 0..<text.count
    return Edit(located: located, replacement: policy.replacement(text, located, vault))
  }

  /// A finding in the whole document, as places in the leaves that it covers.
  private func spread(_ found: Located, _ view: TextView, _ document: LeafDocument) -> [LeafEdit] {
    let span = view.source(of: found.span)
    let (ranges, first) = (document.leaves, document.ranges.firstIndex(endingAfter: span.lowerBound))
    let near = ranges[(first ?? ranges.count)...].prefix { $0.range.lowerBound < span.upperBound }
    let covered = near.compactMap { leaf -> LeafEdit? in
      guard let part = leaf.view.aligned(span) else { return nil }
      return LeafEdit(found, leaf.kind == .number ? leaf.range : part, leaf)
    }
    if !covered.isEmpty || !document.isLoose || span.isEmpty { return covered }
    return [LeafEdit(found, span, nil)]
  }
}
