import BaileyTestSupport
import Testing

/// What an agent writes here lies on the host at once.
@Suite("Writing straight into the host", .serialized)
struct DirectEscapes {
  let walls: Walls
  init() throws { walls = try Walls() }

  /// Each call that sets a mode, as a ctypes expression over libc `c`; the file `f` and its descriptor `d` are there.
  private static let modeCalls = """
    calls = {
      'chmod': lambda m: c.syscall(90, b'f', m), 'fchmod': lambda m: c.syscall(91, d, m),
      'fchmodat': lambda m: c.syscall(268, -100, b'f', m), 'fchmodat2': lambda m: c.syscall(452, -100, b'f', m, 0),
      'open': lambda m: c.syscall(2, b'o', 0o101, m), 'openat': lambda m: c.syscall(257, -100, b'a', 0o101, m),
      'creat': lambda m: c.syscall(85, b'c', m), 'mknod': lambda m: c.syscall(133, b'n', 0o100000 | m, 0),
      'mknodat': lambda m: c.syscall(259, -100, b'p', 0o010000 | m, 0),
      'tmpfile': lambda m: c.syscall(257, -100, b'.', 0o20200002, m),
    }
    """

  @Test("No setuid or setgid bit can be set, by any call", arguments: ["04755", "02755", "06755"])
  func setIDBits(mode: String) throws {
    let result = try walls.python(
      """
      import ctypes, os
      c = ctypes.CDLL(None, use_errno=True)
      d = os.open('f', os.O_CREAT | os.O_RDWR, 0o755)
      \(Self.modeCalls)
      for name, call in calls.items():
          print(name, call(0o\(mode)) == -1 and ctypes.get_errno() == 1)
      how = (ctypes.c_uint64 * 3)(0o101, 0o\(mode), 0)
      print('openat2', c.syscall(437, -100, b'h', how, 24) == -1)
      for name, number in (('mkdir', 83), ('mkdirat', 258)):
          c.syscall(number, *([] if number == 83 else [-100]), name.encode(), 0o\(mode))
      for name, call in calls.items():
          if call(0o1644) < 0: print(name, 'ordinary modes fail')
      """, ["--workspace", "direct"])
    #expect(result.output.components(of: "True") == 11, "\(result)")
    #expect(!result.output.contains("False") && !result.output.contains("fail"), "\(result)")
    let found = try Tool("/usr/bin/find").run([walls.project, "-perm", "/6000"])
    #expect(found.output.isEmpty, "\(found)")
    #expect(walls.scratch.exists("project/mkdirat"))
  }
}
