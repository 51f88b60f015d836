import BaileyLinux
import BaileyTestSupport

/// A server of HTTPS in Python as everyday clients need one: a repository of git, an index of pip, events, WebSocket, gRPC.
///
/// It speaks one version of HTTP alone. The repository and the index want the password. It ends with its keys.
final class DailyOrigin: Sendable {
  let keys: SecureOrigin
  let port: UInt16
  /// Of gRPC, where the version is 2.
  let calls: UInt16

  enum Failed: Error { case start(String) }

  /// - Parameter version: `1.1` or `2`.
  init(_ version: String, password: String, names: String = "DNS:good.example,DNS:other.example") throws {
    keys = try SecureOrigin(names: names)
    let folder = keys.scratch.path
    try keys.scratch.write(Self.server, to: "daily.py")
    let made = try Tool("/bin/sh", directory: folder).run(["-ec", Self.content])
    guard made.status == 0 else { throw Failed.start(made.errors) }
    try startThread("daily") {
      let result = try? Tool(PythonTools.python, directory: folder).run(["daily.py", version, password])
      try? WholeFile.replace(folder + "/daily.ended", with: Array("\(result?.errors ?? "")\n".utf8))
    }
    let waited = try Tool("/bin/sh", directory: folder).run([
      "-c", "while ! [ -e daily.port ] && ! [ -e daily.ended ]; do sleep 0.02; done; [ -e daily.port ]",
    ])
    guard waited.status == 0 else { throw Failed.start(try keys.scratch.read("daily.ended")) }
    port = UInt16(try keys.scratch.read("daily.port")) ?? 0
    calls = UInt16((try? keys.scratch.read("daily.grpc")) ?? "") ?? port
  }

  /// All requests that it was told, a line with method, path and version before each.
  var heard: String { (try? keys.scratch.read("daily.heard")) ?? "" }

  /// What came over WebSocket, frames and all.
  var frames: [UInt8] { (try? keys.scratch.read("daily.frames")).map { Array($0.utf8) } ?? [] }

  /// A shell on the repository.
  func git(_ words: String...) throws -> String {
    try Tool("/usr/bin/git", directory: keys.scratch.path + "/git/repo.git").run(words).output
  }

  private static let content = """
    mkdir -p git pip/simple/tiny pip/files
    git init -q -b main work; echo text > work/file; git -C work add file
    git -C work -c user.name=n -c user.email=e commit -q -m one
    git clone -q --bare work git/repo.git; git -C git/repo.git config http.receivepack true
    echo '<a href="/files/tiny-1.0-py3-none-any.whl">tiny-1.0-py3-none-any.whl</a>' > pip/simple/tiny/index.html
    /usr/bin/python3 - <<'END'
    import zipfile
    with zipfile.ZipFile('pip/files/tiny-1.0-py3-none-any.whl', 'w') as wheel:
        wheel.writestr('tiny.py', 'word = "installed"\\n')
        wheel.writestr('tiny-1.0.dist-info/METADATA', 'Metadata-Version: 2.1\\nName: tiny\\nVersion: 1.0\\n')
        wheel.writestr('tiny-1.0.dist-info/WHEEL', 'Wheel-Version: 1.0\\nGenerator: t\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
        wheel.writestr('tiny-1.0.dist-info/RECORD', '')
    END
    """

  private static let server = #"""
    import base64, hashlib, h2.config, h2.connection, h2.events, h2.settings, http.server, json, os, socket, ssl, subprocess, sys, threading, time
    version, password = sys.argv[1], sys.argv[2].encode()
    folder, lock, seen = os.getcwd(), threading.Lock(), threading.Semaphore(0)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain('leaf.pem', 'leaf.key')
    context.set_alpn_protocols(['h2'] if version == '2' else ['http/1.1'])

