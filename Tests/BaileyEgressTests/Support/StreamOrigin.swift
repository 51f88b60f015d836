import BaileyLinux
import BaileyTestSupport

/// A server of HTTP/2 over TLS in Python (`h2`), with the keys of a `SecureOrigin`. It ends when its scratch directory goes.
///
/// It answers each request with a JSON object: its fields, length and digest of its body; `/big?n=N` with so many bytes.
final class StreamOrigin: Sendable {
  let keys: SecureOrigin
  let port: UInt16

  enum Failed: Error { case start(String) }

  /// - Parameter alsoSimple: it offers HTTP/1.1 as well, as most do.
  init(_ keys: SecureOrigin, alsoSimple: Bool = false) throws {
    self.keys = keys
    let folder = keys.scratch.path
    try keys.scratch.write(Self.server, to: "streams.py")
    try startThread("streams") {
      let result = try? Tool(PythonTools.python, directory: folder).run(["streams.py", alsoSimple ? "both" : "h2"])
      try? WholeFile.replace(folder + "/streams.ended", with: Array("\(result?.errors ?? "")\n".utf8))
    }
    let waited = try Tool("/bin/sh", directory: folder).run([
      "-c",
      "while ! [ -e streams.port ] && ! [ -e streams.ended ]; do sleep 0.02; done; [ -e streams.port ]",
    ])
    guard waited.status == 0 else { throw Failed.start(try keys.scratch.read("streams.ended")) }
    port = UInt16(try keys.scratch.read("streams.port")) ?? 0
  }

  private static let server = """
    import hashlib, json, os, socket, ssl, sys, threading, time
    import h2.config, h2.connection, h2.events
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain('leaf.pem', 'leaf.key')
    context.set_alpn_protocols(['h2', 'http/1.1'] if sys.argv[1] == 'both' else ['h2'])

    def serve(raw):
        with context.wrap_socket(raw, server_side=True) as s:
            if s.selected_alpn_protocol() != 'h2': return
            c = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
            c.initiate_connection(); s.sendall(c.data_to_send())
            heads, bodies, left = {}, {}, {}
            def push():
                for n in list(left):
                    while left[n] and (room := min(c.local_flow_control_window(n), c.max_outbound_frame_size)) > 0:
                        c.send_data(n, left[n][:room]); left[n] = left[n][room:]
                    if not left[n]: c.end_stream(n); del left[n]
            while got := s.recv(65536):
                for e in c.receive_data(got):
                    n = getattr(e, 'stream_id', 0)
                    if isinstance(e, h2.events.RequestReceived): heads[n], bodies[n] = e.headers, b''
                    if isinstance(e, h2.events.DataReceived):
                        bodies[n] += e.data; c.acknowledge_received_data(e.flow_controlled_length, n)
                    if isinstance(e, h2.events.StreamEnded):
                        fields = [(k.decode(), v.decode()) for k, v in heads[n]]
                        path, method = dict(fields)[':path'], dict(fields)[':method']
                        told = {'fields': fields, 'length': len(bodies[n]), 'sha256': hashlib.sha256(bodies[n]).hexdigest()}
                        content = b'x' * int(path.split('=')[1]) if path.startswith('/big') else json.dumps(told).encode()
                        c.send_headers(n, [(':status', '200'), ('content-type', 'application/json'), ('content-length', str(len(content)))],
                            end_stream=method == 'HEAD')
                        if method != 'HEAD': left[n] = content
                push(); s.sendall(c.data_to_send())

    def quietly(raw):
        try: serve(raw)
        except Exception: pass

    listener = socket.create_server(('127.0.0.1', 0), backlog=64)
    with open('streams.new', 'w') as file: file.write(str(listener.getsockname()[1]))
    os.rename('streams.new', 'streams.port')
    def accept():
        while True: threading.Thread(target=quietly, args=(listener.accept()[0],), daemon=True).start()
    threading.Thread(target=accept, daemon=True).start()
    folder = os.getcwd()
    while os.path.exists(folder) and not os.path.exists('stop'): time.sleep(0.1)
    """
}
