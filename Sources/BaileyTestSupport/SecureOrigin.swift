import BaileyLinux

/// An HTTPS server on loopback, in Python, with an authority of its own that `openssl` makes.
///
/// It answers each request with a JSON object: method, path, headers, length and digest of the body, TLS version, and the common name of
/// the client's certificate. What lies in the folder `files` is served below `/files/`. It ends when its scratch directory goes, or `stop` lies in it.
package final class SecureOrigin: Sendable {
  package let scratch: Scratch
  package let port: UInt16
  /// PEM of what vouches for it.
  package let authority: [UInt8]

  package enum Failed: Error { case keys(String), start(String) }

  /// - Parameters:
  ///   - names: the leaf's alternative names.
  ///   - days: for which the leaf is valid; may lie in the past.
  ///   - signer: `ca`, whose certificate is `authority`; `other`; or `self`.
  ///   - mutual: whether clients must show a certificate of `authority`.
  ///   - version: the newest TLS it speaks: `1.1`, `1.2`, `1.3`.
  package init(
    names: String = "DNS:good.example", days: Int = 1, signer: String = "ca", mutual: Bool = false,
    version: String = "1.3", port wanted: UInt16 = 0
  ) throws {
    scratch = try Scratch()
    try scratch.write(Self.keys, to: "keys.sh")
    try scratch.write(Self.server, to: "server.py")
    let folder = scratch.path
    let made = try Tool("/bin/sh", directory: folder).run(["keys.sh", names, "\(days)", signer])
    guard made.status == 0 else { throw Failed.keys(made.errors) }
    let words = ["server.py", "\(wanted)", mutual ? "mutual" : "plain", version, folder]
    try startThread("origin") {
      let result = try? Tool("/usr/bin/python3", directory: folder).run(words)
      try? WholeFile.replace(folder + "/ended", with: Array("\(result?.errors ?? "")\n".utf8))
    }
    let waited = try Tool("/bin/sh", directory: folder).run([
      "-c", "while ! [ -e port ] && ! [ -e ended ]; do sleep 0.02; done; [ -e port ]",
    ])
    guard waited.status == 0 else { throw Failed.start(try scratch.read("ended")) }
    port = UInt16(try scratch.read("port")) ?? 0
    authority = Array(try scratch.read("ca.pem").utf8)
  }

  deinit { try? scratch.write("", to: "stop") }

  package func path(_ name: String) -> String { scratch.path + "/" + name }

  /// One line for each request: method, path, and the port of the client's connection.
  package var requests: [String] { ((try? scratch.read("requests")) ?? "").split(separator: "\n").map(String.init) }

  /// All that it was told, heads and bodies.
  package var heard: String { (try? scratch.read("heard")) ?? "" }

  private static let keys = """
    set -e
    ec="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
    for ca in ca other; do openssl req -x509 $ec -keyout $ca.key -out $ca.pem -days 2 -subj "/CN=test $ca" 2>/dev/null; done
    printf 'subjectAltName=%s\\n' "$1" > extensions
    : > none
    leaf() {
      openssl req $ec -keyout "$1.key" -out "$1.csr" -subj "/CN=$1" 2>/dev/null
      openssl x509 -req -in "$1.csr" $2 -out "$1.pem" -days "$3" -extfile "$4" 2>/dev/null
    }
    case $3 in self) by="-signkey leaf.key" ;; *) by="-CA $3.pem -CAkey $3.key -CAcreateserial" ;; esac
    leaf leaf "$by" "$2" extensions
    leaf client "-CA ca.pem -CAkey ca.key -CAcreateserial" 1 none
    chmod 600 client.key
    """

  private static let server = """
    import base64, hashlib, http.server, json, os, socketserver, ssl, sys, threading, time
    port, mutual, version, folder = int(sys.argv[1]), sys.argv[2] == 'mutual', sys.argv[3], sys.argv[4]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain('leaf.pem', 'leaf.key')
    if version == '1.1': context.set_ciphers('ALL:@SECLEVEL=0'); context.minimum_version = ssl.TLSVersion.TLSv1_1
    context.maximum_version = {'1.1': ssl.TLSVersion.TLSv1_1, '1.2': ssl.TLSVersion.TLSv1_2}.get(version, ssl.TLSVersion.TLSv1_3)
    if mutual: context.verify_mode = ssl.CERT_REQUIRED; context.load_verify_locations('ca.pem')
    lock = threading.Lock()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = 'HTTP/1.1'
        def log_message(self, *words): pass
        def body(self):
            if self.headers.get('transfer-encoding', '') == 'chunked':
                out = b''
                while True:
                    size = int(self.rfile.readline().split(b';')[0], 16)
                    out += self.rfile.read(size); self.rfile.readline()
                    if size == 0: return out
            return self.rfile.read(int(self.headers.get('content-length', 0)))
        def answer(self):
            body = self.body()
            with lock, open('requests', 'a') as file: file.write(f'{self.command} {self.path} {self.client_address[1]}\\n')
            with lock, open('heard', 'a') as file: file.write(f'{self.requestline}\\n{self.headers}{body.decode("latin1")}\\n')
            peer = dict(x[0] for x in (self.connection.getpeercert() or {}).get('subject', ()))
            told = {'method': self.command, 'path': self.path, 'headers': {k.lower(): v for k, v in self.headers.items()},
                'length': len(body), 'sha256': hashlib.sha256(body).hexdigest(), 'tls': self.connection.version(), 'client': peer.get('commonName')}
            content = json.dumps(told).encode()
            if self.path.startswith('/cut'):
                self.send_response(200); self.end_headers(); self.wfile.write(b'half of it'); self.wfile.flush()
                return self.drop()
            if self.path.startswith('/short'):
                self.send_response(200); self.send_header('Content-Length', '1000'); self.end_headers(); self.wfile.write(b'half of it')
                self.wfile.flush(); return self.drop()
            if self.headers.get('upgrade') == 'websocket':
                key = self.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
                self.send_response(101); self.send_header('Connection', 'Upgrade'); self.send_header('Upgrade', 'websocket')
                self.send_header('Sec-WebSocket-Accept', base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()); self.end_headers()
                # Short frames only; each comes back with its payload turned round.
                while head := self.rfile.read(6):
                    text = bytes(b ^ head[2 + n % 4] for n, b in enumerate(self.rfile.read(head[1] & 127)))
                    self.connection.sendall(bytes([head[0], len(text)]) + text[::-1])
                self.close_connection = True
                return
            if self.path.startswith('/files/'):
                name = os.path.normpath(self.path.split('?')[0].lstrip('/'))
                name = name + '/index.html' if os.path.isdir(name) else name
                if not name.startswith('files/') or not os.path.isfile(name): return self.send_error(404)
                with open(name, 'rb') as file: content = file.read()
            if self.path.startswith('/big'): content = b'x' * int(self.path.split('=')[1])
            if self.path.startswith('/events'):
                self.send_response(200); self.send_header('Content-Type', 'text/event-stream'); self.send_header('Transfer-Encoding', 'chunked'); self.end_headers()
                for n in range(3):
                    event = f'data: {n}\\n\\n'.encode()
                    self.wfile.write(b'%x\\r\\n%s\\r\\n' % (len(event), event)); self.wfile.flush(); time.sleep(0.2)
                return self.wfile.write(b'0\\r\\n\\r\\n')
            kind = 'text/html' if self.path.endswith('/') else 'application/octet-stream'
            self.send_response(200); self.send_header('Content-Length', str(len(content))); self.send_header('Content-Type', kind); self.end_headers()
            self.wfile.write(content)
        def drop(self):
            import socket
            self.close_connection = True
            socket.socket(fileno=os.dup(self.connection.fileno())).shutdown(socket.SHUT_RDWR)
        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_OPTIONS = do_PATCH = answer

    class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
        daemon_threads = True
        request_queue_size = 128
        def handle_error(self, *words): pass
        def finish_request(self, connection, address):
            self.RequestHandlerClass(context.wrap_socket(connection, server_side=True), address, self)

    server = Server(('127.0.0.1', port), Handler)
    with open('port.new', 'w') as file: file.write(str(server.server_address[1]))
    os.rename('port.new', 'port')
    threading.Thread(target=server.serve_forever, daemon=True).start()
    while os.path.exists(folder) and not os.path.exists('stop'): time.sleep(0.1)
    """
}
