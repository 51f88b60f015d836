import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Testing

@testable import BaileySandbox

@Suite("The place in the cgroup hierarchy")
struct GroupPlaceTests {
  static let unified = "25 20 0:23 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"

  @Test(
    "The own group's directory is found through the mount that shows it",
    arguments: [
      ("0::/a/b.service\n", unified, "/sys/fs/cgroup/a/b.service"), ("0::/\n", unified, "/sys/fs/cgroup"),
      ("4:memory:/x\n0::/y\n", "1 2 0:3 / /sys/fs/cgroup/unified rw - cgroup2 none rw\n", "/sys/fs/cgroup/unified/y"),
      // A controller that was started by one that had moved already.
      ("0::/a/supervisor\n", unified, "/sys/fs/cgroup/a"),
      ("0::/a/b\n", "1 2 0:3 /other /m rw - cgroup2 n rw\n1 2 0:3 /a /n rw - cgroup2 n rw\n", "/n/b"),
      ("0::/a\n", "1 2 0:3 / /with\\040blank\\134 rw - cgroup2 n rw\n", "/with blank\\/a"),
    ])
  func found(membership: String, mounts: String, path: String) {
    #expect(GroupPlace.directory(membership: membership, mounts: mounts) == path)
  }

  @Test(
    "What is not cgroup2, not mounted, above the namespace or nonsense has no directory",
    arguments: [
      ("4:memory:/x\n", unified), ("0::/../x\n", unified), ("0::/x\n", ""), ("", unified), ("0::x\n", unified),
      ("0::/x\n", "25 20 0:23 / /sys/fs/cgroup rw - cgroup cgroup rw,memory\n"),
      ("0::/x\n", "25 20 0:23 /other /m rw - cgroup2 cgroup2 rw\n"), ("0::/x\n", "- cgroup2\ncgroup2 -\n1 2 3 - -\n"),
    ])
  func missing(membership: String, mounts: String) {
    #expect(GroupPlace.directory(membership: membership, mounts: mounts) == nil)
  }

  @Test("A directory that is no cgroup of ours is not used, and why is said")
  func notDelegated() throws {
    let scratch = try Scratch()
    #expect(ControlGroups.claim(scratch.path).missing == "\(scratch.path) is not delegated to this user")
    for name in ["cgroup.procs", "cgroup.subtree_control"] { try scratch.write("", to: name) }
    #expect(ControlGroups.claim(scratch.path).missing == "no cgroup2 is there")
    #expect(ControlGroups.claim("/nonexistent").root.raw == -1)
  }

  @Test("doctor says what holds the limits")
  func doctor() {
    #expect(HostHealth.limits(missing: nil).consequence.hasPrefix("held by cgroup v2 (processes, memory)"))
    #expect(HostHealth.limits(missing: "others").consequence.hasPrefix("held by rlimits (processes"))
  }

  @Test("A line of a flat file is read by its whole key")
  func flatFile() {
    let events = "low 0\noom 3\noom_kill 2\noom_group_kill 1\n"
    #expect(GroupFile.value("oom_kill", in: events) == 2 && GroupFile.value("oom", in: events) == 3)
    #expect(GroupFile.value("oom_k", in: events) == nil && GroupFile.value("x", in: "x\nx y\n") == nil)
  }
}
