import BaileyCore

extension JSON {
  /// The value with each text replaced, keys aside; `body` is told the nearest key above.
  func mappingTexts(key: String = "", _ body: (_ key: String, _ text: String) -> String) -> JSON {
    switch self {
    case .string(let text): .string(body(key, text))
    case .array(let elements): .array(elements.map { $0.mappingTexts(key: key, body) })
    case .object(let members):
      .object(
        Dictionary(
          members.map { ($0.key, $0.value.mappingTexts(key: $0.key, body)) }, uniquingKeysWith: { first, _ in first }))
    case .null, .bool, .int: self
    }
  }
}

extension String {
  /// The text with each piece between separators replaced; the separators stay.
  func mappingPieces(_ separators: Set<UInt8>, _ body: (String) -> String) -> String {
    var result: [UInt8] = []
    var piece: [UInt8] = []
    for byte in utf8 {
      guard separators.contains(byte) else {
        piece.append(byte)
        continue
      }
      if !piece.isEmpty { result += body(String(decoding: piece, as: UTF8.self)).utf8 }
      piece = []
      result.append(byte)
    }
    if !piece.isEmpty { result += body(String(decoding: piece, as: UTF8.self)).utf8 }
    return String(decoding: result, as: UTF8.self)
  }
}
