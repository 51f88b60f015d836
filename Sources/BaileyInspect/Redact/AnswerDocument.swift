/// A leaf of an answer that is one of its fields.
struct AnswerPlace {
  let leaf: Leaf
  let field: AnswerField
  let part: String

  /// Fields of one part that are read apart.
  var name: String { "\(field.use) \(part)" }
  var isPiece: Bool { field.isPiece }
}

/// An answer, or the data of one event, with a look at the values that its fields name.
struct AnswerDocument {
  /// In order.
  private(set) var places: [AnswerPlace] = []
  /// The names of tools that it tells, by part.
  private(set) var tools: [String: [UInt8]] = [:]
  private let fields: [AnswerField]
  private var values: [[PathStep]: [UInt8]] = [:]

  /// Names, numbers and types are shorter; what is longer names nothing.
  private static let longestValue = 256

  init?(_ bytes: [UInt8], _ fields: [AnswerField]) {
    guard let document = try? LeafDocument.json(bytes) else { return nil }
    self.fields = fields
    let leaves = document.leaves.filter { $0.kind != .key }
    let named = Set(fields.flatMap(\.part) + [["type"]])
    for leaf in leaves where named.contains(where: { AnswerField.indices(leaf.path, $0) != nil }) {
      values[leaf.path] = leaf.view.text.count <= Self.longestValue ? leaf.view.text : nil
    }
    tools = tools(leaves)
    places = leaves.compactMap(place)
  }

  var type: [UInt8]? { values[[.key(Array("type".utf8))]] }

  /// Which field a leaf is, and of which part of the answer.
  private func place(_ leaf: Leaf) -> AnswerPlace? {
    guard leaf.kind == .text else { return nil }
    for field in fields {
      guard let indices = AnswerField.indices(leaf.path, field.path),
        field.event.map({ type?.elementsEqual($0.utf8) == true }) ?? true
      else { continue }
      return AnswerPlace(leaf: leaf, field: field, part: part(field, indices))
    }
    return nil
  }

  private func part(_ field: AnswerField, _ indices: [Int]) -> String {
    field.part.map { String(decoding: values[AnswerField.path($0, indices)] ?? [], as: UTF8.self) }.joined(
      separator: " ")
  }

  private func tools(_ leaves: [Leaf]) -> [String: [UInt8]] {
    var tools: [String: [UInt8]] = [:]
    for field in fields {
      guard let name = field.name else { continue }
      for leaf in leaves {
        guard let indices = AnswerField.indices(leaf.path, name) else { continue }
        tools[part(field, indices)] = leaf.view.text.count <= Self.longestValue ? leaf.view.text : []
      }
    }
    return tools
  }
}
