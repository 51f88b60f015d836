import BaileyLinux
import BaileyTestSupport
import Glibc

@testable import BaileyAudit

/// TLS on a port of loopback before a server that speaks in clear, with authorities of its own: `ca.pem`, and `other.pem` that signs nothing.
final class TLSFront: @unchecked Sendable {
  let port: UInt16
  private let folder: String
  private var process: pid_t = 0

  init(_ folder: String, to server: UInt16) async throws {
    self.folder = folder
    try Descriptor.makeDirectories(folder)
    port = try LogTools.freePort()
    try Scratch.write(folder + "/keys.sh", Array(Self.keys.utf8))
    try Scratch.write(folder + "/front.py", Array(Self.front.utf8))
    try certify("DNS:localhost")
    process = try Tool("/usr/bin/python3", directory: folder).startSilently(["front.py", "\(port)", "\(server)"])
    while (try? Descriptor.status(of: folder + "/ready")) == nil { try await Task.sleep(for: .milliseconds(10)) }
  }

  deinit {
    kill(process, SIGTERM)
    var status: Int32 = 0
    // SAFETY: the status is written during the call only.
    _ = unsafe waitpid(process, &status, 0)
  }

  func path(_ name: String) -> String { folder + "/" + name }

  /// From here on its certificate is for these.
  func certify(_ names: String) throws {
    let made = try Tool("/bin/sh", directory: folder).run(["keys.sh", names])
    guard made.status == 0 else { throw LogTools.Failed(why: made.errors) }
  }

  private static let keys = """
    set -e
    exec 2>errors
    ec="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
    for ca in ca other; do
      test -e $ca.pem || openssl req -x509 $ec -keyout $ca.key -out $ca.pem -days 2 -subj "/CN=$ca"
    done
    echo "subjectAltName=$1" > extensions
    openssl req $ec -keyout leaf.key -out leaf.csr -subj /CN=front
    openssl x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out leaf.pem -days 1 -extfile extensions
    """

  private static let front = """
    import socket, ssl, sys, threading
    def pump(source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
        except OSError:
            pass
    def serve(plain):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain("leaf.pem", "leaf.key")
        try:
            client = context.wrap_socket(plain, server_side=True)
        except OSError:
            return plain.close()
        server = socket.create_connection(("127.0.0.1", int(sys.argv[2])))
        threading.Thread(target=pump, args=(client, server), daemon=True).start()
        pump(server, client)
        try:
            client = client.unwrap()
        except OSError:
            pass
        client.close()
    listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
    open("ready", "w").close()
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
    """
}
