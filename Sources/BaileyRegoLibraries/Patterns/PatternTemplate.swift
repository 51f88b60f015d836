internal import BaileyRego

/// What a match is replaced by: `$1`, `$name` and `${name}` stand for groups, `$$` for a dollar (Go's `Expand`).
struct PatternTemplate {
  private enum Part {
    case text([UInt8])
    case group(Int)
    case name(String)
  }

  private var parts: [Part] = []

  init(_ source: [UInt8]) {
    var rest = source[...]
    while !rest.isEmpty {
      let plain = rest.prefix { $0 != 0x24 }
      if !plain.isEmpty { parts.append(.text(Array(plain))) }
      rest = rest.dropFirst(plain.count)
      if !rest.isEmpty { parts.append(Self.variable(&rest)) }
    }
  }

  /// Reads from a dollar on; one that starts no name stands for itself.
  private static func variable(_ rest: inout ArraySlice<UInt8>) -> Part {
    let after = rest.dropFirst()
    if after.first == 0x24 {
      rest = after.dropFirst()
      return .text([0x24])
    }
    let braces = after.first == 0x7B
    let name = wordPrefix(braces ? after.dropFirst() : after)
    guard !name.isEmpty, !braces || after.dropFirst(1 + name.utf8.count).first == 0x7D else {
      rest = after
      return .text([0x24])
    }
    rest = after.dropFirst(name.utf8.count + (braces ? 2 : 0))
    guard name.utf8.allSatisfy({ (0x30...0x39).contains($0) }), name.utf8.count < 9 else { return .name(name) }
    return Int(name).map { .group($0) } ?? .name(name)
  }

  /// Letters, digits and underscores of any script.
  private static func wordPrefix(_ bytes: ArraySlice<UInt8>) -> String {
    let scalars = String(decoding: bytes, as: UTF8.self).unicodeScalars.prefix {
      $0 == "_" || $0.properties.isAlphabetic || $0.properties.generalCategory == .decimalNumber
    }
    return String(String.UnicodeScalarView(scalars))
  }

  func replace(_ text: Text, _ pattern: Pattern, _ context: BuiltinContext) throws(BuiltinFailure) -> [UInt8] {
    var (out, end) = ([UInt8](), 0)
    for spans in try pattern.matches(text, limit: -1, groups: pattern.names.count, context) {
      guard let whole = spans[0] else { continue }
      out += text[end..<whole.lowerBound]
      expand(spans, text, pattern.names, &out)
      end = whole.upperBound
    }
    return out + text[end...]
  }

  private func expand(_ spans: Pattern.Spans, _ text: Text, _ names: [String], _ out: inout [UInt8]) {
    for part in parts {
      switch part {
      case .text(let bytes): out += bytes
      case .group(let index) where index < spans.count: out += text[spans[index] ?? 0..<0]
      case .group: break
      case .name(let name):
        if let index = names.indices.dropFirst().first(where: { names[$0] == name && spans[$0] != nil }) {
          out += text[spans[index] ?? 0..<0]
        }
      }
    }
  }
}
