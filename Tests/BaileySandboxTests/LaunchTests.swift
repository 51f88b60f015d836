import BaileyCore
import BaileyLinux
import BaileySandbox
import BaileyTestSupport
import Testing

@Suite("Launch", .serialized)
struct LaunchTests {
  let fixture: LaunchFixture

  init() throws { fixture = try LaunchFixture() }

  @Test(
    "The program's exit code, signal or absence is told",
    arguments: [
      (["/bin/sh", "-c", "exit 7"], BaileyCore.ExitStatus.exited(code: 7)),
      (["/bin/sh", "-c", "kill -9 $$"], .signalled(9)),
      (["no-such-program"], .notStarted(code: 127)), (["/etc/hosts"], .notStarted(code: 126)),
    ])
  func status(command: [String], expected: BaileyCore.ExitStatus) async throws {
    let sandbox = try await fixture.launch(command)
    #expect(await sandbox.events.last() == .exited(expected))
    try await sandbox.kill()
  }

  @Test("The agent has no capability and can gain none")
  func capabilities() async throws {
    let (text, _) = try await fixture.shell("grep -E 'Cap|NoNewPrivs|Seccomp:' /proc/self/status")
    let lines = text.split(separator: "\n")
    #expect(lines.filter { $0.hasPrefix("Cap") && $0.hasSuffix("\t0000000000000000") }.count == 5)
    #expect(lines.contains("NoNewPrivs:\t1"))
    #expect(lines.contains("Seccomp:\t2"))
  }

