import BaileyCore
import BaileyLinux
import BaileySandbox
import BaileyTestSupport
import Testing

/// Attempts to reach the host through connect(2), each in a real sandbox.
@Suite("Connecting from inside", .serialized)
struct SuperviseEscapeTests {
  let fixture: LaunchFixture

  init() throws { fixture = try LaunchFixture() }

  /// Runs a Python program in a sandbox whose project is `direct`, with `granted` writable.
  private func python(_ program: String) async throws -> String {
    var request = fixture.request(["/usr/bin/python3", "-c", program])
    request.workspace = .bind(path: fixture.project, source: fixture.project, readOnly: false)
    let granted = FileRule(
      path: fixture.scratch.path + "/granted", access: .write, source: SourceLocation(file: "test", line: 1))
    request.manifest.files = [granted]
    let pipe = try Descriptor.pipe().take()
    let output = Descriptor(owning: pipe.1)
    let errors = try output.duplicate().take()
    let sandbox = try await Launcher(jail: Products.path("bailey-jail")).launch(
      request, streams: StandardStreams(input: nil, output: output.take(), error: errors), observer: Watching())
    let text = try Descriptor(owning: pipe.0).readAll(limit: 1 << 20)
    try await sandbox.kill()
    return String(decoding: text, as: UTF8.self)
  }

  private func hostSocket(_ path: String) throws -> Descriptor {
    let socket = try Descriptor.unixSocket(nonBlocking: true)
    try socket.bind(path)
    try socket.listen()
    try Descriptor.workingDirectory.setMode(of: path, 0o777)
    return socket
  }

  /// Whether the listener's queue is empty.
  private func nobodyCame(_ listener: borrowing Descriptor) -> Bool {
    do throws(Errno) {
      _ = try listener.accept()
      return false
    } catch {
      return error == .tryAgain
    }
  }

  @Test("A host socket in the project or a granted directory is refused, by path, link and relative name")
  func pathnames() async throws {
    let inProject = try hostSocket(fixture.project + "/host.sock")
    let inGrant = try hostSocket(fixture.scratch.path + "/granted/host.sock")
    let text = try await python(
      """
      import os, socket
      os.symlink('\(fixture.scratch.path)/granted/host.sock', '/tmp/link')
      for path in ['\(fixture.project)/host.sock', 'host.sock', '\(fixture.scratch.path)/granted/host.sock', '/tmp/link']:
        try:
          socket.socket(socket.AF_UNIX).connect(path); print('connected')
        except OSError as error: print(error.errno)
      """)
    #expect(text == "13\n13\n13\n13\n")
    let inProjectIsAlone = nobodyCame(inProject)
    #expect(inProjectIsAlone)
    let inGrantIsAlone = nobodyCame(inGrant)
    #expect(inGrantIsAlone)
  }

  @Test("An address that changes under the call, and a number that changes its socket, reach nothing of the host")
  func races() async throws {
    let host = try hostSocket(fixture.scratch.path + "/granted/host.sock")
    let text = try await python(
      """
      import ctypes, os, socket, threading
      libc = ctypes.CDLL(None, use_errno=True)
      own = socket.socket(socket.AF_UNIX); own.bind('/tmp/own'); own.listen(4096)
      name = lambda path: b'\\1\\0' + path.encode() + bytes(108 - len(path))
      good, bad = name('/tmp/own'), name('\(fixture.scratch.path)/granted/host.sock')
      shared = ctypes.create_string_buffer(110)
      stop = False
      def flip():
        while not stop: ctypes.memmove(shared, bad, 110); ctypes.memmove(shared, good, 110)
      worker = threading.Thread(target=flip); worker.start()
      reached = connected = refused = 0
      for _ in range(400):
        s = socket.socket(socket.AF_UNIX)
        if libc.connect(s.fileno(), shared, 110) == 0:
          connected += 1
          reached += s.getpeername() != '/tmp/own'
        else: refused += 1
        s.close()
      stop = True; worker.join(); stop = False
      def swap():
        while not stop: os.dup2(inet.fileno(), 100); os.dup2(unix.fileno(), 100)
      inet, unix = socket.socket(), socket.socket(socket.AF_UNIX)
      os.dup2(inet.fileno(), 100)
      worker = threading.Thread(target=swap); worker.start()
      for _ in range(400): reached += libc.connect(100, bad, 110) == 0
      stop = True; worker.join()
      print(reached, connected + refused)
      """)
    #expect(text == "0 400\n")
    let hostIsAlone = nobodyCame(host)
    #expect(hostIsAlone)
  }

  @Test("Sockets of the session's own connect: temporary, home, abstract, loopback")
  func own() async throws {
    let text = try await python(
      """
      import os, socket
      for family, place in [(1, '/tmp/s'), (1, os.path.expanduser('~/s')), (1, '\\0name'), (2, ('127.0.0.1', 8000)), (10, ('::1', 8000))]:
        server = socket.socket(family); server.bind(place); server.listen()
        client = socket.socket(family); client.connect(place); client.send(b'x')
        print(server.accept()[0].recv(1).decode())
      """)
    #expect(text == "x\nx\nx\nx\nx\n")
  }

  @Test("What leaves for another address, by IPv4 and IPv6, arrives at the session's own listeners or is refused")
  func capture() async throws {
    let text = try await python(
      """
      import socket
      for family, place in [(2, ('203.0.113.5', 443)), (10, ('2001:db8::1', 443)), (2, ('169.254.169.254', 80))]:
        client = socket.socket(family); client.settimeout(5); client.connect(place)
        print(client.getpeername()[0])
      for family, place in [(2, ('8.8.8.8', 443)), (10, ('2001:db8::1', 443))]:
        try:
          client = socket.socket(family, socket.SOCK_DGRAM); client.connect(place); client.send(b'x'); client.settimeout(5)
          client.recv(1); print('passed')
        except OSError as error: print(error.errno in (1, 111))
      """)
    #expect(text == "203.0.113.5\n2001:db8::1\n169.254.169.254\nTrue\nTrue\n")
  }
}
