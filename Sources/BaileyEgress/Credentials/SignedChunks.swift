import BaileyCore

/// A body of `aws-chunked` whose chunks are signed one after the other: each signature is made anew, the length stays.
///
/// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
struct SignedChunks {
  static let payload = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
  private static let mark = Array(";chunk-signature=".utf8)
  private static let signature = 64
  /// Bytes of one chunk; it has to be read before its signature is known.
  static let largest = 16 << 20
  /// Of a line before a chunk.
  private static let longestLine = 8 + mark.count + signature

  private let signer: AWSSigner
  private var previous: String
  private var held: [UInt8] = []
  private var isOver = false

  /// - Parameter seed: the signature of the head.
  init(_ signer: AWSSigner, seed: String) {
    self.signer = signer
    previous = seed
  }

  var heldBytes: Int { held.count }

  /// - Throws: `secret-body-unfit` for what is not of this form.
  mutating func feed(_ bytes: [UInt8], isLast: Bool) throws(Refusal) -> [UInt8] {
    held += bytes
    var result: [UInt8] = []
    var start = 0
    while !isOver, let (size, line) = try line(from: start), start + line + size + 2 <= held.count {
      let data = Array(held[(start + line)..<(start + line + size)])
      let end = start + line + size
      guard held[end] == 13, held[end + 1] == 10 else { throw Self.malformed }
      previous = signer.chunk(data, after: previous)
      result += Array(String(size, radix: 16).utf8) + Self.mark + Array(previous.utf8) + [13, 10] + data + [13, 10]
      start = end + 2
      isOver = size == 0
    }
    held.removeFirst(start)
    if isOver, !held.isEmpty { throw Self.malformed }
    if isLast, !isOver { throw Self.malformed }
    return result
  }

  /// Size of the chunk, and bytes of its line; `nil` while it is not whole.
  private func line(from start: Int) throws(Refusal) -> (size: Int, line: Int)? {
    let window = held[start...].prefix(Self.longestLine + 2)
    guard let end = window.firstIndex(of: 13) else {
      if window.count == Self.longestLine + 2 { throw Self.malformed }
      return nil
    }
    let line = held[start..<end]
    let digits = line.prefix { $0 != UInt8(ascii: ";") }
    let isHex = digits.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0 | 0x20) }
    guard (1...8).contains(digits.count), isHex, let size = Int(String(decoding: digits, as: UTF8.self), radix: 16),
      size <= Self.largest, line.dropFirst(digits.count).starts(with: Self.mark),
      line.count == digits.count + Self.mark.count + Self.signature
    else { throw Self.malformed }
    guard end + 1 < held.count else { return nil }
    guard held[end + 1] == 10 else { throw Self.malformed }
    return (size, end + 2 - start)
  }

  private static let malformed = Refusal(
    "secret-body-unfit", "the body is not made of chunks that are signed for AWS, or one has more than 16 MiB")
}
