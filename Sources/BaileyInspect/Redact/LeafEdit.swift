/// An edit with the leaf that it is in.
struct LeafEdit {
  var edit: Edit
  var leaf: Leaf?

  /// What is told of them. Keys that were replaced are in no pointer.
  static func redacted(_ edits: [LeafEdit]) -> [Redacted] {
    let hidden = Set(edits.compactMap { $0.leaf?.kind == .key ? $0.leaf?.path.last : nil })
    return edits.map { edit in
      let path = edit.leaf?.path ?? []
      return Redacted(
        finding: edit.edit.finding, action: edit.edit.located.action,
        pointer: path.isEmpty ? nil : PathStep.pointer(path, hiding: hidden))
    }
  }

  init(_ edit: Edit, _ leaf: Leaf?) { (self.edit, self.leaf) = (edit, leaf) }

  init(_ found: Located, _ span: Range<Int>, _ leaf: Leaf?) {
    var located = found
    located.span = span
    self.init(Edit(located: located, replacement: []), leaf)
  }

  /// In order and without overlaps; what is new or was widened gets its replacement.
  static func merge(_ edits: [LeafEdit], _ bytes: [UInt8], _ redactor: Redactor) -> [LeafEdit] {
    var merged: [LeafEdit] = []
    for next in edits.sorted(by: { $0.edit.span.lowerBound < $1.edit.span.lowerBound }) {
      guard let last = merged.last, last.edit.span.upperBound > next.edit.span.lowerBound else {
        merged.append(next)
        continue
      }
      var located = last.edit.located.merged(with: next.edit.located)
      located.attempt += 1
      merged[merged.count - 1] = LeafEdit(Edit(located: located, replacement: []), last.leaf)
    }
    return merged.map { edit in
      guard edit.edit.replacement.isEmpty, !edit.edit.span.isEmpty else { return edit }
      let value = Array(bytes[edit.edit.span])
      let text = redactor.policy.replacement(value, edit.edit.located, redactor.vault)
      return LeafEdit(edit.edit.written(text, value, edit.leaf, redactor.policy), edit.leaf)
    }
  }
}

extension Edit {
  /// The same in the document that the leaf is of.
  func `in`(_ leaf: Leaf, _ bytes: [UInt8], _ policy: Redaction) -> Edit {
    var edit = self
    guard leaf.kind == .number else {
      edit.located.span = leaf.view.source(of: span)
      return edit.written(replacement, Array(bytes[edit.located.span]), leaf, policy)
    }
    edit.located.span = leaf.range
    return edit.written(replacement, Array(bytes[leaf.range]), leaf, policy)
  }

  /// Written as the leaf needs it.
  func written(_ text: [UInt8], _ value: [UInt8], _ leaf: Leaf?, _ policy: Redaction) -> Edit {
    var edit = self
    if leaf?.kind == .number {
      let isNumber = policy.numbers == .zeros || policy.isLengthSafe
      edit.replacement = isNumber ? Redaction.zeros(value) : [0x22] + text + [0x22]
    } else if policy.isLengthSafe {
      edit.replacement = Redaction.fitted(leaf?.escaping.harmless(text) ?? text, to: value.count)
    } else {
      edit.replacement = leaf?.escaping.write(text) ?? text
    }
    return edit
  }
}

extension PlaceholderRestorer.Escaping {
  /// The same length, with stars for what would need an escape here.
  func harmless(_ text: [UInt8]) -> [UInt8] {
    text.map { byte in
      let isSafe = self == .percent ? PercentText.isPlain(byte) : byte >= 0x20 && !"\"'\\;".utf8.contains(byte)
      return isSafe ? byte : 0x2A
    }
  }
}

extension Redaction {
  /// A value that was escaped is longer than what it stands for.
  static func fitted(_ text: [UInt8], to count: Int) -> [UInt8] {
    text.count == count ? text : text.prefix(count) + [UInt8](repeating: 0x2A, count: max(0, count - text.count))
  }
}
