extension Record {
  /// The record, or one with long texts and lists of its body cut so that its canonical form has at most `maximum` bytes.
  ///
  /// A cut text ends in `…`; a body that was cut has `"truncated": true`. For observed events, where part of the evidence is better
  /// than none; a decided action is refused rather than recorded in part.
  package func fitting(_ maximum: Int) -> Record {
    if json.canonical.count <= maximum { return self }
    var shortened = self
    for limit in [8192, 2048, 512, 128, 32] {
      shortened.body = body.cut(texts: limit, lists: limit / 4).markedAsTruncated
      if shortened.json.canonical.count <= maximum { return shortened }
    }
    shortened.body = ["truncated": true]
    return shortened
  }
}

extension JSON {
  fileprivate var markedAsTruncated: JSON {
    guard case .object(var members) = self else { return ["truncated": true, "value": self] }
    members["truncated"] = true
    return .object(members)
  }

  /// Texts to so many bytes, at a character's end; lists and objects to so many members.
  fileprivate func cut(texts: Int, lists: Int) -> JSON {
    switch self {
    case .string(let text):
      guard text.utf8.count > texts else { return self }
      var bytes = Array(text.utf8.prefix(texts))
      while String(validating: bytes, as: UTF8.self) == nil { bytes.removeLast() }
      return .string(String(decoding: bytes, as: UTF8.self) + "…")
    case .array(let elements):
      return .array(elements.prefix(lists).map { $0.cut(texts: texts, lists: lists) })
    case .object(let members):
      let kept = members.keys.sorted().prefix(lists)
      let pairs = kept.map { ($0, members[$0]?.cut(texts: texts, lists: lists) ?? .null) }
      return .object(Dictionary(pairs, uniquingKeysWith: { first, _ in first }))
    case .null, .bool, .int:
      return self
    }
  }
}
