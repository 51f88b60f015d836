/// Replaces known secrets and well-known tokens by `[masked]`, also when they come in pieces.
///
/// Of two that begin at one place the longer counts. Held back is at most the longest pattern, and only while what came last could be its
/// beginning. What is written in another encoding, or with escape sequences in its midst, is not found.
package struct StreamMasker: SecretMasking {
  package static let mask = Array("[masked]".utf8)

  /// By their first byte.
  private let patterns: [[SecretPattern]]
  private var held: [UInt8] = []
  /// The byte before what is held.
  private var previous: UInt8 = 0
  /// What still belongs to a token that was found.
  private var tail: ByteSet?

  /// - Parameter secrets: values; those under six bytes are not looked for.
  package init(secrets: [String]) {
    var table = [[SecretPattern]](repeating: [], count: 256)
    for pattern in SecretPattern.tokens + secrets.flatMap(SecretPattern.known) {
      table[Int(pattern.beginning[0])].append(pattern)
    }
    patterns = table
  }

  package mutating func mask(_ bytes: [UInt8]) -> [UInt8] { take(bytes, isEnd: false) }

  package mutating func finish() -> [UInt8] { take([], isEnd: true) }

  private mutating func take(_ bytes: [UInt8], isEnd: Bool) -> [UInt8] {
    let text = held.isEmpty ? bytes : held + bytes
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var index = 0
    loop: while index < text.count {
      if tail?.contains(text[index]) == true {
        index = pass(text, index, 1)
        continue
      }
      tail = nil
      switch look(text, index, isEnd) {
      case .nothing:
        result.append(text[index])
        index = pass(text, index, 1)
      case .unknown: break loop
      case .secret(let length, let alphabet):
        result += Self.mask
        tail = alphabet
        index = pass(text, index, length)
      }
    }
    held = Array(text[index...])
    return result
  }

  private mutating func pass(_ text: [UInt8], _ index: Int, _ count: Int) -> Int {
    previous = text[index + count - 1]
    return index + count
  }

  private enum Finding {
    case nothing
    /// More bytes decide.
    case unknown
    case secret(length: Int, tail: ByteSet?)
  }

  private func look(_ text: [UInt8], _ index: Int, _ isEnd: Bool) -> Finding {
    var best: SecretPattern?
    for pattern in patterns[Int(text[index])] where !(pattern.isWord && SecretPattern.wordBytes.contains(previous)) {
      let there = min(pattern.length, text.count - index)
      guard fits(pattern, text[index..<(index + there)]) else { continue }
      if there < pattern.length {
        if isEnd { continue }
        return .unknown
      }
      if pattern.length > best?.length ?? 0 { best = pattern }
    }
    return best.map { .secret(length: $0.length, tail: $0.alphabet) } ?? .nothing
  }

  private func fits(_ pattern: SecretPattern, _ text: ArraySlice<UInt8>) -> Bool {
    let known = min(pattern.beginning.count, text.count)
    guard text.prefix(known).elementsEqual(pattern.beginning.prefix(known)) else { return false }
    guard let alphabet = pattern.alphabet else { return true }
    return text.dropFirst(known).allSatisfy(alphabet.contains)
  }
}
