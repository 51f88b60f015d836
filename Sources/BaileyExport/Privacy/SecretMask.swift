import BaileyCast
package import BaileyCore

/// Takes out of a record what looks like a secret, wherever it stands.
///
/// Records hold none by what writes them; a script, a query string or a sentence can still carry one. What leaves the machine is looked at
/// again: values of names that announce a secret, headers, user information of addresses, and whatever has the shape of a token. One pass
/// over each text.
package enum SecretMask {
  package static let mark = "[masked]"
  /// The same list as for recordings of terminals.
  private static let tokens = StreamMasker(secrets: [])
  private static let ends = Set("\r\n\"'`".utf8)
  private static let separators = Set(" \t&?,;()<>[]{}|".utf8)

  package static func masked(_ record: JSON) -> JSON { masked(record, name: "") }

  private static func masked(_ value: JSON, name: String) -> JSON {
    switch value {
    case .string(let text): return .string(masked(text, name))
    case .array(let elements):
      // The word after `--token` is an element of its own.
      var words = SecretWords()
      return .array(
        elements.map { element in
          guard case .string(let text) = element else { return masked(element, name: name) }
          return .string(SecretNames.isField(name) ? mark : masked(text, &words))
        })
    case .object(let members):
      return .object(
        Dictionary(
          members.map { (masked($0.key, ""), masked($0.value, name: $0.key)) }, uniquingKeysWith: { first, _ in first })
      )
    case .null, .bool, .int: return value
    }
  }

  private static func masked(_ text: String, _ name: String) -> String {
    if SecretNames.isField(name), !text.isEmpty { return mark }
    var words = SecretWords()
    return masked(text, &words)
  }

  private static func masked(_ text: String, _ words: inout SecretWords) -> String {
    if isWhole(text) { return mark }
    let result = text.mappingPieces(ends) { line in
      words.beginLine()
      return line.mappingPieces(separators) { words.masked($0) }
    }
    var masker = tokens
    return String(decoding: masker.mask(Array(result.utf8)) + masker.finish(), as: UTF8.self)
  }

  /// `Bearer x`, and a private key, go as a whole: their parts look like nothing.
  private static func isWhole(_ text: String) -> Bool {
    ["Bearer ", "Basic ", "-----BEGIN "].contains { text.hasPrefix($0) } && SecretShape.isSecret(value: text) != nil
  }
}
