import BaileyCore
import NIOCore
import Testing

@testable import BaileyEgress

/// Deterministic mutations: the same bytes in every run, so that a failure can be repeated.
struct Mutator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next(_ limit: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int(truncatingIfNeeded: state >> 1) % max(limit, 1)
  }

  mutating func mutate(_ seeds: [[UInt8]]) -> [UInt8] {
    var bytes = seeds[next(seeds.count)]
    for _ in 0...next(6) {
      let index = next(bytes.count + 1)
      switch next(6) {
      case 0 where !bytes.isEmpty: bytes[index % bytes.count] = UInt8(next(256))
      case 1 where !bytes.isEmpty: bytes[index % bytes.count] ^= 1 << UInt8(next(8))
      case 2:
        bytes.insert(contentsOf: (0..<next(9)).map { _ in [0, 10, 13, 32, 58, 255, 128, 64][next(8)] }, at: index)
      case 3: bytes.removeLast(next(bytes.count + 1))
      case 4 where !bytes.isEmpty:
        let start = next(bytes.count)
        bytes.removeSubrange(start..<min(start + next(16), bytes.count))
      default: bytes += seeds[next(seeds.count)].prefix(next(64))
      }
    }
    return bytes
  }
}

@Suite("Mutated input")
struct FuzzTests {
  private static let rounds = 20_000

  private func run(_ seeds: [[UInt8]], _ body: ([UInt8]) -> Void) {
    var mutator = Mutator(seed: 0x9E37_79B9_7F4A_7C15)
    for _ in 0..<Self.rounds { body(mutator.mutate(seeds)) }
  }

  @Test("A DNS question that is accepted is within all limits, and its answer repeats it")
  func dns() {
    var accepted = 0
    run([
      dnsQuery("good.example"), dnsQuery("a.b.c.d.example", type: 28), dnsQuery("4.3.18.198.in-addr.arpa", type: 12),
    ]) {
      guard let question = try? DNSQuestion.parse($0) else { return }
      accepted += 1
      #expect(question.labels.allSatisfy { (1...63).contains($0.count) })
      #expect(question.labels.reduce(1) { $0 + $1.count + 1 } <= 255)
      let message = DNSAnswer.noData.message(to: question)
      #expect(Array(message.prefix(2)) == Array($0.prefix(2)) && message[2] & 0x80 != 0)
    }
    #expect(accepted > 100)
  }

  @Test("A ClientHello that is accepted is not longer than the limit, and a shorter beginning never says another name")
  func clientHelloBytes() {
    var accepted = 0
    run([clientHello("good.example"), clientHello("good.example", split: 10), clientHello(nil, ech: true)]) { bytes in
      guard let hello = try? ClientHello.parse(bytes) else { return }
      accepted += 1
      #expect((hello.serverName?.utf8.count ?? 0) <= 2 * ClientHello.limit)
      #expect((try? ClientHello.parse(bytes + [22, 3, 1, 0, 1, 0])) == hello)
    }
    #expect(accepted > 100)
  }

  @Test("A SOCKS5 request that is accepted names a host in canonical form, and its length is within the bytes")
  func socks() {
    let seeds: [[UInt8]] = [
      [5, 1, 0, 1, 1, 2, 3, 4, 0, 80], [5, 1, 0, 3, 12] + Array("good.example".utf8) + [1, 187],
      [5, 1, 0, 4] + [UInt8](repeating: 0, count: 15) + [1, 0, 80], [5, 2, 0, 2],
    ]
    var accepted = 0
    run(seeds) { bytes in
      if let length = try? SOCKSRequest.greeting(bytes) { #expect(length <= bytes.count) }
      guard let request = try? SOCKSRequest.connect(bytes) else { return }
      accepted += 1
      #expect(request.length <= bytes.count && request.port > 0)
      if case .name(let name) = request.host { #expect((try? HostName(name.text)) == name) }
    }
    #expect(accepted > 100)
  }

  @Test("A request head that is accepted, and written anew, is read again as the same request")
  func httpHead() {
    let seeds = [
      "GET /a HTTP/1.1\r\nHost: good.example\r\n\r\n",
      "POST http://good.example/ HTTP/1.1\r\nHost: good.example\r\nContent-Length: 4\r\n\r\nbody",
      "POST / HTTP/1.1\r\nHost: [2001:db8::1]:8080\r\nTransfer-Encoding: chunked\r\nConnection: x, close\r\nX: y\r\n\r\n0\r\n\r\n",
    ].map { Array($0.utf8) }
    var accepted = 0
    run(seeds) { bytes in
      guard let head = try? RequestHead.parse(bytes) else { return }
      #expect(head.length <= bytes.count && head.values("host").count <= 1)
      let origin = HTTPOrigin.transparent(nil, port: 80, isStrict: false)
      guard let target = try? HTTPTarget(head, origin) else { return }
      accepted += 1
      let again = try? RequestHead.parse(head.directed(to: target).http1)
      #expect(again?.method == head.method && again?.target == target.requestTarget)
      #expect(again?.framing == head.framing || (head.framing == .none && again?.framing == .length(0)))
    }
    #expect(accepted > 100)
  }

  @Test("Answers and chunked bodies never trap the parser")
  func answers() {
    let seeds = [
      "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody", "HTTP/1.0 204 \r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nT: x\r\n\r\n",
    ].map { Array($0.utf8) }
    run(seeds) { bytes in
      if let head = try? ResponseHead.parse(bytes) {
        #expect(head.length <= bytes.count)
        _ = try? head.framing(for: "GET")
      }
      var decoder = BodyDecoder(.chunked)
      var input = ByteBuffer(bytes: bytes)
      var total = 0
      while let part = try? decoder.next(&input) {
        if case .data(let data) = part { total += data.readableBytes }
      }
      #expect(total <= bytes.count)
    }
  }
}
