import BaileyCore

/// The pairs of a query, as servers of the web read them: parted by `&`, `+` for a space, percent-encoded once.
///
/// Read for facts alone. Where `;` might part as well, keys of both readings are told.
struct QueryString: Sendable, Equatable {
  struct Pair: Sendable, Equatable {
    var key: String
    var value: String
  }

  private(set) var pairs: [Pair] = []
  /// Two servers may find different keys in it.
  private(set) var isAmbiguous = false

  private static let maximumPairs = 256
  private static let maximumKey = 64

  init(_ bytes: ArraySlice<UInt8>?) {
    guard let bytes, !bytes.isEmpty else { return }
    for part in bytes.split(separator: UInt8(ascii: "&")) {
      read(part)
      guard part.contains(UInt8(ascii: ";")) else { continue }
      isAmbiguous = true
      for inner in part.split(separator: UInt8(ascii: ";")) { read(inner) }
    }
  }

  func values(of key: String) -> [String] { pairs.filter { $0.key == key }.map(\.value) }

  private mutating func read(_ part: ArraySlice<UInt8>) {
    guard pairs.count < Self.maximumPairs else {
      isAmbiguous = true
      return
    }
    let split = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
    let value = split < part.endIndex ? Self.decoded(part[(split + 1)...]) : nil
    guard let key = Self.decoded(part[..<split]), !Self.decodesAgain(key) else {
      isAmbiguous = true
      pairs.append(Pair(key: "*", value: String(decoding: value ?? [], as: UTF8.self)))
      return
    }
    pairs.append(
      Pair(key: String(decoding: key, as: UTF8.self), value: String(decoding: value ?? [], as: UTF8.self)))
  }

  /// `nil` where a percent sign does not begin an octet, or a key is cut short by a NUL.
  private static func decoded(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
    var (result, rest): ([UInt8], ArraySlice<UInt8>) = ([], bytes)
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "+"): result.append(0x20)
      case UInt8(ascii: "%"):
        let digits = rest.prefix(2).compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        guard digits.count == 2 else { return nil }
        rest.removeFirst(2)
        result.append(UInt8(digits[0] << 4 | digits[1]))
      default: result.append(byte)
      }
    }
    return result
  }

  private static func decodesAgain(_ key: [UInt8]) -> Bool {
    key.contains(UInt8(ascii: "%")) || key.contains(0) || key.contains(UInt8(ascii: "&"))
  }
}

extension QueryString {
  /// What rules and policies are told.
  var facts: RequestFacts.Query {
    var facts = RequestFacts.Query()
    // Some servers leave spaces before a key out: both readings are told.
    let keys = pairs.map(\.key).flatMap { [$0] + ($0.hasPrefix(" ") ? [String($0.drop { $0 == " " })] : []) }
      .map(Self.told).sorted()
    facts.keys = Array(Set(keys)).sorted()
    // What stands there in both readings of a `;` is no repetition.
    facts.repeated = isAmbiguous ? [] : Array(Set(zip(keys, keys.dropFirst()).filter { $0 == $1 }.map(\.0))).sorted()
    facts.isAmbiguous = isAmbiguous
    return facts
  }

  /// A key that is long, or not of visible ASCII, may be data: it is not told, and no rule can name it.
  private static func told(_ key: String) -> String {
    let isPlain = (1...maximumKey).contains(key.utf8.count) && key.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    return isPlain ? key : "*"
  }
}
