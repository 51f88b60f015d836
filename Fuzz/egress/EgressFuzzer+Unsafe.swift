import BaileyCore
import NIOCore

@testable import BaileyEgress

/// libFuzzer's door to what the gate reads of hostile bytes: the first byte chooses the parser.
///
/// Nothing may trap; what is accepted is within the limits, the same however much of it has come, and the same when it is written anew.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzEgress(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  // SAFETY: libFuzzer gives a buffer of `count` bytes that lives during the call; it is copied at once.
  let input = unsafe Array(UnsafeBufferPointer(start: data, count: count))
  guard let first = input.first else { return 0 }
  let bytes = Array(input.dropFirst())
  switch first % 8 {
  case 0: clientHello(bytes)
  case 1: question(bytes)
  case 2: request(bytes)
  case 3: answer(bytes)
  case 4: chunks(bytes)
  case 5: socks(bytes)
  case 6: _ = (FirstBytes(bytes, socks: true), FirstBytes(bytes, socks: false))
  default: host(bytes)
  }
  return 0
}

private func clientHello(_ bytes: [UInt8]) {
  guard let hello = try? ClientHello.parse(bytes) else { return }
  precondition((hello.serverName?.utf8.count ?? 0) <= 2 * ClientHello.limit)
  precondition((try? ClientHello.parse(bytes + [22, 3, 1, 0, 1, 0])) == hello, "what comes later changes the name")
  for cut in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 16)) {
    let part = (try? ClientHello.parse(Array(bytes.prefix(cut)))) ?? hello
    precondition(part == hello, "a beginning says another name")
  }
}

private func question(_ bytes: [UInt8]) {
  do throws(DNSError) {
    let question = try DNSQuestion.parse(bytes)
    precondition(question.labels.allSatisfy { (1...63).contains($0.count) })
    precondition(question.labels.reduce(1) { $0 + $1.count + 1 } <= 255)
    let address = IPAddress(bytes: [198, 18, 0, 1])
    for answer in [DNSAnswer.noName, address.map { .address($0) } ?? .noData] {
      let message = answer.message(to: question)
      precondition(message.prefix(2).elementsEqual(bytes.prefix(2)) && message[2] & 0x80 != 0)
      precondition(message.count < 512)
    }
  } catch {
    _ = DNSAnswer.malformed.message(toUnreadable: bytes)
  }
}

private func request(_ bytes: [UInt8]) {
  guard let head = try? RequestHead.parse(bytes) else { return }
  precondition(head.length <= bytes.count && head.values("host").count <= 1)
  precondition((try? RequestHead.parse(bytes.prefix(head.length))) == head, "what comes later changes the head")
  for origin in [HTTPOrigin.proxy, .transparent(nil, port: 80, isStrict: false)] {
    guard let target = try? HTTPTarget(head, origin) else { continue }
    guard let again = try? RequestHead.parse(head.directed(to: target).http1) else { preconditionFailure("unreadable anew") }
    precondition(again.method == head.method && again.target == target.requestTarget)
    precondition(again.framing == head.framing || head.framing == .none && again.framing == .length(0))
    let back = try? HTTPTarget(again, .transparent(nil, port: target.port, isStrict: false))
    precondition(back?.host == target.host && back?.requestTarget == target.requestTarget, "another host or path")
  }
}

private func answer(_ bytes: [UInt8]) {
  guard var head = try? ResponseHead.parse(bytes), let framing = try? head.framing(for: "GET") else { return }
  precondition(head.length <= bytes.count)
  let isOpenEnded = framing == .untilClose
  if case .body(let framing) = framing { head.framing = framing }
  let written = head.http1(isChunked: head.framing == .chunked, keepsAlive: true)
  guard let again = try? ResponseHead.parse(written) else { preconditionFailure("unreadable anew") }
  precondition(again.status == head.status && (isOpenEnded || (try? again.framing(for: "GET")) == framing))
}

/// The same body whether it comes at once or byte by byte.
private func chunks(_ bytes: [UInt8]) {
  let whole = decode([bytes])
  precondition(whole.data.count <= bytes.count)
  precondition(decode(bytes.map { [$0] }) == whole, "a cut changes the body")
}

private struct Decoded: Equatable {
  var data: [UInt8] = []
  var isDone = false
  var isRefused = false
}

private func decode(_ pieces: [[UInt8]]) -> Decoded {
  var decoder = BodyDecoder(.chunked)
  var input = ByteBuffer()
  var result = Decoded()
  for piece in pieces where !result.isRefused {
    input.writeBytes(piece)
    do throws(BodyError) {
      while let part = try decoder.next(&input) { if case .data(let data) = part { result.data += data.readableBytesView } }
    } catch { result.isRefused = true }
  }
  result.isDone = decoder.isDone
  return result
}

private func socks(_ bytes: [UInt8]) {
  if let length = try? SOCKSRequest.greeting(bytes) { precondition(length <= bytes.count) }
  guard let request = try? SOCKSRequest.connect(bytes) else { return }
  precondition(request.length <= bytes.count && request.port > 0)
  precondition((try? NamedHost(request.host.text)) == request.host, "a host that is not its own text")
}

private func host(_ bytes: [UInt8]) {
  let text = String(decoding: bytes, as: UTF8.self)
  if let host = try? NamedHost(text) { precondition((try? NamedHost(host.text)) == host) }
  guard let authority = Authority(text) else { return }
  precondition((try? NamedHost(authority.host.text)) == authority.host)
}
