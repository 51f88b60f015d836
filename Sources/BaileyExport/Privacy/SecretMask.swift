package import BaileyCore

/// Takes out of a record what looks like a secret, wherever it stands.
///
/// Records hold none by what writes them; a script, a query string or a sentence can still carry one. What leaves the machine is looked at
/// again: the value of `token=…`, the word after `--token` or `Bearer`, and whatever has the shape of a secret.
package enum SecretMask {
  package static let mark = "[masked]"
  private static let separators = Set(" \t\r\n\"'`&?,;()<>[]{}|".utf8)

  package static func masked(_ record: JSON) -> JSON { record.mappingTexts { _, text in masked(text) } }

  static func masked(_ text: String) -> String {
    if isHeader(text) { return mark }
    var previous = ""
    return text.mappingPieces(separators) { piece in
      defer { previous = piece }
      return announces(previous, piece) ? mark : maskedPiece(piece)
    }
  }

  /// `--token X`, `Bearer X`.
  private static func announces(_ word: String, _ next: String) -> Bool {
    if next.hasPrefix("-") { return false }
    if ["bearer", "basic"].contains(word.split(separator: "=").last?.lowercased()) {
      return SecretShape.isSecret(value: "Bearer " + next) != nil
    }
    return word.hasPrefix("-") && !word.contains("=") && isSecretName(word)
  }

  /// `Bearer x`, and a private key, go as a whole: their parts look like nothing.
  private static func isHeader(_ text: String) -> Bool {
    ["Bearer ", "Basic ", "-----BEGIN "].contains { text.hasPrefix($0) } && SecretShape.isSecret(value: text) != nil
  }

  private static func maskedPiece(_ piece: String) -> String {
    if SecretShape.isSecret(value: piece) != nil { return mark }
    let pair = piece.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard pair.count == 2, !pair[1].isEmpty else { return piece }
    let isSecret = isSecretName(pair[0]) || SecretShape.isSecret(value: String(pair[1])) != nil
    return isSecret ? "\(pair[0])=\(mark)" : piece
  }

  /// `--client-secret` as the variable would be spelled.
  private static func isSecretName(_ name: some StringProtocol) -> Bool {
    let bytes = name.utf8.drop { $0 == UInt8(ascii: "-") }.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 }
    return !bytes.isEmpty && SecretShape.isSecret(name: String(decoding: bytes, as: UTF8.self))
  }
}
