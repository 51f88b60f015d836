import BaileyTestSupport
import Glibc
import Testing

/// From one session to another, and to Bailey itself.
@Suite("Sessions keep to themselves", .serialized)
struct SessionEscapes {
  let walls: Walls
  init() throws { walls = try Walls() }

  /// Leaves something of each kind behind, and waits.
  private static let neighbour = """
    import ctypes, os, socket, time
    c = ctypes.CDLL(None)
    c.syscall(29, 0x6261696c, 4096, 0o1666); c.syscall(64, 0x6261696c, 1, 0o1666)
    open('/tmp/neighbour', 'w').write('x'); open('/dev/shm/neighbour', 'w').write('x'); open('here', 'w').write('x')
    for family, name in ((socket.AF_INET, ('127.0.0.1', 4321)), (socket.AF_UNIX, '\\0neighbour'), (socket.AF_UNIX, '/tmp/socket')):
        globals()['s%d' % len(globals())] = s = socket.socket(family); s.bind(name); s.listen()
    os.environ['READY'] = '1'
    os.execv('/bin/sleep', ['bailey-neighbour', '60'])
    """

  @Test("The end of the controller is awaited: the next command does not meet one that is going")
  func controllerEnds() throws {
    for _ in 1...10 {
      let ran = try walls.bailey(["run", "-q", "--", "true"])
      #expect(ran.status == 0, "\(ran)")
      let controller = try #require(try walls.processes("baileyd").first)
      let ended = try walls.outside("$BAILEY kill --all --controller; [ ! -e /proc/\(controller)/fd/0 ] && echo gone")
      #expect(ended.output.hasSuffix("gone\n"), "\(ended)")
    }
  }

  @Test("Two sessions of one project share no process, memory, socket, file or queue")
  func neighbours() throws {
    let run = try walls.start(["run", "-q", "--", "/usr/bin/python3", "-c", Self.neighbour])
    for _ in 0..<100 where try Tool("/usr/bin/pgrep").run(["-f", "^bailey-neighbour"]).output.isEmpty { usleep(50_000) }
    let result = try walls.python(
      """
      import ctypes, glob, os, socket
      c = ctypes.CDLL(None, use_errno=True)
      print('shm', c.syscall(29, 0x6261696c, 4096, 0), 'sem', c.syscall(64, 0x6261696c, 1, 0))
      for path in ('/tmp/neighbour', '/dev/shm/neighbour', 'here', '/tmp/socket'): print(path, os.path.exists(path))
      for family, name in ((socket.AF_INET, ('127.0.0.1', 4321)), (socket.AF_UNIX, '\\0neighbour')):
          try: socket.socket(family).connect(name); print('CONNECTED', name)
          except OSError as error: print('refused', error.errno)
      commands = [open(p, 'rb').read() for p in glob.glob('/proc/[0-9]*/cmdline')]
      print('processes', any(b'neighbour' in x and b'glob' not in x for x in commands))
      """)
    #expect(result.output.contains("shm -1 sem -1"), "\(result)")
    #expect(!result.output.contains("True") && !result.output.contains("CONNECTED"), "\(result)")
    #expect(result.output.components(of: "refused") == 2)
    #expect(try !Tool("/usr/bin/pgrep").run(["-f", "^bailey-neighbour"]).output.isEmpty, "the neighbour must be alive")
    kill(run, SIGTERM)
    var status: Int32 = 0
    walls.reap(run, &status)
  }

  @Test("Bailey's own tools, brought inside, command nothing outside")
  func ownTools() throws {
    for name in ["bailey", "baileyd"] {
      #expect(try Tool("/bin/cp").run([Products.path(name), walls.project + "/" + name]).status == 0)
    }
    let socket = walls.scratch.path + "/run/bailey/baileyd.sock"
    #expect(try walls.run("true").status == 0)
    #expect(walls.scratch.exists("run/bailey/baileyd.sock"))
    let result = try walls.run(
      """
      export XDG_RUNTIME_DIR=\(walls.scratch.path)/run XDG_STATE_HOME=\(walls.scratch.path)/state
      test -e \(socket) && echo VISIBLE; ls \(walls.scratch.path)/state 2> /dev/null
      timeout 20 ./bailey kill --all; timeout 20 ./bailey run -- true; ./bailey log 2>&1 | grep -c session; echo STILL HERE
      """)
    #expect(result.output.contains("STILL HERE") && !result.output.contains("VISIBLE"), "\(result)")
    #expect(result.status == 0, "a kill from inside must not reach the session: \(result)")
  }

  @Test("A netlink socket lists interfaces and changes nothing")
  func netlink() throws {
    let result = try walls.python(
      """
      import socket, struct
      def ask(kind, flags, body):
          s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0); s.settimeout(5)
          s.send(struct.pack('=IHHII', 16 + len(body), kind, flags, 1, 0) + body)
          answer = s.recv(65536)
          return struct.unpack_from('=IHHIIi', answer)[5] if answer[4] == 2 else 'listed'
      link = struct.pack('=BxHiII', 0, 0, 1, 0, 1)
      print('get', ask(18, 0x301, struct.pack('=BxHiII', 0, 0, 0, 0, 0)))
      print('down', ask(19, 5, link), 'delete', ask(17, 5, link))
      print('address', ask(20, 0x605, struct.pack('=BBBBi', 2, 8, 0, 0, 1) + struct.pack('=HH4B', 8, 2, 10, 0, 0, 1)))
      print('route', ask(24, 0x605, struct.pack('=8BI', 2, 0, 0, 0, 254, 3, 0, 1, 0)))
      """)
    #expect(result.output == "get listed\ndown -1 delete -1\naddress -1\nroute -1\n", "\(result)")
  }

  @Test("The end of a session gives back all that the controller held for it")
  func leaks() throws {
    for _ in 0..<3 { #expect(try walls.run("true").status == 0) }
    // It is opened beside all else, and stays open.
    #expect(try walls.bailey(["log", "index", "--rebuild"]).status == 0)
    let controller = try #require(try walls.processes("baileyd").first)
    let before = try settled(controller)
    for _ in 0..<12 { #expect(try walls.run("true").status == 0) }
    #expect(try settled(controller) <= before)
  }

  /// Descriptors that a process holds once nothing changes any more.
  private func settled(_ process: Int32) throws -> Int {
    var last = -1
    for _ in 0..<50 {
      let now = try Tool("/bin/ls").run(["/proc/\(process)/fd"]).output.split(separator: "\n").count
      if now == last { return now }
      last = now
      usleep(300_000)
    }
    return last
  }
}