  @Test("The agent sits in a user namespace below pid 1's, as one id")
  func userNamespace() async throws {
    let shell = try await Shell(fixture)
    let inside = fixture.user == 0 ? 1000 : fixture.user
    #expect(
      try shell.run("cat /proc/self/uid_map").split(separator: " ").map { String($0) }.prefix(2) == ["\(inside)", "0"])
    // pid 1 is not dumpable: only root may look at its namespaces. To the agent they are closed in any case.
    #expect(try shell.run("readlink /proc/1/ns/user; echo $?").hasSuffix("1\n"))
    try await shell.sandbox.kill()
  }

  @Test("No descriptor but the three streams reaches the program")
  func descriptors() async throws {
    let (text, _) = try await fixture.shell("cd /proc/self/fd && echo *")
    #expect(text == "0 1 2 3\n", "3 is the directory that the shell reads")
  }

  @Test("A write goes to the upper layer, and the project stays as it is")
  func staging() async throws {
    let (text, _) = try await fixture.shell("cat hello; echo changed > hello; cat hello")
    #expect(text == "hi\nchanged\n")
    #expect(try fixture.scratch.read("project/hello") == "hi\n")
    #expect(try fixture.scratch.read("upper/hello") == "changed\n")
  }

  @Test("Of two spellings of a name each is granted and taken back by itself")
  func spellings() async throws {
    let paths = ["caf\u{e9}", "cafe\u{301}"].map { fixture.scratch.path + "/" + $0 }
    for path in paths { try Descriptor.workingDirectory.makeDirectory(path, mode: 0o755) }
    let sandbox = try await fixture.launch(["/bin/sleep", "1000"])
    try await sandbox.grant(path: paths[0], writable: false)
    await #expect(throws: Fault.self) { try await sandbox.revoke(path: paths[1]) }
    try await sandbox.grant(path: paths[1], writable: false)
    for path in paths { try await sandbox.revoke(path: path) }
    try await sandbox.kill()
  }

  @Test("A path is granted to a running session and taken back from it")
  func grant() async throws {
    let shell = try await Shell(fixture)
    let path = fixture.scratch.path + "/granted"
    #expect(try !shell.run("cat \(path)/file").contains("granted\n"))
    try await shell.sandbox.grant(path: path, writable: false)
    #expect(try shell.run("cat \(path)/file") == "granted\n")
    #expect(try shell.run("echo x > \(path)/file; echo $?").contains("Read-only file system"))
    #expect(try shell.run("umount \(path) || mount -o remount,rw \(path) || echo refused").contains("refused"))
    try await shell.sandbox.revoke(path: path)
    #expect(try shell.run("cat \(path)/file").contains("No such file"))
    try await shell.sandbox.kill()
  }

  @Test("A writable grant is written through, as the agent's own file")
  func writableGrant() async throws {
    let shell = try await Shell(fixture)
    try await shell.sandbox.grant(path: fixture.scratch.path + "/granted", writable: true)
    #expect(try shell.run("echo new > \(fixture.scratch.path)/granted/made; echo $?").hasSuffix("0\n"))
    #expect(try fixture.scratch.read("granted/made") == "new\n")
    let owner = try Descriptor.status(of: fixture.scratch.path + "/granted/made").user
    #expect(owner == fixture.user)
    try await shell.sandbox.kill()
  }

  @Test("A path far from every mount can be granted")
  func grantElsewhere() async throws {
    // Not below /tmp, where the temporary directory's own Landlock rule would let it through.
    let shell = try await Shell(fixture)
    #expect(try shell.run("cat /var/lib/dpkg/status").contains("No such file"))
    try await shell.sandbox.grant(path: "/var/lib/dpkg", writable: false)
    #expect(try shell.run("head -c 8 /var/lib/dpkg/status") == "Package:")
    #expect(try shell.run("(echo >> /var/lib/dpkg/status) || echo refused").hasSuffix("refused\n"))
    try await shell.sandbox.kill()
  }

  @Test(
    "From a file system that cannot map ids, root grants what everybody may read, and nothing for writing",
    .enabled(if: CurrentProcess.user == 0))
  func unmappedGrant() async throws {
    let shell = try await Shell(fixture)
    let path = "/sys/kernel/mm/transparent_hugepage"
    try await shell.sandbox.grant(path: path, writable: false)
    #expect(try shell.run("cat \(path)/enabled").contains("never"))
    #expect(try shell.run("(echo never > \(path)/enabled) || echo refused").contains("refused"))
    try await shell.sandbox.revoke(path: path)
    let fault = await #expect(throws: Fault.self) { try await shell.sandbox.grant(path: path, writable: true) }
    #expect(fault?.code == "sandbox-grant-failed" && fault?.why.contains("cannot map") == true)
    try await shell.sandbox.kill()
  }

  @Test("A single file can be granted")
  func fileGrant() async throws {
    let shell = try await Shell(fixture)
    let path = fixture.scratch.path + "/granted/file"
    try await shell.sandbox.grant(path: path, writable: false)
    #expect(try shell.run("cat \(path)") == "granted\n")
    try await shell.sandbox.kill()
  }

  @Test("A grant through a link that the agent planted is refused")
  func plantedLink() async throws {
    let shell = try await Shell(fixture)
    _ = try shell.run("ln -s /etc sub")
    await #expect(throws: Fault.self) { try await shell.sandbox.mask(path: fixture.project + "/sub/hosts") }
    #expect(try shell.run("head -c 9 /etc/hosts") == "127.0.0.1")
    try await shell.sandbox.kill()
  }

  @Test("A grant that is not a plain absolute path is refused", arguments: ["/", "relative", "/a/../b", "/a\0b", ""])
  func strangePath(path: String) async throws {
    let shell = try await Shell(fixture)
    await #expect(throws: Fault.self) { try await shell.sandbox.grant(path: path, writable: false) }
    try await shell.sandbox.kill()
  }

  @Test("A masked file is there but cannot be read, and cannot be unmasked")
  func mask() async throws {
    let shell = try await Shell(fixture)
    #expect(try shell.run("cat .env") == "secret\n")
    try await shell.sandbox.mask(path: fixture.project + "/.env")
    #expect(try shell.run("cat .env").contains("Permission denied"))
    #expect(try shell.run("rm -f .env; mv .env x; chmod 777 .env; umount .env; cat .env").contains("secret") == false)
    try await shell.sandbox.kill()
  }

  @Test("Kill leaves nothing: neither new sessions nor double-forked orphans nor stopped processes")
  func kill() async throws {
    let shell = try await Shell(fixture)
    let script =
      "for i in 1 2 3 4 5; do (setsid sh -c 'sleep 1000 & sleep 1001' &) ; done; sleep 1002 & kill -STOP $!; echo ok"
    #expect(try shell.run(script).contains("ok"))
    let namespace = Array(try shell.run("readlink /proc/self/ns/pid").dropLast().utf8)
    #expect(Self.members(of: namespace) > 5)
    try await shell.sandbox.kill()
    #expect(Self.members(of: namespace) == 0)
    #expect(await shell.sandbox.events.last() == .exited(.killed))
  }

  @Test("After the end, every request is a fault")
  func afterEnd() async throws {
    let sandbox = try await fixture.launch(["/bin/true"])
    _ = await sandbox.events.last()
    try await sandbox.kill()
    await #expect(throws: Fault.self) { try await sandbox.freeze() }
    await #expect(throws: Fault.self) { try await sandbox.signal(15) }
  }

  @Test("Freeze stops every process; thaw lets them go on")
  func freeze() async throws {
    let shell = try await Shell(fixture)
    _ = try shell.run("(setsid sleep 1000 &); (while :; do :; done) & echo")
    let namespace = Array(try shell.run("readlink /proc/self/ns/pid").dropLast().utf8)
    #expect(Self.states(of: namespace, but: shell.sandbox.initProcess).count >= 3)
    try await shell.sandbox.freeze()
    // The signal is sent when `freeze` returns; each process stops when it next runs.
    var patience = 1000
    while !Self.isStopped(namespace, shell.sandbox.initProcess), patience > 0 {
      patience -= 1
      try await Task.sleep(nanoseconds: 1_000_000)
    }
    #expect(Self.isStopped(namespace, shell.sandbox.initProcess))
    try await shell.sandbox.thaw()
    #expect(try shell.run("echo alive") == "alive\n")
    try await shell.sandbox.kill()
  }

  @Test("Another program joins the session: same view, no capability, its own exit code")
  func execute() async throws {
    let shell = try await Shell(fixture)
    _ = try shell.run("echo shared > /tmp/mark")
    let (reader, writer) = try Descriptor.pipe().take()
    let program = try await shell.sandbox.execute(
      command: [
        "sh", "-c", "cat /tmp/mark; echo $EXTRA; grep CapEff /proc/self/status; readlink /proc/self/ns/user; exit 9",
      ],
      environment: ["EXTRA": "more"], workingDirectory: "/tmp",
      streams: StandardStreams(input: nil, output: writer, error: nil), terminal: nil)
    let text = String(decoding: try Descriptor(owning: reader).readAll(limit: 65536), as: UTF8.self)
    let namespace = try shell.run("readlink /proc/self/ns/user")
    #expect(text == "shared\nmore\nCapEff:\t0000000000000000\n" + namespace)
    #expect(await program.events.last() == .exited(.exited(code: 9)))
    try await shell.sandbox.kill()
  }

  @Test("Another program that is not there is told as 127")
  func executeMissing() async throws {
    let shell = try await Shell(fixture)
    let program = try await shell.sandbox.execute(
      command: ["no-such-program"], environment: [:], workingDirectory: "/",
      streams: StandardStreams(input: nil, output: nil, error: nil), terminal: nil)
    #expect(await program.events.last() == .exited(.notStarted(code: 127)))
    try await shell.sandbox.kill()
  }

  @Test("Another program with a terminal stops and goes on, and is signalled alone")
  func executeWithTerminal() async throws {
    let shell = try await Shell(fixture)
    let program = try await shell.sandbox.execute(
      command: ["sleep", "1000"], environment: [:], workingDirectory: "/",
      streams: StandardStreams(input: nil, output: nil, error: nil), terminal: TerminalSize(rows: 11, columns: 22))
    let master = Descriptor(owning: try #require(program.takeTerminal()))
    #expect(try master.windowSize() == (11, 22))
    var events = program.events.makeAsyncIterator()
    try master.writeAll([0x1A])
    #expect(await events.next() == .stopped(signal: 20))
    try await program.signal(18)
    try await program.signal(15)
    #expect(await events.next() == .exited(.signalled(15)))
    #expect(try shell.run("echo alive") == "alive\n")
    try await shell.sandbox.kill()
  }

  @Test("^Z stops the program in the foreground, and SIGCONT resumes it")
  func jobControl() async throws {
    let sandbox = try await fixture.launch(
      ["/bin/sh", "-c", "trap 'echo got; exit 3' INT; echo ready; while :; do read line; done"],
      terminal: TerminalSize(rows: 24, columns: 80))
    let master = Descriptor(owning: try #require(sandbox.take(.terminal)))
    #expect(sandbox.take(.terminal) == nil)
    try await sandbox.resize(TerminalSize(rows: 30, columns: 100))
    #expect(try master.windowSize() == (30, 100))
    var seen = ""
    while !seen.contains("ready") { seen += String(decoding: try master.read(upTo: 64), as: UTF8.self) }
    var events = sandbox.events.makeAsyncIterator()
    try master.writeAll([0x1A])
    #expect(await events.next() == .stopped(signal: 20))
    try await sandbox.signal(18)
    try master.writeAll([0x03])
    #expect(await events.next() == .exited(.exited(code: 3)))
    try await sandbox.kill()
  }

  @Test("What a program wrote is there for who takes its terminal after its end")
  func takenLate() async throws {
    let sandbox = try await fixture.launch(["/bin/echo", "last words"], terminal: TerminalSize(rows: 24, columns: 80))
    for await event in sandbox.events where event == .exited(.exited(code: 0)) { break }
    try await sandbox.kill()
    let master = Descriptor(owning: try #require(sandbox.take(.terminal)))
    #expect(String(decoding: try master.read(upTo: 64), as: UTF8.self) == "last words\r\n")
  }

  @Test("A port of the sandbox's loopback is dialled; one that nobody serves is refused")
  func dial() async throws {
    let shell = try await Shell(fixture)
    await #expect(throws: Fault.self) { _ = try await shell.sandbox.dial(port: 9) }
    let number = try await shell.sandbox.dial(port: 3128)
    let socket = Descriptor(owning: number)
    _ = try poll([(socket.raw, .output)])
    #expect(try socket.socketError() == nil)
    try await shell.sandbox.kill()
  }

  @Test("A fork bomb does not keep pid 1 from its work")
  func forkBomb() async throws {
    let shell = try await Shell(fixture)
    _ = try shell.run("(while :; do (sleep 0.001 &) ; done) >/dev/null 2>&1 & echo")
    for _ in 0..<20 {
      try await shell.sandbox.freeze()
      try await shell.sandbox.thaw()
    }
    try await shell.sandbox.kill()
  }

  @Test("A program that stops and wakes itself without end does not wedge pid 1")
  func stopFlood() async throws {
    let sandbox = try await fixture.launch(
      ["/bin/sh", "-c", "(while :; do kill -STOP $$; kill -CONT $$; done) & while :; do :; done"])
    for _ in 0..<20 { try await sandbox.signal(0) }
    try await sandbox.kill()
  }
}

extension LaunchTests {
  static func isStopped(_ namespace: [UInt8], _ initProcess: Int32) -> Bool {
    states(of: namespace, but: initProcess).allSatisfy { $0 == "T" }
  }

  static func members(of namespace: [UInt8]) -> Int { states(of: namespace, but: 0).count }

  /// The state letters of all processes in a pid namespace.
  static func states(of namespace: [UInt8], but initProcess: Int32) -> [String] {
    let entries = (try? Descriptor.entries(of: "/proc")) ?? []
    return entries.compactMap { entry in
      guard let process = Int32(entry.text), process != initProcess,
        (try? Descriptor.workingDirectory.readLink("/proc/\(process)/ns/pid")) == namespace,
        let text = try? Descriptor.open("/proc/\(process)/stat").readAll(limit: 4096)
      else { return nil }
      let rest = String(decoding: text, as: UTF8.self).split(separator: ")").last ?? ""
      return rest.split(separator: " ").first.map { String($0) }
    }
  }
}
