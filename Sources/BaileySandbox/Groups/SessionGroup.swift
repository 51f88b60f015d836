import BaileyCore
import BaileyLinux

/// The control group of one session. Removed when the value goes away, or earlier by `remove`; every process must have ended by then.
final class SessionGroup: Sendable {
  private static let agent = "agent"

  /// Whether the kernel holds the limits on processes and memory.
  let holdsLimits: Bool
  private let name: String
  private let groups: ControlGroups
  private let directory: Descriptor

  /// - Parameters:
  ///   - limits: `nil` where the hierarchy has no controllers.
  ///   - agent: the agent's user, if it is not the controller's: pid 1 moves its children from one group into the other in his name.
  init(_ name: String, of groups: ControlGroups, _ limits: SandboxLimits?, agent: UInt32?) throws(Errno) {
    self.name = name
    self.groups = groups
    holdsLimits = limits != nil
    directory = try Self.made(name, groups, limits, agent)
  }

  deinit { remove() }

  private static func made(_ name: String, _ groups: ControlGroups, _ limits: SandboxLimits?, _ user: UInt32?)
    throws(Errno) -> Descriptor
  {
    try groups.root.makeDirectory(name, mode: 0o755)
    do throws(Errno) {
      let directory = try groups.root.open(name, [.readOnly, .directory])
      try directory.makeDirectory(agent, mode: 0o755)
      if let limits { try set(limits, directory) }
      for file in ["cgroup.procs", agent + "/cgroup.procs"] {
        if let user { try directory.setOwner(of: file, user: user, group: 0) }
      }
      return directory
    } catch {
      remove(name, from: groups.root)
      throw error
    }
  }

  /// At the limit of memory all of the session ends: a program killed among others would be a riddle.
  private static func set(_ limits: SandboxLimits, _ directory: borrowing Descriptor) throws(Errno) {
    try GroupFile.write(directory, "pids.max", "\(limits.processes)")
    try GroupFile.write(directory, "memory.max", "\(limits.memory)")
    try GroupFile.write(directory, "memory.oom.group", "1")
    // A kernel without swap has no such file.
    do throws(Errno) { try GroupFile.write(directory, "memory.swap.max", "0") } catch {
      if error != .noSuchFile { throw error }
    }
  }

  /// The session's group, and the agent's below it, for processes to be born in.
  func doors() throws(Errno) -> DescriptorPair {
    DescriptorPair(first: try directory.duplicate(), second: try directory.open(Self.agent, [.readOnly, .directory]))
  }

  /// Stops all but pid 1, seen by nobody inside: jobs that stood still already still do afterwards.
  func setFrozen(_ on: Bool) throws(Errno) {
    try GroupFile.write(directory, Self.agent + "/cgroup.freeze", on ? "1" : "0")
  }

  /// Kernel 5.14. For a pid 1 that cannot end, and so does not take the others along.
  func kill() { try? GroupFile.write(directory, "cgroup.kill", "1") }

  /// The limit at which the kernel ended the session, if it did.
  var reachedLimit: String? {
    let kills = GroupFile.read(directory, "memory.events").flatMap { GroupFile.value("oom_kill", in: $0) }
    return (kills ?? 0) > 0 ? "memory" : nil
  }

  /// `nil` when the group is gone.
  var usage: Usage? {
    let number = { (file: String) in GroupFile.read(self.directory, file).flatMap { Int64($0.filter(\.isNumber)) } }
    let time = GroupFile.read(directory, "cpu.stat").flatMap { GroupFile.value("usage_usec", in: $0) }
    guard let processes = number("pids.current"), let memory = number("memory.current"), let time else { return nil }
    return Usage(processes: Int(processes), memory: memory, processorTime: time * 1000)
  }

  func remove() { Self.remove(name, from: groups.root) }

  static func remove(_ name: String, from root: borrowing Descriptor) {
    try? root.removeDirectory(name + "/" + agent)
    try? root.removeDirectory(name)
  }
}
