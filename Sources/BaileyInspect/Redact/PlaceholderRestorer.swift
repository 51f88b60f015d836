/// Puts values back where their placeholders stand in a stream, however the stream is cut.
///
/// Only what this vault made is turned back; anything else stays as it is. At most 105 bytes are held back.
public struct PlaceholderRestorer {
  /// How a value has to be written where it is put.
  public enum Escaping: Sendable {
    case none
    /// Within a string of JSON.
    case json
    /// Within a part of a URL, or a field of a form.
    case percent
  }

  private let vault: PlaceholderVault
  private var escaping: Escaping
  private let maximumBytes: Int
  private var held: [UInt8] = []
  private var made = 0

  var isHolding: Bool { !held.isEmpty }

  /// - Parameter maximumBytes: that values may add; what would be more stays a placeholder.
  public init(_ vault: PlaceholderVault, escaping: Escaping = .none, maximumBytes: Int = 4 << 20) {
    (self.vault, self.escaping, self.maximumBytes) = (vault, escaping, maximumBytes)
  }

  public mutating func feed(_ bytes: [UInt8]) -> [UInt8] {
    let text = held + bytes
    held = []
    var (out, at) = ([UInt8](), 0)
    while let start = text[at...].firstIndex(of: Placeholder.mark[0]) {
      out += text[at..<start]
      switch Placeholder.read(text[start...]) {
      case .unfinished:
        held = Array(text[start...])
        return out
      case .whole(let length):
        out += restored(Array(text[start..<start + length]))
        at = start + length
      case .none:
        out.append(text[start])
        at = start + 1
      }
    }
    return out + text[at...]
  }

  /// What was held back: the beginning of a placeholder that never came to its end.
  public mutating func finish() -> [UInt8] {
    defer { held = [] }
    return held
  }

  private mutating func restored(_ placeholder: [UInt8]) -> [UInt8] {
    guard let value = vault.value(of: placeholder) else { return placeholder }
    let written = escaping.write(value)
    guard made + written.count <= maximumBytes else { return placeholder }
    made += written.count
    return written
  }

  /// All of one text, of several for which `maximumBytes` counts together.
  mutating func whole(_ bytes: [UInt8], _ escaping: Escaping) -> [UInt8] {
    self.escaping = escaping
    return feed(bytes) + finish()
  }

  /// All of a text at once.
  public static func restore(_ bytes: [UInt8], from vault: PlaceholderVault, escaping: Escaping = .none) -> [UInt8] {
    var restorer = PlaceholderRestorer(vault, escaping: escaping)
    return restorer.feed(bytes) + restorer.finish()
  }
}

extension PlaceholderRestorer.Escaping {
  func write(_ value: [UInt8]) -> [UInt8] {
    switch self {
    case .none: value
    case .json: JSONString.escape(value)
    case .percent: PercentText.escape(value)
    }
  }
}

enum PercentText {
  static func isPlain(_ byte: UInt8) -> Bool { Bytes.isWord(byte) || "-._~*".utf8.contains(byte) }

  static func escape(_ value: some Sequence<UInt8>) -> [UInt8] {
    let digits = Array("0123456789ABCDEF".utf8)
    return value.flatMap { byte in
      isPlain(byte) ? [byte] : [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
  }
}
