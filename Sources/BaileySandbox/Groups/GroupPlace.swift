/// Where a process stands in the cgroup2 hierarchy, from the kernel's own texts (cgroups(7), proc(5)).
enum GroupPlace {
  /// Name of the group into which a controller moves itself, because a group that hands out controllers may hold no process.
  static let supervisor = "supervisor"

  /// The directory of the group that was handed to this process; `nil` when it cannot be reached.
  ///
  /// - Parameters:
  ///   - membership: /proc/self/cgroup.
  ///   - mounts: /proc/self/mountinfo.
  static func directory(membership: String, mounts: String) -> String? {
    guard let line = membership.split(separator: "\n").first(where: { $0.hasPrefix("0::/") }) else { return nil }
    var names = line.dropFirst(4).split(separator: "/")
    // Above the root of our cgroup namespace.
    guard !names.contains("..") else { return nil }
    if names.last == Substring(supervisor) { names.removeLast() }
    for mount in mounts.split(separator: "\n") {
      if let (root, point) = cgroup2(mount), names.starts(with: root) {
        return ([point] + names.dropFirst(root.count).map(String.init)).joined(separator: "/")
      }
    }
    return nil
  }

  /// Root within the file system, and mount point, of a line about a cgroup2 mount.
  private static func cgroup2(_ line: Substring) -> (root: [Substring], point: String)? {
    let fields = line.split(separator: " ")
    guard let dash = fields.firstIndex(of: "-"), dash >= 6, fields.count > dash + 1, fields[dash + 1] == "cgroup2"
    else { return nil }
    return (Substring(unescaped(fields[3])).split(separator: "/"), unescaped(fields[4]))
  }

  /// Blanks, tabs, newlines and backslashes stand as three octal digits.
  private static func unescaped(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      let digits = String(decoding: rest.prefix(3), as: UTF8.self)
      if byte == UInt8(ascii: "\\"), digits.utf8.count == 3, let value = UInt8(digits, radix: 8) {
        bytes.append(value)
        rest = rest.dropFirst(3)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
