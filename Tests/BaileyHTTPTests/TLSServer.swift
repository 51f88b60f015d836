import BaileyLinux
import BaileyTestSupport
import Testing

/// A server of Python's `ssl`, with keys that `openssl` makes for it in a scratch directory.
final class TLSServer: Sendable {
  /// What it does: `tls` answers; `cut` answers and goes without a farewell; `plain` has no TLS; `stall` and `hangUp` say nothing.
  enum Manner: String { case tls, tls12, tls11, mutual, cut, plain, stall, hangUp }

  let scratch: Scratch
  let port: Int
  private let process: Background<Tool.Result?>

  /// - Parameters:
  ///   - names: the leaf's subject alternative names; none for none.
  ///   - days: for which the leaf is valid.
  ///   - signer: `ca`, which clients trust; `other`; or `self`.
  ///   - extra: more extensions of the leaf.
  init(
    _ manner: Manner = .tls, names: String = "IP:127.0.0.1,DNS:localhost", days: Int = 1, signer: String = "ca",
    extra: String = "", answer: String = ""
  ) async throws {
    let scratch = try Scratch()
    self.scratch = scratch
    try scratch.write(Self.keys, to: "keys.sh")
    try scratch.write(Self.server, to: "server.py")
    let making = try Background {
      try? Tool("/bin/sh", directory: scratch.path).run(["keys.sh", names, "\(days)", signer, extra])
    }
    try #require(await making.value?.status == 0)
    try WholeFile.replace(scratch.path + "/answer", with: Array(answer.utf8))
    process = try Background {
      try? Tool("/usr/bin/python3", directory: scratch.path).run(["server.py", manner.rawValue])
    }
    while !scratch.exists("port") { try await Task.sleep(for: .milliseconds(10)) }
    port = try #require(Int(try scratch.read("port")))
  }

  /// A certificate or key of it.
  func path(_ name: String) -> String { scratch.path + "/" + name }

  func say(_ answer: [UInt8]) throws { try WholeFile.replace(scratch.path + "/answer", with: answer) }

  /// Each with the TLS that was agreed on before it.
  var requests: [String] { ((try? scratch.read("requests")) ?? "").split(separator: "\u{1E}").map(String.init) }

  func stop() async throws {
    try scratch.write("", to: "stop")
    let result = try #require(await process.value)
    #expect(result.status == 0, "\(result.errors)")
  }

  private static let keys = """
    set -e
    exec 2>errors
    ec="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
    for ca in ca other; do openssl req -x509 $ec -keyout $ca.key -out $ca.pem -days 2 -subj "/CN=$ca"; done
    leaf() {
      openssl req $ec -keyout "$1.key" -out "$1.csr" -subj /CN=localhost
      openssl x509 -req -in "$1.csr" $2 -out "$1.pem" -days "$3" -extfile "$4"
    }
    printf '%b\\n' "${1:+subjectAltName=$1}" "$4" > extensions
    : > none
    case $3 in self) by="-signkey leaf.key" ;; *) by="-CA $3.pem -CAkey $3.key -CAcreateserial" ;; esac
    leaf leaf "$by" "$2" extensions
    leaf client "-CA ca.pem -CAkey ca.key -CAcreateserial" 1 none
    chmod 600 client.key
    """

  private static let server = """
    import os, socket, ssl, sys, time
    manner = sys.argv[1]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain("leaf.pem", "leaf.key")
    context.set_alpn_protocols(["h2", "http/1.1"])
    if manner == "tls12":
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    if manner == "tls11":
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    if manner == "mutual":
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations("ca.pem")

    def read(path):
        with open(path, "rb") as file:
            return file.read()

    def request(connection):
        got = b""
        while b"\\r\\n\\r\\n" not in got:
            got += connection.recv(65536) or sys.exit(0)
        head, body = got.split(b"\\r\\n\\r\\n", 1)
        length = int(head.lower().split(b"content-length: ")[1].split(b"\\r\\n")[0])
        while len(body) < length:
            body += connection.recv(65536)
        return head + b"\\r\\n\\r\\n" + body

    def serve(connection):
        if manner == "stall":
            return held.append(connection)
        if manner == "hangUp":
            return connection.close()
        agreed = b"plain"
        if manner != "plain":
            connection = context.wrap_socket(connection, server_side=True)
            agreed = f"{connection.version()} {connection.selected_alpn_protocol()}".encode()
        else:
            connection.sendall(read("answer"))
            return connection.close()
        asked = request(connection)
        with open("requests", "ab") as file:
            file.write(agreed + b"\\n" + asked + b"\\x1e")
        connection.sendall(read("answer"))
        if manner != "cut":
            connection = connection.unwrap()
        connection.close()

    held = []
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.05)
    with open("port.new", "w") as file:
        file.write(str(listener.getsockname()[1]))
    os.rename("port.new", "port")
    end = time.monotonic() + 120
    while time.monotonic() < end and os.path.exists("answer") and not os.path.exists("stop"):
        try:
            connection, _ = listener.accept()
        except TimeoutError:
            continue
        connection.settimeout(20)
        try:
            serve(connection)
        except (OSError, SystemExit):
            connection.close()
    """
}
