/// Takes secrets out of a stream, piece by piece.
///
/// A value: the same bytes give the same result however they are split. What knows more kinds of secrets takes its place here later.
package protocol SecretMasking: Sendable {
  /// What may be written of all that came so far; the beginning of what could become a secret is held back.
  mutating func mask(_ bytes: [UInt8]) -> [UInt8]
  /// What was held back, at the end of the stream.
  mutating func finish() -> [UInt8]
}