    def git(method, path, fields, body):
        path, _, query = path.partition('?')
        environment = {'PATH': '/usr/bin:/bin', 'GIT_PROJECT_ROOT': folder + '/git', 'GIT_HTTP_EXPORT_ALL': '1', 'REMOTE_USER': 'agent', 'PATH_INFO': path,
            'QUERY_STRING': query, 'REQUEST_METHOD': method, 'CONTENT_TYPE': fields.get('content-type', ''), 'CONTENT_LENGTH': str(len(body)),
            'HTTP_CONTENT_ENCODING': fields.get('content-encoding', ''), 'GIT_PROTOCOL': fields.get('git-protocol', '')}
        made = subprocess.run(['/usr/bin/git', 'http-backend'], input=body, capture_output=True, env=environment).stdout
        head, _, content = made.partition(b'\r\n\r\n')
        told = [tuple(line.split(': ', 1)) for line in head.decode().split('\r\n')]
        status = int(dict(told).get('Status', '200').split()[0])
        return status, [(k.lower(), v) for k, v in told if k != 'Status'], [content]

    def events():
        # Each waits until its reader has told of the one before it.
        for n in range(3):
            yield b'data: %d\n\n' % n
            seen.acquire(timeout=20)

    def known(fields): return base64.b64decode(fields.get('authorization', 'Basic Og==').split()[-1]).partition(b':')[2] == password

    def answer(method, path, fields, body, spoken):
        with lock, open('daily.heard', 'a') as file:
            file.write(f'{method} {path} {spoken}\n' + ''.join(f'{k}: {v}\n' for k, v in fields.items()) + body.decode('latin1') + '\n')
        if path == '/events': return 200, [('content-type', 'text/event-stream')], events()
        if path == '/seen': seen.release()
        if path.startswith(('/repo.git/', '/simple/', '/files/')) and not known(fields):
            return 401, [('www-authenticate', 'Basic realm="daily"')], [b'who are you']
        if path.startswith('/repo.git/'): return git(method, path, fields, body)
        if path.startswith(('/simple/', '/files/')):
            name = 'pip' + path + ('index.html' if path.endswith('/') else '')
            kind = 'text/html' if path.endswith('/') else 'application/octet-stream'
            with open(name, 'rb') as file: return 200, [('content-type', kind)], [file.read()]
        told = {'method': method, 'path': path, 'length': len(body), 'sha256': hashlib.sha256(body).hexdigest()}
        return 200, [('content-type', 'application/json')], [json.dumps(told).encode()]

