import BaileyLinux
import BaileyTestSupport

/// A Bailey whose settings know a daily server, with its password as a secret: `$TOKEN` inside is what stands for it.
///
/// Inside `$U` is the server, `$O` the same under another allowed name, `$S` under one that takes no credentials, `$P` a Python with what
/// tests use.
struct DailyScene {
  static let password = "ghp_r3alValueThatNobodySees0123456789abc"

  let walls: Walls
  let origin: DailyOrigin

  init(_ version: String) throws {
    walls = try Walls()
    let names = ["good.example", "other.example", "strict.example"]
    origin = try DailyOrigin(
      version, password: Self.password, names: names.map { "DNS:" + $0 }.joined(separator: ","))
    try walls.scratch.directory("config/bailey")
    try walls.scratch.write(
      """
      authorities: [\(origin.keys.path("ca.pem"))]
      names:
      \(names.map { "  - {name: \($0), address: 127.0.0.1}" }.joined(separator: "\n"))
      """, to: "config/bailey/egress.yaml", mode: 0o600)
    let ports = Set([origin.port, origin.calls]).sorted()
    let rules = ports.flatMap { port in
      ["host: good.example", "host: other.example", "host: \"*.wild.example\"", "address: 127.0.0.1"].map {
        "  - {\($0), port: \(port)}"
      }
    }
    try walls.scratch.write(
      """
      secrets: [{name: token, env: TOKEN}]
      network:
      \(rules.joined(separator: "\n"))
        - {host: strict.example, port: \(origin.port), identity: none}
      """, to: "config/bailey/manifest.yaml", mode: 0o600)
    let words = ["secrets", "add", "token", "--host", "good.example", "--port", "\(origin.port)"]
    let added = try walls.bailey(
      words + ["--key-file", walls.scratch.path + "/key"], input: Self.password + "\n")
    guard added.status == 0 else { throw DailyOrigin.Failed.start("\(added)") }
  }

  func run(_ script: String) throws -> Tool.Result {
    let folder = PythonTools.python.split(separator: "/").dropLast(2).map { "/" + $0 }.joined()
    let head = """
      at() { echo "https://$1.example:\(origin.port)"; }
      U=$(at good) O=$(at other) S=$(at strict) P=\(PythonTools.python) PORT=\(origin.port) CALLS=\(origin.calls)
      export GIT_TERMINAL_PROMPT=0 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=e@f GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=e@f

      """
    return try walls.run(head + script, ["--read", folder])
  }

  /// A client of WebSocket in HTTP/2, with the server's port and the messages as arguments: it prints the status, each answer, and the reason of a
  /// close.
  static let socketInStream = """
    import h2.config, h2.connection, h2.events, socket, ssl, sys
    host, port, asked = 'good.example', int(sys.argv[1]), [word.encode() for word in sys.argv[2:]]
    context = ssl.create_default_context(); context.set_alpn_protocols(['h2'])
    s = context.wrap_socket(socket.create_connection((host, port), 20), server_hostname=host)
    c = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding='utf-8'))
    c.initiate_connection(); s.sendall(c.data_to_send())
    frame = lambda text: bytes([0x81, 128 | len(text), 0, 0, 0, 0]) + text
    state, back = 'settings', b''
    while state != 'over' and (got := s.recv(65536)):
        for e in c.receive_data(got):
            if isinstance(e, h2.events.RemoteSettingsChanged) and state == 'settings':
                c.send_headers(1, [(':method', 'CONNECT'), (':protocol', 'websocket'), (':scheme', 'https'), (':path', '/socket'),
                    (':authority', f'{host}:{port}'), ('sec-websocket-version', '13')]); state = 'asked'
            if isinstance(e, h2.events.ResponseReceived): print(dict(e.headers)[':status']); c.send_data(1, frame(asked.pop(0)))
            if isinstance(e, h2.events.DataReceived):
                c.acknowledge_received_data(e.flow_controlled_length, 1); back += e.data
                while len(back) >= 2 and len(back) >= (size := 2 + (back[1] & 127)):
                    one, back = back[:size], back[size:]
                    print(one[2:].decode() if one[0] == 0x81 else one[4:].decode())
                    if one[0] == 0x88 or not asked: state = 'over'
                    else: c.send_data(1, frame(asked.pop(0)))
            if isinstance(e, (h2.events.StreamEnded, h2.events.StreamReset)): state = 'over'
        s.sendall(c.data_to_send())
    """
}
