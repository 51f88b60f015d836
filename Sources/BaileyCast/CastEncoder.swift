package import BaileyCore

/// Turns what a terminal carries into lines of a recording, masked.
package struct CastEncoder: Sendable {
  private struct Stream: Sendable {
    var masker: any SecretMasking
    var text = TextPieces()
  }

  private let masker: any SecretMasking
  /// By their number: what comes from two sources is no text together.
  private var outputs: [Stream] = []
  private var input: Stream
  /// Lines never go back in time, as players expect.
  private var last: Int64 = 0

  /// - Parameter masker: a new one, for each source and direction.
  package init(masker: any SecretMasking) {
    self.masker = masker
    input = Stream(masker: masker)
  }

  /// - Parameters:
  ///   - source: the stream's number, from 0.
  ///   - time: microseconds since the beginning.
  package mutating func output(_ bytes: [UInt8], from source: Int = 0, at time: Int64) -> [UInt8] {
    while outputs.count <= source { outputs.append(Stream(masker: masker)) }
    return line(.output, Self.carry(bytes, &outputs[source]), time)
  }

  package mutating func input(_ bytes: [UInt8], at time: Int64) -> [UInt8] {
    line(.input, Self.carry(bytes, &input), time)
  }

  package mutating func resize(_ size: TerminalSize, at time: Int64) -> [UInt8] {
    line(.resize, "\(size.columns)x\(size.rows)", time)
  }

  package mutating func marker(_ text: String, at time: Int64) -> [UInt8] { line(.marker, text, time) }

  /// What was held back.
  package mutating func finish(at time: Int64) -> [UInt8] {
    outputs.indices.flatMap { line(.output, Self.end(&outputs[$0]), time) } + line(.input, Self.end(&input), time)
  }

  private static func carry(_ bytes: [UInt8], _ stream: inout Stream) -> String {
    stream.text.take(stream.masker.mask(bytes))
  }

  private static func end(_ stream: inout Stream) -> String {
    stream.text.take(stream.masker.finish()) + stream.text.finish()
  }

  private mutating func line(_ kind: Cast.Kind, _ text: String, _ time: Int64) -> [UInt8] {
    if text.isEmpty { return [] }
    last = max(last, time)
    return Cast.Event(time: last, kind: kind, text: text).line
  }
}
