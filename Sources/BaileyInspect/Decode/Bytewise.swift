/// Reads a coding byte by byte.
protocol ByteReader {
  /// Makes at most `Bytewise.mostMade` bytes of one.
  mutating func take(_ byte: UInt8, _ made: inout [UInt8]) -> DecoderStep.State
}

/// A decoder of what is read byte by byte.
final class Bytewise<Reader: ByteReader>: Decoder {
  private var reader: Reader
  private var made: [UInt8] = []

  init(_ reader: Reader) { self.reader = reader }

  func step(_ input: Span<UInt8>, into room: inout [UInt8]) -> DecoderStep {
    made.removeAll(keepingCapacity: true)
    var (used, state) = (0, DecoderStep.State.more)
    while used < input.count, made.count + mostMadeOfOne <= room.count, state == .more {
      state = reader.take(input[used], &made)
      used += 1
    }
    for place in made.indices { room[place] = made[place] }
    return DecoderStep(used: used, made: made.count, state: state)
  }
}

/// A word of LZW's table, and a little more.
let mostMadeOfOne = 4100

/// ASCIIHexDecode of PDF (ISO 32000-1, 7.4.2).
struct ASCIIHexReader: ByteReader {
  private var first: UInt8?

  mutating func take(_ byte: UInt8, _ made: inout [UInt8]) -> DecoderStep.State {
    if byte == 0x3E {
      if let first { made.append(first << 4) }
      return .end
    }
    guard let digit = Bytes.hex(byte) else { return Bytes.isSpace(byte) || byte == 0 ? .more : .broken }
    if let high = first {
      made.append(high << 4 | digit)
      first = nil
    } else {
      first = digit
    }
    return .more
  }
}

/// ASCII85Decode of PDF (ISO 32000-1, 7.4.3): over lines, until `~>`.
struct ASCII85Reader: ByteReader {
  private var word: UInt64 = 0
  private var count = 0

  mutating func take(_ byte: UInt8, _ made: inout [UInt8]) -> DecoderStep.State {
    if Bytes.isSpace(byte) || byte == 0 { return .more }
    if byte == 0x7E { return end(&made) }
    if byte == 0x7A, count == 0 {
      made += [0, 0, 0, 0]
      return .more
    }
    let rank = Alphabet.ascii85[Int(byte)]
    guard rank < 85 else { return .broken }
    word = word * 85 + UInt64(rank)
    count += 1
    return count < 5 ? .more : flush(&made, bytes: 4)
  }

  private mutating func end(_ made: inout [UInt8]) -> DecoderStep.State {
    guard count > 1 else { return .end }
    let bytes = count - 1
    for _ in count..<5 { word = word * 85 + 84 }
    return flush(&made, bytes: bytes) == .broken ? .broken : .end
  }

  private mutating func flush(_ made: inout [UInt8], bytes: Int) -> DecoderStep.State {
    guard let whole = UInt32(exactly: word) else { return .broken }
    for place in 0..<bytes { made.append(UInt8(truncatingIfNeeded: whole >> (24 - 8 * UInt32(place)))) }
    (word, count) = (0, 0)
    return .more
  }
}

/// RunLengthDecode of PDF (ISO 32000-1, 7.4.5).
struct RunLengthReader: ByteReader {
  private var length: UInt8?
  private var left = 0

  mutating func take(_ byte: UInt8, _ made: inout [UInt8]) -> DecoderStep.State {
    guard let length else {
      if byte == 128 { return .end }
      (self.length, left) = (byte, Int(byte) + 1)
      return .more
    }
    if length > 128 {
      made += [UInt8](repeating: byte, count: 257 - Int(length))
      left = 0
    } else {
      made.append(byte)
      left -= 1
    }
    if left == 0 { self.length = nil }
    return .more
  }
}

/// LZWDecode of PDF (ISO 32000-1, 7.4.4), with the usual early change.
struct LZWReader: ByteReader {
  /// The word of code `258 + n` is that of another code, and a byte.
  private var words: [(before: Int, last: UInt8)] = []
  private var (bits, count, width) = (UInt32(0), UInt32(0), UInt32(9))
  private var previous: [UInt8] = []
  private var previousCode = 0

  mutating func take(_ byte: UInt8, _ made: inout [UInt8]) -> DecoderStep.State {
    bits = bits << 8 | UInt32(byte)
    count += 8
    guard count >= width else { return .more }
    count -= width
    let code = Int(bits >> count & (1 << width - 1))
    bits &= 1 << count - 1
    return take(code: code, &made)
  }

  private mutating func take(code: Int, _ made: inout [UInt8]) -> DecoderStep.State {
    if code == 257 { return .end }
    if code == 256 {
      words.removeAll(keepingCapacity: true)
      (previous, width) = ([], 9)
      return .more
    }
    guard code < 258 + words.count || code == 258 + words.count && !previous.isEmpty else { return .broken }
    let word = code == 258 + words.count ? previous + previous.prefix(1) : word(of: code)
    if let first = word.first, !previous.isEmpty, words.count < 4096 - 258 { words.append((previousCode, first)) }
    (previous, previousCode) = (word, code)
    width = words.count + 259 >= 2048 ? 12 : (words.count + 259 >= 1024 ? 11 : (words.count + 259 >= 512 ? 10 : 9))
    made += word
    return .more
  }

  private func word(of code: Int) -> [UInt8] {
    var (text, code) = ([UInt8](), code)
    while code >= 258 {
      text.append(words[code - 258].last)
      code = words[code - 258].before
    }
    text.append(UInt8(truncatingIfNeeded: code))
    return text.reversed()
  }
}
