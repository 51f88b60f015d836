import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Testing

@testable import BaileyEgress

/// HTTP/2 over TLS with programs that others wrote at both ends: curl, Python's h2, gRPC.
@Suite("gRPC and versions", .serialized, .enabled(if: PythonTools.arePresent))
struct GRPCTests {
  private func gate(_ keys: SecureOrigin, _ port: UInt16, _ mediator: TestMediator? = nil) async throws -> (
    TestGate, Scratch
  ) {
    var settings = EgressSettings()
    settings.authorities = keys.authority
    let gate = try await TestGate(
      mediator: mediator ?? TestMediator(hosts: ["good.example"]), names: ["good.example": ["127.0.0.1"]],
      rules: opened(port, also: [rule("good.example", port)]), settings: settings)
    let scratch = try Scratch()
    try scratch.write(String(decoding: gate.trust.bundle, as: UTF8.self), to: "bundle")
    return (gate, scratch)
  }

  @Test(
    "The two sides agree on their versions independently, and bodies pass whole in every combination",
    arguments: ["--http1.1", "--http2"], [true, false])
  func versions(agent: String, isStreams: Bool) async throws {
    let keys = try await blocking { try SecureOrigin() }
    let streams = isStreams ? try await blocking { try StreamOrigin(keys) } : nil
    let port = streams?.port ?? keys.port
    let (gate, scratch) = try await gate(keys, port)
    let size = 2 << 20
    try WholeFile.replace(scratch.path + "/body", with: (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) })
    let sum = try Tool("/usr/bin/sha256sum").run([scratch.path + "/body"]).output.prefix(64)
    let common = [
      "-sS", "-m", "20", "--proxy", "http://127.0.0.1:\(gate.proxyPort)", "--cacert", scratch.path + "/bundle", agent,
    ]
    @Sendable func curl(_ words: [String], _ path: String) async throws -> Tool.Result {
      try await blocking {
        try Tool("/usr/bin/curl", environment: [:]).run(common + words + ["https://good.example:\(port)\(path)"])
      }
    }
    for framing in ["Expect:", "Transfer-Encoding: chunked"] {
      let up = try await curl(
        ["-T", scratch.path + "/body", "-H", framing, "-H", "Expect:", "-H", "Cookie: a=1", "-w", "\n%{http_version}"],
        "/")
      let lines = up.output.split(separator: "\n")
      let told = try #require(try? JSON.parse(Array(lines[0].utf8)), "\(up)")
      #expect(told["length"]?.int == Int64(size) && told["sha256"]?.string == String(sum))
      #expect(lines.last == (agent == "--http2" ? "2" : "1.1"))
    }
    let down = try await curl(["-o", scratch.path + "/down", "-w", "%{size_download}"], "/big?n=\(size)")
    #expect(down.output == "\(size)", "\(down)")
    let head = try await curl(["-I"], "/big?n=77")
    #expect(head.status == 0 && head.output.lowercased().contains("content-length: 77"), "\(head)")
    await gate.close()
    let requests = gate.mediator.requests.filter { $0.verb == .httpRequest }
    #expect(requests.count == 4 && gate.mediator.completions.allSatisfy { $0.1.succeeded })
    #expect(gate.session.traffic.sent > Int64(2 * size) && gate.session.traffic.received > Int64(size))
  }

  @Test(
    "gRPC passes with its trailers: one answer, many, both at once, an error of the server; a refusal is PERMISSION_DENIED"
  )
  func grpc() async throws {
    let keys = try await blocking { try SecureOrigin() }
    let probe = try Socket.listener(on: loopback)
    let port = try #require(Socket.localEndpoint(probe)?.port)
    Socket.close(probe)
    let mediator = TestMediator { action in
      action.resource["path"]?.string == "/t/No"
        ? [Reason(.deny, "no-such-call", "50 % of calls are not for you")] : [Reason(.allow, "x", "x")]
    }
    let (gate, scratch) = try await gate(keys, port, mediator)
    let words = ["-c", Self.program, "\(gate.proxyPort)", "\(port)", keys.scratch.path, scratch.path + "/bundle"]
    let result = try await blocking { try Tool(PythonTools.python).run(words) }
    #expect(
      result.output == """
        b'olleh' [('x-end', 'yes')]
        [b'0', b'1', b'2', b'3', b'4']
        [b'ONE', b'TWO', b'THREE']
        NOT_FOUND nothing here
        PERMISSION_DENIED True
        3145728

        """, "\(result)")
    await gate.close()
    let requests = gate.mediator.requests.filter { $0.verb == .httpRequest }
    #expect(
      requests.map { $0.resource["path"]?.string } == [
        "/t/Unary", "/t/Many", "/t/Both", "/t/Fail", "/t/No", "/t/Unary",
      ])
  }

  private static let program = """
    import concurrent.futures, grpc, sys
    proxy, port, folder, bundle = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
    def unary(request, context): context.set_trailing_metadata((('x-end', 'yes'),)); return request[::-1]
    def many(request, context):
        for n in range(5): yield b'%d' % n
    def both(requests, context):
        for request in requests: yield request.upper()
    def fail(request, context): context.abort(grpc.StatusCode.NOT_FOUND, 'nothing here')
    class Handler(grpc.GenericRpcHandler):
        def service(self, details):
            return {'/t/Unary': grpc.unary_unary_rpc_method_handler(unary), '/t/Many': grpc.unary_stream_rpc_method_handler(many),
                '/t/Both': grpc.stream_stream_rpc_method_handler(both), '/t/Fail': grpc.unary_unary_rpc_method_handler(fail)}.get(details.method)
    read = lambda name: open(name, 'rb').read()
    size = [('grpc.max_receive_message_length', -1)]
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(4), handlers=[Handler()], options=size)
    server.add_secure_port(f'127.0.0.1:{port}', grpc.ssl_server_credentials([(read(folder + '/leaf.key'), read(folder + '/leaf.pem'))]))
    server.start()
    channel = grpc.secure_channel(f'good.example:{port}', grpc.ssl_channel_credentials(read(bundle)),
        options=size + [('grpc.http_proxy', f'http://127.0.0.1:{proxy}')])
    answer, call = channel.unary_unary('/t/Unary').with_call(b'hello', timeout=20)
    print(answer, [tuple(x) for x in call.trailing_metadata()])
    print(list(channel.unary_stream('/t/Many')(b'', timeout=20)))
    # Each word is sent when the one before it has come back.
    class Words:
        def __init__(self): self.words, self.may = [b'one', b'two', b'three'], __import__('threading').Semaphore(1)
        def __iter__(self): return self
        def __next__(self):
            self.may.acquire()
            if not self.words: raise StopIteration
            return self.words.pop(0)
    words, back = Words(), []
    for answer in channel.stream_stream('/t/Both')(words, timeout=20):
        back.append(answer); words.may.release()
    print(back)
    for name in ['Fail', 'No']:
        try: channel.unary_unary('/t/' + name)(b'', timeout=20)
        except grpc.RpcError as e: print(e.code().name, e.details() if name == 'Fail' else 'no-such-call: 50 % of calls' in e.details())
    print(len(channel.unary_unary('/t/Unary')(b'x' * (3 << 20), timeout=20)))
    channel.close(); server.stop(0)
    """
}
