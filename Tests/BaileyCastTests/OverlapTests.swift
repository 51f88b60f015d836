import Testing

@testable import BaileyCast

@Suite("Secrets that overlap")
struct OverlapTests {
  private func masked(_ pieces: [[UInt8]], _ secrets: [String]) -> String {
    var masker = StreamMasker(secrets: secrets)
    let parts = pieces.map { masker.mask($0) }
    return String(decoding: parts.joined() + masker.finish(), as: UTF8.self)
  }

  private func masked(_ text: String, _ secrets: [String]) -> String { masked([Array(text.utf8)], secrets) }

  @Test(
    "A secret that begins within another match is masked to its end",
    arguments: [
      ("postgres://app:p@ss/w0rd1@db", ["p@ss/w0rd1"], "postgres[masked]@db"),
      ("Bearer 0123456789abcdefghijABCD!rest x", ["0123456789abcdefghijABCD!rest"], "[masked] x"),
      ("abcdef123xyzfoo.", ["abcdef123", "123xyzfoo"], "[masked]."),
      ("ghp_0123456789abcdefghijABCDEFGHIJ012345/tail x", ["ABCDEFGHIJ012345/tail"], "[masked] x"),
    ])
  func overlapping(text: String, secrets: [String], expected: String) {
    #expect(masked(text, secrets) == expected)
    #expect(masked(text.utf8.map { [$0] }, secrets) == expected)
  }

  @Test("Of two long values with one beginning each is masked to its end, also where it breaks off")
  func commonBeginning() {
    let common = String(repeating: "c", count: 40) + String(repeating: "d", count: 40)
    let secrets = ["a", "b"].map { common + String(repeating: $0, count: 48) }
    for secret in secrets {
      #expect(masked("<\(secret)>", secrets) == "<[masked]>")
      #expect(masked("<\(secret.prefix(100))>", secrets) == "<[masked]>")
    }
  }

  @Test("However overlapping secrets stand in addresses and headers, whole or cut off, nothing of one is left")
  func random() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<300 {
      let beginning = word(0...140, &generator)
      let secrets = (0..<4).map { String(beginning.prefix($0 % 2 == 0 ? 140 : 0)) + word(6...100, &generator) }
      let bytes = text(secrets, &generator)
      let whole = masked([bytes], secrets)
      #expect(masked(split(bytes, &generator), secrets) == whole)
      #expect(leaks(bytes, whole, secrets) == [], "\(secrets) in \(String(decoding: bytes, as: UTF8.self))")
    }
  }

  @Test("Without tokens it takes away what belongs to a value, and nothing else")
  func exact() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<300 {
      let beginning = letters(0...140, &generator)
      let secrets = (0..<4).map { String(beginning.prefix($0 % 2 == 0 ? 140 : 0)) + letters(6...100, &generator) }
      let bytes = (0..<6).flatMap { _ in
        let secret = secrets[Int.random(in: 0..<4, using: &generator)].utf8
        return secret.dropFirst(Int.random(in: 0...3, using: &generator)).prefix(
          .random(in: 0...240, using: &generator))
      }
      #expect(masked([bytes], secrets) == rendered(bytes, hidden(bytes, secrets)))
      #expect(masked(split(bytes, &generator), secrets) == rendered(bytes, hidden(bytes, secrets)))
    }
  }

  // MARK: what is looked for slowly

  /// Whether each byte belongs to a value, or to one that breaks off behind its first piece or at the end of the text.
  private func hidden(_ text: [UInt8], _ secrets: [String]) -> [Bool] {
    var hidden = text.map { _ in false }
    for value in secrets.map({ Array($0.utf8) }) {
      var begins = [0]
      for piece in SecretPattern.known(String(decoding: value, as: UTF8.self)) {
        begins.append((begins.last ?? 0) + piece.beginning.count)
      }
      for (begin, end) in zip(begins, begins.dropFirst()) {
        for place in text.indices {
          let common = zip(text[place...], value[begin...]).prefix { $0 == $1 }.count
          let isCutOff = place + common == text.count && common >= SecretPattern.shortest
          if common >= end - begin || isCutOff { for index in place..<(place + common) { hidden[index] = true } }
        }
      }
    }
    return hidden
  }

  private func rendered(_ text: [UInt8], _ hidden: [Bool]) -> String {
    var result: [UInt8] = []
    for index in text.indices {
      if !hidden[index] { result.append(text[index]) }
      if hidden[index], index == 0 || !hidden[index - 1] { result += StreamMasker.mask }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// What is left between masks must be a part of what no value took, in order.
  private func leaks(_ text: [UInt8], _ masked: String, _ secrets: [String]) -> [String] {
    let allowed = rendered(text, hidden(text, secrets)).components(StreamMasker.mask)
    return masked.components(StreamMasker.mask).filter { part in
      !part.isEmpty && !allowed.contains { $0.contains(part) }
    }
  }

  // MARK: random texts

  private func word(_ length: ClosedRange<Int>, _ generator: inout SystemRandomNumberGenerator) -> String {
    drawn("ab:/@!", length, &generator)
  }

  private func letters(_ length: ClosedRange<Int>, _ generator: inout SystemRandomNumberGenerator) -> String {
    drawn("ab", length, &generator)
  }

  private func drawn(
    _ letters: String, _ length: ClosedRange<Int>, _ generator: inout SystemRandomNumberGenerator
  ) -> String {
    String(
      (0..<Int.random(in: length, using: &generator)).compactMap { _ in letters.randomElement(using: &generator) })
  }

  private func text(_ secrets: [String], _ generator: inout SystemRandomNumberGenerator) -> [UInt8] {
    let contexts = ["x://a:", "Bearer ", "@h ", "ghp_0123456789abcdefghijABCDEFGHIJ012345", "\n", "a", "!", " "]
    return (0..<12).flatMap { number in
      let secret = secrets[Int.random(in: 0..<secrets.count, using: &generator)].utf8
      let context = contexts[Int.random(in: 0..<contexts.count, using: &generator)].utf8
      if number % 2 == 0 { return Array(context) }
      return Array(
        secret.dropFirst(.random(in: 0...2, using: &generator)).prefix(.random(in: 0...300, using: &generator)))
    }
  }

  private func split(_ bytes: [UInt8], _ generator: inout SystemRandomNumberGenerator) -> [[UInt8]] {
    var pieces: [[UInt8]] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = Int.random(in: 1...min(rest.count, 90), using: &generator)
      pieces.append(Array(rest.prefix(count)))
      rest = rest.dropFirst(count)
    }
    return pieces
  }
}

extension String {
  fileprivate func components(_ separator: [UInt8]) -> [String] {
    let mask = String(decoding: separator, as: UTF8.self)
    var (parts, rest) = ([String](), self[...])
    while let range = rest.firstRange(of: mask) {
      parts.append(String(rest[..<range.lowerBound]))
      rest = rest[range.upperBound...]
    }
    return parts + [String(rest)]
  }
}
