package import BaileyCore
import BaileyLinux

/// Where a Unix socket may lie for the agent to connect to it: mounts in which only this session can have made it.
///
/// Not where the host's own tree shows through (a `direct` project, what the manifest grants): a socket there belongs to a service of the
/// host. On an overlay the kernel itself tells the two apart, since a socket of the lower layer has no listener by the overlay's inode.
package struct SocketPlaces: Sendable, Equatable {
  /// Mount points in the agent's view.
  package let mountPoints: Set<ExactText>

  package init(mountPoints: Set<ExactText>) { self.mountPoints = mountPoints }

  package init(_ request: SandboxRequest) {
    var places = ["/tmp", "/var/tmp", "/run", "/dev/shm", request.homePath]
    if case .overlay(let path, _, _, _) = request.workspace { places.append(path) }
    mountPoints = places.exact
  }

  /// - Parameter socket: an `O_PATH` descriptor found in the view of `thread`.
  func allows(_ socket: borrowing Descriptor, thread: Int32) -> Bool {
    guard let status = try? socket.status(), status.type == .socket else { return false }
    guard let text = try? WholeProcessFile.read("/proc/\(thread)/mountinfo") else { return false }
    guard let point = Self.mountPoint(of: status.mount, mountinfo: text) else { return false }
    return mountPoints.contains(ExactText(point))
  }

  /// Field 5 of the line of mountinfo (proc_pid_mountinfo(5)) whose field 1 is the mount.
  static func mountPoint(of mount: UInt64, mountinfo: [UInt8]) -> String? {
    let wanted = Array("\(mount)".utf8)
    for line in mountinfo.split(separator: UInt8(ascii: "\n")) {
      let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 5)
      guard fields.count >= 5, fields[0].elementsEqual(wanted) else { continue }
      return unescaped(fields[4])
    }
    return nil
  }

  /// `\040` and its like.
  private static func unescaped(_ field: ArraySlice<UInt8>) -> String {
    var result: [UInt8] = []
    var rest = field
    while let byte = rest.popFirst() {
      let digits = rest.prefix(3)
      if byte == UInt8(ascii: "\\"), digits.count == 3, digits.allSatisfy({ (0x30...0x37).contains($0) }) {
        result.append(digits.reduce(UInt8(0)) { $0 &* 8 &+ ($1 &- 0x30) })
        rest = rest.dropFirst(3)
      } else {
        result.append(byte)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}

/// Reads a file of /proc, whose size is not known beforehand.
enum WholeProcessFile {
  static func read(_ path: String, limit: Int = 1 << 20) throws(Errno) -> [UInt8] {
    let file = try Descriptor.open(path)
    return try file.readAll(limit: limit)
  }
}
