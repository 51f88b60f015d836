import NIOCore

@testable import BaileyEgress

/// libFuzzer's door to what the gate reads of WebSockets and events.
///
/// The first byte chooses side and agreement, the second the size of the pieces. Nothing may trap, what passes and is seen does not depend on the
/// pieces, what passes reads as frames, and memory is bounded.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzWebSocket(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  // SAFETY: libFuzzer gives a buffer of `count` bytes that lives during the call; it is copied at once.
  let input = unsafe Array(UnsafeBufferPointer(start: data, count: count))
  guard input.count > 2 else { return 0 }
  let (choice, size, bytes) = (input[0], Int(input[1]) + 1, Array(input.dropFirst(2)))
  let pieces = stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
  switch choice & 3 {
  case 0: tunnel(bytes, pieces, .agent, choice)
  case 1: tunnel(bytes, pieces, .server, choice)
  case 2: precondition(events([bytes]) == events(pieces), "a cut changes the events")
  default: handshake(bytes)
  }
  return 0
}

private final class Watcher: StreamInspector {
  var seen: [UInt8] = []

  func look(_ bytes: Span<UInt8>, _ part: StreamPart) -> StreamVerdict {
    for index in bytes.indices { seen.append(bytes[index]) }
    return .pass
  }
}

private struct Crossed: Equatable {
  var out: [UInt8] = []
  var seen: [UInt8] = []
  var refusal: String?
}

private func tunnel(_ bytes: [UInt8], _ pieces: [[UInt8]], _ side: WebSocketSide, _ choice: UInt8) {
  let agreement = WebSocketAgreement(
    isCompressed: choice & 4 != 0, agentTakesOver: choice & 8 != 0, serverTakesOver: choice & 8 != 0)
  let whole = cross([bytes], side, agreement)
  precondition(cross(pieces, side, agreement) == whole, "a cut changes what passes")
  var rest = ByteBuffer()
  rest.writeBytes(whole.out)
  var reader = WebSocketReader(sender: side, mayCompress: agreement.isCompressed)
  // Control frames overtake, so that the order of what passes is right again.
  while let _ = try? reader.next(&rest) {}
  precondition(rest.readableBytes == 0, "what passes is not whole frames")
}

private func cross(_ pieces: [[UInt8]], _ side: WebSocketSide, _ agreement: WebSocketAgreement) -> Crossed {
  let watcher = Watcher()
  // Where a long frame is cut depends on the pieces; inputs are shorter than that.
  let limits = WebSocketLimits()
  var lane = WebSocketLane(sender: side, agreement: agreement, limits: limits, inspector: watcher)
  var (input, out, result) = (ByteBuffer(), ByteBuffer(), Crossed())
  do throws(WebSocketFailure) {
    for piece in pieces {
      input.writeBytes(piece)
      try lane.take(&input, into: &out)
      precondition(lane.heldBytes <= 2 * limits.hold, "too much is held")
    }
  } catch { result.refusal = error.refusal.reason }
  (result.out, result.seen) = (Array(out.readableBytesView), watcher.seen)
  return result
}

private func events(_ pieces: [[UInt8]]) -> [EventStream.Part] {
  var (stream, parts): (EventStream, [EventStream.Part]) = (EventStream(), [])
  for piece in pieces { stream.feed(piece.span) { parts.append($0) } }
  stream.finish { parts.append($0) }
  precondition(parts.allSatisfy { $0.data.count <= EventStream.limit && $0.event.utf8.count <= 3 * 256 })
  return parts
}

private func handshake(_ bytes: [UInt8]) {
  let text = String(decoding: bytes, as: UTF8.self)
  guard let words = DeflateParameters.elements([text])?.first, let offer = DeflateParameters(words, isOffer: true) else {
    return
  }
  let again = DeflateParameters.elements([offer.text]).flatMap { $0.first }.flatMap { DeflateParameters($0, isOffer: true) }
  precondition(again == offer, "an offer that is not its own text")
}