    def turned(frames):
        """Short masked frames from these bytes, each with its payload turned round; what is left of the bytes."""
        out = b''
        while len(frames) >= 6 and len(frames) >= (length := 6 + (frames[1] & 127)):
            frame, frames = frames[:length], frames[length:]
            text = bytes(b ^ frame[2 + n % 4] for n, b in enumerate(frame[6:]))
            out += bytes([frame[0], len(text)]) + (text if frame[0] & 8 else text[::-1])
        return out, frames

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = 'HTTP/1.1'
        def log_message(self, *words): pass
        def body(self):
            if self.headers.get('transfer-encoding', '') != 'chunked': return self.rfile.read(int(self.headers.get('content-length', 0)))
            out = b''
            while size := int(self.rfile.readline().split(b';')[0], 16):
                out += self.rfile.read(size); self.rfile.readline()
            while self.rfile.readline() not in (b'\r\n', b''): pass
            return out
        def reply(self):
            fields = {k.lower(): v for k, v in self.headers.items()}
            if fields.get('upgrade') == 'websocket': return self.websocket(fields)
            status, told, parts = answer(self.command, self.path, fields, self.body(), '1.1')
            self.send_response(status)
            for k, v in told: self.send_header(k, v)
            self.send_header('Transfer-Encoding', 'chunked'); self.end_headers()
            for part in parts:
                if part: self.wfile.write(b'%x\r\n%s\r\n' % (len(part), part)); self.wfile.flush()
            self.wfile.write(b'0\r\n\r\n')
        def websocket(self, fields):
            key = fields['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
            answer(self.command, self.path, fields, b'', '1.1')
            self.send_response(101); self.send_header('Connection', 'Upgrade'); self.send_header('Upgrade', 'websocket')
            self.send_header('Sec-WebSocket-Accept', base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()); self.end_headers()
            self.close_connection, frames = True, b''
            while got := self.connection.recv(65536):
                with lock, open('daily.frames', 'ab') as file: file.write(got)
                out, frames = turned(frames + got); self.connection.sendall(out)
        do_GET = do_HEAD = do_POST = do_PUT = reply

    def streams(s):
        c = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding='utf-8'))
        c.local_settings = h2.settings.Settings(client=False, initial_values={h2.settings.SettingCodes.ENABLE_CONNECT_PROTOCOL: 1})
        c.initiate_connection(); s.sendall(c.data_to_send())
        heads, bodies, frames, left = {}, {}, {}, {}
        def push():
            with guard:
                for n in list(left):
                    parts, over = left[n]
                    while parts and (room := min(c.local_flow_control_window(n), c.max_outbound_frame_size)) > 0:
                        c.send_data(n, parts[0][:room]); parts[0] = parts[0][room:]
                        if not parts[0]: parts.pop(0)
                    if not parts and over[0]: c.end_stream(n); del left[n]
                s.sendall(c.data_to_send())
        guard = threading.RLock()
        def serve(n, head, body):
            fields = {k: v for k, v in head.items() if not k.startswith(':')}
            status, told, parts = answer(head[':method'], head[':path'], fields, body, '2')
            with guard: c.send_headers(n, [(':status', str(status))] + told); left[n] = [], [False]
            entry = left[n]
            for part in parts:
                with guard: entry[0].extend([part] if part else [])
                push()
            entry[1][0] = True; push()
        while got := s.recv(65536):
            with guard: came = c.receive_data(got)
            for e in came:
                n = getattr(e, 'stream_id', 0)
                if isinstance(e, h2.events.RequestReceived):
                    heads[n], bodies[n] = dict(e.headers), b''
                    if heads[n].get(':protocol') == 'websocket':
                        answer('CONNECT', heads[n][':path'], {k: v for k, v in heads[n].items() if k[0] != ':'}, b'', '2')
                        frames[n] = b''
                        with guard: c.send_headers(n, [(':status', '200')]); left[n] = [], [False]
                if isinstance(e, h2.events.DataReceived):
                    with guard: c.acknowledge_received_data(e.flow_controlled_length, n)
                    if n in frames:
                        with lock, open('daily.frames', 'ab') as file: file.write(e.data)
                        out, frames[n] = turned(frames[n] + e.data)
                        if out: left[n][0].append(out)
                    else: bodies[n] += e.data
                if isinstance(e, h2.events.StreamReset): left.pop(n, None)
                if isinstance(e, h2.events.StreamEnded):
                    if n in frames:
                        if n in left: left[n][1][0] = True
                    else: threading.Thread(target=serve, args=(n, heads[n], bodies[n]), daemon=True).start()
            push()

    def serve(raw, address):
        try:
            with context.wrap_socket(raw, server_side=True) as s: streams(s) if version == '2' else Handler(s, address, None)
        except Exception: pass


    if version == '2':
        import concurrent.futures, grpc
        class Calls(grpc.GenericRpcHandler):
            def service(self, details):
                both = lambda requests, context: (request.upper() for request in requests)
                return {'/t/Unary': grpc.unary_unary_rpc_method_handler(lambda request, context: request[::-1]),
                    '/t/Both': grpc.stream_stream_rpc_method_handler(both)}.get(details.method)
        with open('leaf.key', 'rb') as key, open('leaf.pem', 'rb') as chain: keys = [(key.read(), chain.read())]
        calls = grpc.server(concurrent.futures.ThreadPoolExecutor(4), handlers=[Calls()])
        with open('daily.grpc', 'w') as file: file.write(str(calls.add_secure_port('127.0.0.1:0', grpc.ssl_server_credentials(keys))))
        calls.start()

    listener = socket.create_server(('127.0.0.1', 0), backlog=64)
    with open('daily.new', 'w') as file: file.write(str(listener.getsockname()[1]))
    os.rename('daily.new', 'daily.port')
    def accept():
        while True: threading.Thread(target=serve, args=listener.accept(), daemon=True).start()
    threading.Thread(target=accept, daemon=True).start()
    while os.path.exists(folder) and not os.path.exists('stop'): time.sleep(0.1)
    """#
}
