/// One operation of `bailey-jail`. The plan is three lists of these, executed top to bottom.
///
/// Swift computes, C executes: whatever needs thought (BPF programs, netlink messages, mount options) arrives as finished bytes. Paths
/// are bytes without NUL. A *slot* is a descriptor number agreed on in the plan: slot n is descriptor `64 + n`, at most 256 slots.
/// The binary form is `CBaileyJail/bailey_plan.h`.
package enum JailOperation: Sendable, Equatable {
  // MARK: parent list: the launching process, host namespaces, credentials of the controller; runs after clone3

  /// Writes the child's `uid_map`, `gid_map` (one line each) and, unless privileged, `deny` to `setgroups`.
  case idMap(insideUser: UInt32, hostUser: UInt32, insideGroup: UInt32, hostGroup: UInt32, denySetgroups: Bool)
  /// `open_tree(path, OPEN_TREE_CLONE | AT_RECURSIVE)` into a slot; `idmapped` maps it with the child's user namespace (root only).
  case openTree(slot: Int, path: [UInt8], recursive: Bool, idmapped: Bool)

  // MARK: init list: pid 1 of the sandbox, in the new namespaces, uid 0 of the outer user namespace

  case tmpfs(path: [UInt8], size: UInt64, inodes: UInt64, mode: UInt16, attributes: MountAttributes)
  case directory(path: [UInt8], mode: UInt16)
  /// Creates a regular file with this content.
  case file(path: [UInt8], mode: UInt16, content: [UInt8])
  case symlink(target: [UInt8], path: [UInt8])
  /// `pivot_root(root, old)`, then `chdir("/")`. The old root stays mounted at `old` for pid 1.
  case pivot(root: [UInt8], old: [UInt8])
  case propagation(path: [UInt8], kind: Propagation, recursive: Bool)
  /// Clones `source`, sets the attributes on the detached tree, then moves it to `path`.
  case bind(source: TreeSource, path: [UInt8], recursive: Bool, attributes: MountAttributes, optional: Bool)
  case overlay(path: [UInt8], lower: [UInt8], upper: [UInt8], work: [UInt8], attributes: MountAttributes)
  case proc(path: [UInt8], attributes: MountAttributes)
  case devpts(path: [UInt8])
  case hostname([UInt8])
  /// Writes to a file of `/proc/sys` (by its path in pid 1's view).
  case sysctl(path: [UInt8], content: [UInt8])
  /// Sends one batch on a fresh netlink socket of `protocol` (NETLINK_ROUTE or NETLINK_NETFILTER) and expects `acknowledgements` acks.
  case netlink(protocol: UInt16, message: [UInt8], acknowledgements: Int)
  /// Creates, binds and (for streams) listens; `address` is a finished `sockaddr`. The descriptor goes to the controller with `ready`.
  case listen(slot: Int, family: UInt16, type: UInt16, address: [UInt8], backlog: UInt16)
  /// Opens a pseudo-terminal in the sandbox's own devpts; the master goes to the controller with `ready`, the agent gets the slave.
  case pseudoTerminal(slot: Int, rows: UInt16, columns: UInt16)
  case resourceLimit(resource: UInt32, soft: UInt64, hard: UInt64)
  /// Sends the descriptors of these slots to the controller and closes them here.
  case ready(slots: [Int])
  /// Forks the agent's process, which runs the agent list.
  case spawn

  // MARK: agent list: the agent's process, just before the program

  /// A nested user and mount namespace in which uid and gid appear as these.
  case nest(user: UInt32, group: UInt32)
  /// Makes `path` the root of the nested mount namespace and lets go of everything else.
  case enter(path: [UInt8])
  /// No capability in any set, none to be gained: bounding set, ambient set, securebits locked.
  case dropCapabilities
  case landlock(handledFilesystem: UInt64, handledNetwork: UInt64, scoped: UInt64, rules: [LandlockRule])
  /// `prctl(PR_SET_NO_NEW_PRIVS)`.
  case noNewPrivileges
  /// Installs a filter; with `notify` its listener goes to the controller.
  case seccomp(program: [UInt8], notify: Bool)
  case changeDirectory(path: [UInt8])
  /// Tries the candidates in order, as execvp does over PATH. Ends the list.
  case execute(candidates: [[UInt8]], arguments: [[UInt8]], environment: [[UInt8]])
}

package enum TreeSource: Sendable, Equatable {
  /// A path in pid 1's view (the host's root is at the `old` path of `pivot`).
  case path([UInt8])
  /// A detached tree from `openTree`, or a descriptor that came with a live grant.
  case slot(Int)
}

package enum Propagation: UInt16, Sendable { case isPrivate, shared, slave }

/// `MOUNT_ATTR_*` of mount_setattr(2) that a plan may set; none can be cleared.
package struct MountAttributes: OptionSet, Sendable, Hashable {
  package let rawValue: UInt64
  package init(rawValue: UInt64) { self.rawValue = rawValue }
  package static let readOnly = MountAttributes(rawValue: 0x1)
  package static let noSetuid = MountAttributes(rawValue: 0x2)
  package static let noDevices = MountAttributes(rawValue: 0x4)
  package static let noExecute = MountAttributes(rawValue: 0x8)
}

package struct LandlockRule: Sendable, Equatable {
  package var path: [UInt8]
  package var access: UInt64
  /// A path that does not exist in the view is skipped instead of failing the launch.
  package var optional: Bool

  package init(path: [UInt8], access: UInt64, optional: Bool = false) {
    self.path = path
    self.access = access
    self.optional = optional
  }
}
