import BaileyCore
import BaileyLinux
import BaileyWire

/// Connects to the person's controller, and starts it where none runs.
///
/// A lock file makes one of several command lines start it; the others wait for its socket.
struct ControllerStart {
  var places: Places
  var environment: [String: String]
  /// Nanoseconds until the start counts as failed.
  var patience: Int64 = 10_000_000_000

  func connect() throws(Fault) -> Connection {
    if let connection = try attempt() { return connection }
    try places.prepare()
    let deadline = Clock.monotonic + patience
    let lock = try held(until: deadline)
    defer { try? lock.unlock() }
    if let connection = try attempt() { return connection }
    let said = (try? Descriptor.status(of: places.controllerLog))?.size ?? 0
    return try listening(until: deadline, saidBefore: said)
  }

  /// Returns when no controller holds its lock: whoever starts one now does not meet the one that is going.
  func awaitEnd() throws(Fault) {
    let deadline = Clock.monotonic + patience
    do throws(Errno) {
      let file = try locked(places.controllerLock, until: deadline)
      try file.unlock()
    } catch .noSuchFile {
      return
    } catch {
      throw Fault(
        "controller-slow", subject: places.controllerLock, why: "the controller did not end in time: \(error.message)",
        hint: "its messages are in \(places.controllerLog)")
    }
  }

  private func attempt() throws(Fault) -> Connection? {
    do { return try Connection.connect(to: places) } catch { throw error.fault }
  }

  private func held(until deadline: Int64) throws(Fault) -> Descriptor {
    do { return try locked(places.startLock, [.create], until: deadline) } catch {
      throw Fault("controller-lock", subject: places.startLock, why: error.message)
    }
  }

  private func locked(_ path: String, _ flags: OpenFlags = [], until deadline: Int64) throws(Errno) -> Descriptor {
    let file = try Descriptor.open(path, flags.union([.readWrite, .noFollow]), mode: 0o600)
    while true {
      do throws(Errno) {
        try file.lock(.exclusive)
        return file
      } catch {
        guard error == .tryAgain || error == .accessDenied, Clock.monotonic < deadline else { throw error }
        try pause()
      }
    }
  }

  /// The daemon named by BAILEY_DAEMON, else the one beside this program, else where `make install` puts it.
  func program() throws(Fault) -> String {
    if let named = environment["BAILEY_DAEMON"], !named.isEmpty { return named }
    do throws(Errno) {
      return try InstalledProgram.path(of: "baileyd")
    } catch {
      throw Fault("controller-missing", why: "this program cannot find itself", hint: "set BAILEY_DAEMON")
    }
  }

  private func start() throws(Fault) -> Int32 {
    let path = try program()
    do { try Descriptor.workingDirectory.isAccessible(path, mode: 1) } catch {
      throw Fault(
        "controller-missing", subject: path, why: error.message,
        hint: "install baileyd beside bailey, or name it with BAILEY_DAEMON")
    }
    do throws(Errno) {
      let null = try Descriptor.open("/dev/null", .readOnly)
      let log = try Descriptor.open(places.controllerLog, [.writeOnly, .create, .append, .noFollow], mode: 0o600)
      return try Program(
        path, environment: Self.inherited(environment), workingDirectory: "/",
        streams: (null.raw, log.raw, log.raw), isDetached: true
      ).start()
    } catch {
      throw Fault("controller-unstartable", subject: path, why: error.message)
    }
  }

  /// The daemon outlives this terminal and serves others, so it gets none of the caller's secrets.
  static func inherited(_ environment: [String: String]) -> [String: String] {
    let names: Set = ["HOME", "PATH", "USER", "LOGNAME", "LANG", "LC_ALL", "TMPDIR", "TZ"]
    return environment.filter { names.contains($0.key) || $0.key.hasPrefix("XDG_") || $0.key.hasPrefix("BAILEY_") }
  }

  private func listening(until deadline: Int64, saidBefore: Int64) throws(Fault) -> Connection {
    let hint = "its messages are in \(places.controllerLog)"
    var process = try start()
    while Clock.monotonic < deadline {
      if let connection = try attempt() { return connection }
      if let end = try? Program.reap(process, wait: false) {
        // Another controller may have been first, without our lock: systemd's, for instance. Or it is on its way out.
        if let connection = try attempt() { return connection }
        guard end == .exited(Places.controllerRunsCode) else {
          throw Fault("controller-died", why: "baileyd \(Self.sentence(end))\(lastWords(from: saidBefore))", hint: hint)
        }
        try? pause(milliseconds: 20)
        process = try start()
      }
      try? pause()
    }
    throw Fault("controller-slow", why: "baileyd did not listen in time", hint: hint)
  }

  /// What the daemon wrote before it ended; nothing where its disk was too full for that as well.
  private func lastWords(from offset: Int64) -> String {
    guard let log = try? Descriptor.open(places.controllerLog, [.readOnly, .noFollow]),
      let bytes = try? log.read(upTo: 4096, at: offset), !bytes.isEmpty
    else { return "" }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    return ": " + lines.map { printable(String($0)) }.joined(separator: "; ")
  }

  private static func sentence(_ end: ProcessEnd) -> String {
    switch end {
    case .exited(let code): "ended with code \(code)"
    case .signalled(let number): "was ended by \(Signals.name(number))"
    }
  }

  private func pause(milliseconds: Int32 = 2) throws(Errno) { _ = try poll([], milliseconds: milliseconds) }
}
