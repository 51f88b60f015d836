import BaileyTestSupport
import Testing

@Suite("Kernel doors are shut", .serialized)
struct KernelEscapes {
  let walls: Walls
  init() throws { walls = try Walls() }

  @Test("No capability is held and none can be gained")
  func capabilities() throws {
    let result = try walls.run("grep -E '^(Cap|NoNewPrivs|Seccomp:)' /proc/self/status")
    for name in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
      #expect(result.output.contains("\(name):\t0000000000000000"), "\(result.output)")
    }
    #expect(result.output.contains("NoNewPrivs:\t1"))
    #expect(result.output.contains("Seccomp:\t2"))
  }

  /// Calls that must fail, as ctypes expressions over libc `c`; a result of -1 is a refusal.
  @Test(
    "A dangerous system call is refused",
    arguments: [
      ("unshare a user namespace", "c.unshare(0x10000000)"), ("unshare mounts", "c.unshare(0x00020000)"),
      ("unshare the network", "c.unshare(0x40000000)"), ("mount a tmpfs", "c.mount(b't', b'/tmp', b'tmpfs', 0, 0)"),
      ("unmount", "c.umount2(b'/tmp', 2)"), ("io_uring_setup", "c.syscall(425, 4, buf)"),
      ("bpf", "c.syscall(321, 0, buf, 64)"), ("add_key", "c.syscall(248, b'user', b'x', b'y', 1, -3)"),
      ("keyctl", "c.syscall(250, 0, -3, 1)"), ("perf_event_open", "c.syscall(298, buf, 0, -1, -1, 0)"),
      ("userfaultfd", "c.syscall(323, 0)"), ("open_by_handle_at", "c.syscall(304, -100, buf, 0)"),
      ("kexec_load", "c.syscall(246, 0, 0, 0, 0)"), ("init_module", "c.syscall(175, buf, 8, b'')"),
      ("setns", "c.syscall(308, 0, 0)"), ("open_tree", "c.syscall(428, -100, b'/', 1)"),
      ("move_mount", "c.syscall(429, -100, b'/', -100, b'/tmp', 0)"), ("fsopen", "c.syscall(430, b'tmpfs', 0)"),
      ("mount_setattr", "c.syscall(442, -100, b'/usr', 0, buf, 32)"), ("pivot_root", "c.syscall(155, b'/', b'/tmp')"),
      ("chroot", "c.chroot(b'/tmp')"), ("clone into a user namespace", "c.syscall(56, 0x10000000 | 17, 0, 0, 0, 0)"),
      ("x32 getpid", "c.syscall(0x40000000 | 39)"), ("TIOCSTI", "c.ioctl(0, 0x5412, buf)"),
      ("a vsock socket", "c.socket(40, 1, 0)"), ("a packet socket", "c.socket(17, 3, 0)"),
      ("a raw socket", "c.socket(2, 3, 1)"), ("a netfilter netlink socket", "c.socket(16, 3, 12)"),
      ("an audit netlink socket", "c.socket(16, 3, 9)"), ("a Unix datagram socket", "c.socket(1, 2, 0)"),
      ("a Unix datagram socketpair", "c.socketpair(1, 2, 0, buf)"), ("an alg socket", "c.socket(38, 5, 0)"),
      ("reboot", "c.syscall(169, 0xfee1dead, 672274793, 0, 0)"), ("swapon", "c.swapon(b'/tmp/x', 0)"),
      ("acct", "c.acct(b'/tmp/x')"), ("sethostname", "c.sethostname(b'x', 1)"), ("setuid root", "c.setuid(0)"),
      ("quotactl", "c.syscall(179, 0, 0, 0, 0)"), ("iopl", "c.syscall(172, 3)"), ("ioperm", "c.syscall(173, 0, 8, 1)"),
      ("clone3", "c.syscall(435, buf, 88)"), ("openat2", "c.syscall(437, -100, b'/', buf, 24)"),
      ("request_key", "c.syscall(249, b'user', b'x', 0, 0)"), ("modify_ldt", "c.syscall(154, 0, buf, 64)"),
      ("fanotify_init", "c.syscall(300, 0, 0)"), ("lookup_dcookie", "c.syscall(212, 0, buf, 64)"),
      ("kexec_file_load", "c.syscall(320, 0, 0, 0, b'', 0)"), ("finit_module", "c.syscall(313, 0, b'', 0)"),
      ("delete_module", "c.syscall(176, b'loop', 0)"), ("clock_settime", "c.syscall(227, 0, buf)"),
      ("settimeofday", "c.syscall(164, buf, 0)"), ("adjtimex", "c.syscall(159, buf)"),
      ("clock_adjtime", "c.syscall(305, 0, buf)"), ("setdomainname", "c.setdomainname(b'x', 1)"),
      ("syslog", "c.syscall(103, 3, buf, 64)"), ("vhangup", "c.syscall(153)"), ("memfd_secret", "c.syscall(447, 0)"),
      ("statmount", "c.syscall(457, buf, buf, 64, 0)"), ("move_pages of pid 1", "c.syscall(279, 1, 0, 0, 0, buf, 0)"),
      ("a character device", "c.mknod(b'dev', 0o020666, 0x0103)"),
      ("a block device", "c.mknod(b'dev', 0o060666, 0x0800)"), ("TIOCLINUX", "c.ioctl(0, 0x541C, buf)"),
      ("a personality that makes all memory executable", "c.syscall(135, 0x0400000)"),
      ("a listener beside ours", "c.syscall(317, 1, 8, buf)"), ("io_uring_enter", "c.syscall(426, 0, 0, 0, 0, 0)"),
      ("ptrace of pid 1", "c.ptrace(16, 1, 0, 0)"), ("seizing pid 1", "c.ptrace(0x4206, 1, 0, 0)"),
      ("a descriptor of pid 1", "c.syscall(438, c.syscall(434, 1, 0), 3, 0)"),
      ("memory of pid 1", "c.syscall(310, 1, iov, 1, iov, 1, 0)"),
      ("writing the memory of pid 1", "c.syscall(311, 1, iov, 1, iov, 1, 0)"),
      ("comparing with pid 1", "c.syscall(312, 1, os.getpid(), 0, 3, 3)"),
      ("a limit of pid 1", "c.prlimit(1, 7, buf, 0)"),
      ("niceness of pid 1", "c.setpriority(0, 1, 19)"), ("niceness of all", "c.setpriority(2, os.getuid(), 19)"),
      ("processors of pid 1", "c.sched_setaffinity(1, 8, one)"),
      ("scheduler of pid 1", "c.sched_setscheduler(1, 5, buf)"),
      ("setgroups", "c.setgroups(1, buf)"), ("capset", "c.syscall(126, cap, buf2)"),
      ("raising a hard limit", "c.setrlimit(6, buf2)"), ("real-time priority", "c.sched_setscheduler(0, 1, one)"),
    ])
  func refused(call: (name: String, expression: String)) throws {
    let program = """
      import ctypes, os
      c = ctypes.CDLL(None, use_errno=True)
      buf = ctypes.create_string_buffer(4096)
      buf2 = ctypes.create_string_buffer(b'\\xff' * 64)
      one = (ctypes.c_int * 1)(1)
      cap = (ctypes.c_uint32 * 2)(0x20080522, 0)
      iov = (ctypes.c_uint64 * 2)(ctypes.addressof(buf), 8)
      r = \(call.expression)
      print('RESULT', 'refused' if r == -1 else 'allowed', ctypes.get_errno())
      """
    let result = try walls.python(program)
    // A call that kills its caller is refused too.
    #expect(result.output.contains("RESULT refused") || result.status == 128 + 31, "\(call.name): \(result)")
  }

  @Test("A foreign architecture's system call kills the caller")
  func foreignArchitecture() throws {
    try walls.scratch.write(
      "int main(void){int r;__asm__ volatile(\"int $0x80\":\"=a\"(r):\"a\"(20));return r>0?0:1;}", to: "project/abi.c")
    let result = try walls.run("gcc -o abi abi.c && ./abi && echo REACHED; echo status=$?")
    #expect(!result.output.contains("REACHED"), "\(result)")
    #expect(result.output.contains("status="))
  }

  @Test("Host processes are not seen and not reached")
  func hostProcesses() throws {
    let result = try walls.run(
      "ls /proc | grep -c '^[0-9]*$'; cat /proc/1/environ; kill -9 1; kill -0 1; cat /proc/1/cmdline | tr '\\0' ' '")
    let count = Int(result.output.split(separator: "\n").first ?? "") ?? 99
    #expect(count <= 8, "\(result.output)")
    #expect(!result.output.contains(Walls.secret))
  }

  @Test("No secret-looking variable of the caller is inherited")
  func environment() throws {
    let result = try walls.run("env; cat /proc/*/environ 2>/dev/null | tr '\\0' '\\n'")
    #expect(!result.output.contains(Walls.secret))
    #expect(result.output.contains("HOME="))
  }

  @Test("No descriptor of the controller is inherited")
  func descriptors() throws {
    let result = try walls.run("ls -l /proc/self/fd | awk '{print $9}' | grep -v '^$' | sort -n | tr '\\n' ' '")
    #expect(result.output == "0 1 2 3 ", "\(result.output)")
  }

  @Test("A fork bomb ends at the limit and the session can be killed")
  func forkBomb() throws {
    let bomb = """
      import os, time
      n = 0
      try:
          for _ in range(3000):
              if os.fork() == 0:
                  time.sleep(30); os._exit(0)
              n += 1
      except OSError as e:
          print('LIMIT', n)
      """
    try walls.scratch.write("version: 1\nlimits: {processes: 100}\n", to: "config/limit.yaml")
    let result = try walls.python(bomb, ["--manifest", walls.scratch.path + "/config/limit.yaml"])
    #expect(result.output.contains("LIMIT"), "\(result)")
  }

  @Test("Too much memory ends the session with exit code 124")
  func memoryHog() throws {
    try walls.scratch.write("version: 1\nlimits: {memory: 100MiB}\n", to: "config/limit.yaml")
    let result = try walls.python(
      "import time; x = bytearray(300 << 20); time.sleep(60); print('REACHED')",
      ["--manifest", walls.scratch.path + "/config/limit.yaml"])
    #expect(result.status == 124 && !result.output.contains("REACHED"), "\(result)")
  }

  @Test("A crash writes no core and calls no handler of the host, whatever limit the program sets")
  func coreDumps() throws {
    let result = try walls.python(
      """
      import os, resource as r, signal
      for value in (0, 1, r.RLIM_INFINITY): r.setrlimit(r.RLIMIT_CORE, (value, value))
      print(r.getrlimit(r.RLIMIT_CORE))
      if os.fork() == 0: os.kill(os.getpid(), signal.SIGSEGV)
      print(os.WCOREDUMP(os.wait()[1]), [name for name in os.listdir() if 'core' in name])
      """)
    #expect(result.output == "(1, 1)\nFalse []\n", "\(result)")
  }

  @Test("A process that detaches does not outlive its session")
  func survivor() throws {
    let marker = "bailey-survivor-\(walls.scratch.path.suffix(6))"
    _ = try walls.run(
      "(setsid bash -c 'exec -a \(marker) sleep 300' >/dev/null 2>&1 &) ; (setsid setsid sleep 301 &) ; sleep 0.2")
    let left = try Tool("/usr/bin/pgrep").run(["-f", marker])
    #expect(left.output.isEmpty, "\(left.output)")
  }
}
