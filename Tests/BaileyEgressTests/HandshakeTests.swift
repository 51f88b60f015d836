import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Testing

@testable import BaileyEgress

/// OpenSSL at both ends, the gate between them.
@Suite("Real handshakes")
struct HandshakeTests {
  @Test("Opaque TLS 1.3 passes whole, with a HelloRetryRequest and without", arguments: ["", "secp384r1", "secp521r1"])
  func handshake(curve: String) async throws {
    let scratch = try Scratch()
    let script = """
      import socket, ssl, subprocess, sys, threading
      folder, curve, proxy, port = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
      cert, key = folder + '/cert', folder + '/key'
      subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj',
          '/CN=good.example', '-addext', 'subjectAltName=DNS:good.example', '-keyout', key, '-out', cert],
          check=True, stderr=subprocess.DEVNULL)
      served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
      served.load_cert_chain(cert, key); served.minimum_version = ssl.TLSVersion.TLSv1_3
      if curve: served.set_ecdh_curve(curve)  # The client has no key share for it.
      listener = socket.create_server(('127.0.0.1', port))
      def serve():
          with served.wrap_socket(listener.accept()[0], server_side=True) as s:
              s.sendall(s.recv(100).upper())
      threading.Thread(target=serve, daemon=True).start()
      tunnel = socket.create_connection(('127.0.0.1', proxy)); tunnel.settimeout(20)
      tunnel.sendall(f'CONNECT good.example:{port} HTTP/1.1\\r\\nHost: good.example:{port}\\r\\n\\r\\n'.encode())
      head = b''
      while not head.endswith(b'\\r\\n\\r\\n'): head += tunnel.recv(1)
      with ssl.create_default_context(cafile=cert).wrap_socket(tunnel, server_hostname='good.example') as s:
          s.sendall(b'hello'); print(s.recv(100).decode(), s.version())
      """
    // A port that was free a moment ago.
    let probe = try Socket.listener(on: loopback)
    let port = try #require(Socket.localEndpoint(probe)?.port)
    Socket.close(probe)
    let gate = try await TestGate(
      mediator: TestMediator(hosts: ["good.example"]), names: ["good.example": ["127.0.0.1"]],
      rules: opened(port, also: [rule("good.example", port, opaque: true)]))
    let result = try await blocking { [proxy = gate.proxyPort] in
      try Tool("/usr/bin/python3").run(["-c", script, scratch.path, curve, "\(proxy)", "\(port)"])
    }
    #expect(result.output == "HELLO TLSv1.3\n", "\(result)")
    await gate.close()
    #expect(gate.mediator.completions.filter { $0.0.verb == .netConnect }.allSatisfy { $0.1.succeeded })
  }
}
