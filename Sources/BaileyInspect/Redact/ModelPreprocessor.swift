/// What a request to a model became.
public struct PreparedRequest: Sendable, Equatable {
  public var bytes: [UInt8]
  public var redacted: [Redacted]
  /// What was left as it is, with what was found in it.
  public var opaque: [OpaqueField]
  /// False when it was no JSON, or too large, and so was redacted as plain bytes.
  public var isStructured: Bool
}

/// Redacts what goes to a model: prompts, inputs and results of tools, whatever is text.
///
/// A conversation comes again with each turn, so what a leaf came to is kept by its hash, and only what is new is inspected. Leaves are
/// inspected one by one: what is spread over several is not seen.
public final class ModelPreprocessor {
  /// What is done with pictures, sounds and files.
  public enum BlobAction: Sendable {
    case leave
    /// Inspected like any text; what is found in one goes whole, and breaks it.
    case inspect
  }

  private let redactor: Redactor
  private let interface: ModelInterface
  private let blobs: BlobAction
  private let version: [UInt8]
  private var memory: LeafMemory<[Edit]>

  /// - Parameters:
  ///   - version: Of rules and policy: what was kept under another is not used. One preprocessor has one redactor, so this matters
  ///     only where a caller says that its policy changed.
  ///   - remembered: So many leaves are kept.
  public init(
    _ redactor: Redactor, interface: ModelInterface, blobs: BlobAction = .leave, version: String = "",
    remembered: Int = 20_000
  ) {
    (self.redactor, self.interface, self.blobs, self.version) = (redactor, interface, blobs, Array(version.utf8))
    memory = LeafMemory(maximumCount: remembered)
  }

  public func prepare(_ body: [UInt8]) throws(RedactionRefusal) -> PreparedRequest {
    guard body.count <= redactor.policy.maximumDocument, let document = try? LeafDocument.json(body) else {
      let plain = try redactor.redact(body)
      return PreparedRequest(bytes: plain.bytes, redacted: plain.redacted, opaque: [], isStructured: false)
    }
    let types = document.types
    var (request, edits) = (PreparedRequest(bytes: [], redacted: [], opaque: [], isStructured: true), [LeafEdit]())
    for leaf in document.leaves {
      if let field = opaque(leaf, types) {
        request.opaque.append(field)
      } else {
        edits += self.edits(in: leaf, body)
      }
    }
    // Two findings in one number, or in one escape, are two edits of the same bytes.
    edits = LeafEdit.merge(edits, body, redactor)
    request.bytes = Edit.apply(edits.map(\.edit), to: body.span, 0..<body.count).text
    request.redacted = LeafEdit.redacted(edits)
    return request
  }

  /// What may not be altered. Chance does not write a certain value in clear letters: what holds one is read like any text.
  private func opaque(_ leaf: Leaf, _ types: [Int: [UInt8]]) -> OpaqueField? {
    guard let kind = interface.opaque(leaf, types: types), kind == .signature || blobs == .leave else { return nil }
    let key = LeafKey.of([version, [3], leaf.view.text])
    let findings = memory.edits(key) { redactor.certain(in: leaf) }.map(\.finding)
    if findings.contains(where: { $0.disguises.isEmpty && $0.kind != .evasion }) { return nil }
    return OpaqueField(
      pointer: PathStep.pointer(leaf.path), kind: kind, count: leaf.range.count, findings: findings)
  }

  private func edits(in leaf: Leaf, _ body: [UInt8]) -> [LeafEdit] {
    let kind: [UInt8] = [leaf.kind == .key ? 1 : (leaf.kind == .number ? 2 : 0)]
    let key = LeafKey.of([version, kind, leaf.before, leaf.view.text])
    let edits = memory.edits(key) { redactor.localEdits(in: leaf) }
    return edits.map { LeafEdit($0.in(leaf, body, redactor.policy), leaf) }
  }
}

extension LeafDocument {
  /// By the number of an object, what it calls its type.
  var types: [Int: [UInt8]] {
    var types: [Int: [UInt8]] = [:]
    for leaf in leaves where leaf.kind == .text && leaf.path.last == .key(Array("type".utf8)) {
      types[leaf.object] = leaf.view.text
    }
    return types
  }
}
