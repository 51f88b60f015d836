import BaileyCore
import BaileyLinux

/// The part of the cgroup2 hierarchy that was handed to this controller, if any (kernel: cgroup-v2.rst, "Delegation").
///
///     handed to us/            pids and memory handed on to what lies below
///       supervisor/            this process
///       bailey-PID-SESSION/    limits; pid 1 of the sandbox
///         agent/               all other processes; can be frozen
package final class ControlGroups: Sendable {
  /// Why the kernel does not hold limits here; `nil` when it does.
  package let missing: String?
  /// The directory that was handed to us, or its best candidate.
  package let path: String
  /// Of `path`; -1 when no group can be made at all.
  let root: Descriptor

  /// Whether groups can be made, and if only to freeze them.
  package var isUsable: Bool { root.raw >= 0 }

  private static let prefix = "bailey-"
  private static let wanted = ["memory", "pids"]

  /// Why a hierarchy cannot be used.
  private struct Unusable: Error {
    var why: String
  }

  private init(path: String, root: consuming Descriptor, missing: String?) {
    self.path = path
    self.root = root
    self.missing = missing
  }

  /// No groups: rlimits and the watcher hold what they can.
  package convenience init(none why: String) { self.init(path: "", root: Descriptor(owning: -1), missing: why) }

  /// Looks where this process stands and takes possession of it, which moves the process to `supervisor`; removes what dead controllers left.
  ///
  /// A hierarchy without the controllers (a hybrid one) is used for freezing alone, and nothing is moved.
  package static func claim() -> ControlGroups {
    let text = { (path: String) in
      String(decoding: (try? Descriptor.open(path).readAll(limit: 1 << 20)) ?? [], as: UTF8.self)
    }
    guard
      let path = GroupPlace.directory(membership: text("/proc/self/cgroup"), mounts: text("/proc/self/mountinfo"))
    else { return ControlGroups(none: "no cgroup2 hierarchy is mounted here") }
    return claim(path)
  }

  static func claim(_ path: String) -> ControlGroups {
    do throws(Unusable) {
      let root = try open(path)
      let missing = try missingControllers(root)
      if missing == nil { try take(root, path) }
      sweep(root)
      return ControlGroups(path: path, root: root, missing: missing)
    } catch {
      return ControlGroups(path: path, root: Descriptor(owning: -1), missing: error.why)
    }
  }

  private static func open(_ path: String) throws(Unusable) -> Descriptor {
    do throws(Errno) {
      let root = try Descriptor.open(path, [.readOnly, .directory])
      for name in [".", "cgroup.procs", "cgroup.subtree_control"] { try root.isAccessible(name, mode: 2) }
      return root
    } catch {
      throw Unusable(why: "\(path) is not delegated to this user")
    }
  }

  private static func missingControllers(_ root: borrowing Descriptor) throws(Unusable) -> String? {
    guard let text = GroupFile.read(root, "cgroup.controllers") else { throw Unusable(why: "no cgroup2 is there") }
    let offered = text.split(whereSeparator: \.isWhitespace)
    let missing = wanted.filter { !offered.contains(Substring($0)) }
    return missing.isEmpty ? nil : "the hierarchy does not offer \(missing.joined(separator: " and "))"
  }

  /// Fails when others are in the group, too: then it is not ours alone, and this process goes back.
  private static func take(_ root: borrowing Descriptor, _ path: String) throws(Unusable) {
    do throws(Errno) {
      do throws(Errno) { try root.makeDirectory(GroupPlace.supervisor, mode: 0o755) } catch {
        if error != .exists { throw error }
      }
      try GroupFile.write(root, GroupPlace.supervisor + "/cgroup.procs", "0")
      try GroupFile.write(root, "cgroup.subtree_control", wanted.map { "+" + $0 }.joined(separator: " "))
    } catch {
      try? GroupFile.write(root, "cgroup.procs", "0")
      try? root.removeDirectory(GroupPlace.supervisor)
      throw Unusable(why: error == .busy ? "other processes are in \(path)" : "\(path) cannot be used: \(error)")
    }
  }

  /// The kernel refuses to remove a group with processes in it, so only the new ones of live controllers need care.
  private static func sweep(_ root: borrowing Descriptor) {
    for entry in (try? root.entries()) ?? [] where entry.text.hasPrefix(prefix) {
      let owner = entry.text.dropFirst(prefix.count).prefix { $0 != "-" }
      guard let number = Int32(owner), number > 0, (try? Descriptor.process(number)) == nil else { continue }
      SessionGroup.remove(entry.text, from: root)
    }
  }

  /// A group for one session. `nil` where the kernel holds no limits and cannot freeze either.
  ///
  /// - Parameter agent: the agent's user, if it is not the controller's.
  func make(_ session: SessionID, _ limits: SandboxLimits, agent: UInt32?) throws(Fault) -> SessionGroup? {
    guard isUsable else { return nil }
    let name = "\(Self.prefix)\(CurrentProcess.number)-\(session.text)"
    do throws(Errno) { return try SessionGroup(name, of: self, missing == nil ? limits : nil, agent: agent) } catch {
      if missing != nil { return nil }
      throw Fault(
        "control-group-failed", subject: path + "/" + name, why: "no control group can be made: \(error)",
        hint: "is the hierarchy still delegated? `bailey doctor` says what held at the controller's start")
    }
  }
}

/// The files of a group: one short text each.
enum GroupFile {
  static func read(_ directory: borrowing Descriptor, _ name: String) -> String? {
    guard let file = try? directory.open(name, [.readOnly]), let bytes = try? file.readAll(limit: 1 << 16) else {
      return nil
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  static func write(_ directory: borrowing Descriptor, _ name: String, _ text: String) throws(Errno) {
    try directory.open(name, [.writeOnly]).writeAll(text)
  }

  /// The value of a line `key value`.
  static func value(_ key: String, in text: String) -> Int64? {
    for line in text.split(separator: "\n") where line.hasPrefix(key + " ") {
      return Int64(line.dropFirst(key.count + 1))
    }
    return nil
  }
}
