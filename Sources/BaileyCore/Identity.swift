/// The name of a session: 16 lower-case letters and digits, 80 bits of randomness in Crockford base 32.
package struct SessionID: Sendable, Hashable, CustomStringConvertible {
  package let text: String

  /// Accepts exactly what `random()` makes, so that an identifier can be part of a path.
  package init?(_ text: String) {
    guard text.utf8.count == 16, text.utf8.allSatisfy(Self.alphabet.contains) else { return nil }
    self.text = text
  }

  package static func random() -> SessionID {
    var generator = SystemRandomNumberGenerator()
    let letters = (0..<16).map { _ in alphabet[Int.random(in: 0..<32, using: &generator)] }
    return SessionID(unchecked: String(decoding: letters, as: UTF8.self))
  }

  private init(unchecked text: String) { self.text = text }

  private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

  package var description: String { text }
}
