package import BaileyCore
import BaileyLinux
import CBaileyJail
import Synchronization

/// Changing the view of a running sandbox.
extension Sandbox {
  private static let view = PlanString.text("/view")
  private static let host = "/host"
  /// nosuid, nodev; with 1, read-only.
  private static let noSetuidNoDevices: UInt64 = 0x6

  package func grant(path: String, writable: Bool) async throws(Fault) {
    try check(path)
    let attributes = Self.noSetuidNoDevices | (writable ? 0 : 1)
    guard state.withLock({ $0.granted.insert(ExactText(path)).inserted }) else {
      throw Fault("sandbox-already-granted", subject: path, why: "the path is granted already", hint: "revoke it first")
    }
    do throws(Fault) {
      try await mount(path, attributes)
    } catch {
      state.withLock { _ = $0.granted.remove(ExactText(path)) }
      throw Fault(
        "sandbox-grant-failed", subject: path, why: error.why,
        hint: error.hint ?? "the view has no place for it, or it is gone")
    }
  }

  private func mount(_ path: String, _ attributes: UInt64) async throws(Fault) {
    guard mapsOwners else {
      let strings: [PlanString] = [.text(Self.host + path), Self.view, .text(path)]
      _ = try await request(BAILEY_MOUNT, [attributes, 1], strings)
      return
    }
    let tree = try mappedTree(path, attributes).take()
    defer { _ = Descriptor(owning: tree) }
    _ = try await request(
      BAILEY_MOUNT, [attributes, 0], [.data([]), Self.view, .text(path)], descriptors: [tree])
  }

  /// A detached copy of the tree in which root's files are the agent's.
  ///
  /// Some file systems cannot map ids (overlayfs, NFS, many FUSE ones). What is granted for reading is then shown as it is: the
  /// agent reads what everybody may. What is to be written would get the agent's number for an owner, so that is refused.
  private func mappedTree(_ path: String, _ attributes: UInt64) throws(Fault) -> Descriptor {
    do throws(Errno) {
      let place = try Descriptor.workingDirectory.open(path, .path, resolve: [.noSymlinks, .noMagicLinks])
      let tree = try place.cloneTree(recursive: false)
      let namespace = try Descriptor.open("/proc/\(initProcess)/ns/user")
      do throws(Errno) {
        try tree.setMountAttributes(0, userNamespace: namespace.raw, recursive: false)
      } catch .invalid where attributes & 1 == 1 {}
      return tree
    } catch .invalid {
      throw Fault(
        "sandbox-grant-failed", subject: path, why: "its file system cannot map root's files to the agent's id",
        hint: "run Bailey as an ordinary user, grant it without `--write`, or a path on ext4, xfs or btrfs")
    } catch {
      throw Fault("sandbox-grant-failed", subject: path, why: "the tree cannot be mapped: \(error)", hint: nil)
    }
  }

  package func revoke(path: String) async throws(Fault) {
    try check(path)
    guard state.withLock({ $0.granted.contains(ExactText(path)) }) else {
      throw Fault(
        "sandbox-not-granted", subject: path, why: "the path was not granted", hint: "`bailey ps` shows grants")
    }
    let name = ExactText(path).components.last?.text ?? "."
    _ = try await request(BAILEY_UNMOUNT, [], [Self.view, .text(InsidePath.parent(path)), .text(name)])
    state.withLock { _ = $0.granted.remove(ExactText(path)) }
  }

  package func mask(path: String) async throws(Fault) {
    try check(path)
    let strings: [PlanString] = [.text("/masks/file"), .text("/masks/directory"), Self.view, .text(path)]
    _ = try await request(BAILEY_MASK, [], strings)
  }

  package func protect(path: String) async throws(Fault) {
    try check(path)
    let place = PlanString.text("/view" + path)
    _ = try await request(BAILEY_MOUNT, [Self.noSetuidNoDevices | 1, 1], [place, Self.view, .text(path)])
  }

  /// Absolute and normal: pid 1 walks it name by name and follows no link.
  private func check(_ path: String) throws(Fault) {
    guard path != "/", InsidePath.isNormal(path) else {
      throw Fault(
        "sandbox-path-invalid", subject: path, why: "the path is not absolute and plain",
        hint: "name it as `realpath` does")
    }
  }
}
