import BaileyCore
import BaileyWire

/// libFuzzer's door to the frames and messages of the local API.
///
/// The first byte says where the stream is cut. Nothing may trap; what is read must be the same however the stream is cut, and a
/// message that is accepted must read back from what it is written as.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzFrame(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  // SAFETY: libFuzzer gives a buffer of `count` bytes that lives during the call; it is copied at once.
  let input = unsafe Array(UnsafeBufferPointer(start: data, count: count))
  guard let first = input.first else { return 0 }
  let stream = Array(input.dropFirst())
  let cut = stream.isEmpty ? 0 : Int(first) % stream.count
  let whole = read([stream], .server)
  precondition(whole == read([Array(stream[..<cut]), Array(stream[cut...])], .server), "a cut changes what is read")
  let client = FrameReader.Limits(frame: 1 << 16, message: 1 << 17, descriptors: 0)
  for json in whole + read([stream], client) { check(json) }
  return 0
}

private func read(_ pieces: [[UInt8]], _ limits: FrameReader.Limits) -> [JSON] {
  var reader = FrameReader(limits: limits)
  var all: [JSON] = []
  for piece in pieces {
    guard (try? reader.feed(piece)) != nil else { return all }
    while let incoming = try? reader.next() {
      switch incoming {
      case .message(let json, _): all.append(json)
      case .data(let bytes): all.append(JSON(bytes: bytes))
      }
    }
  }
  return all
}

private func check(_ json: JSON) {
  if let request = try? Request(json: json) {
    precondition((try? Request(json: request.json)) == request, "a request does not read back")
  }
  if let message = try? ServerMessage(json: json) {
    precondition((try? ServerMessage(json: message.json)) == message, "an event or reply does not read back")
  }
  if let control = try? Control(json: json) {
    precondition((try? Control(json: control.json)) == control, "a control does not read back")
  }
}
