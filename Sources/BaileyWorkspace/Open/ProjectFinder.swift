package import BaileyCore
import BaileyLinux

/// Finds where a project begins: the nearest directory above with `.bailey` or `.git`, or else the directory itself.
///
/// Never looks above the person's home, and refuses a root that would stage a whole home or system.
package struct ProjectFinder: ProjectLocator {
  private let ownDirectories: [String]

  package init(ownDirectories: [String]) { self.ownDirectories = ownDirectories }

  package func locate(from directory: String, home: String) throws(Fault) -> ProjectLocation {
    let here = try realPath(directory)
    let house = (try? realPath(home)) ?? home
    var root = here
    var candidate = here
    while candidate != "/", ExactText(candidate) != ExactText(house) {
      if Self.marks(candidate) {
        root = candidate
        break
      }
      candidate = ExactText(candidate).parent.text
    }
    try check(root, house: house)
    return ProjectLocation(root: root, workingDirectory: here)
  }

  private func check(_ root: String, house: String) throws(Fault) {
    let tooWide = [
      "/", "/etc", "/usr", "/var", "/home", "/root", "/tmp", "/opt", "/boot", "/dev", "/proc", "/sys", "/run",
    ]
    guard !tooWide.contains(root), !ExactText(house).isPath(within: ExactText(root)) else {
      throw Fault(
        "project-too-wide", subject: root, why: "this would show a home or the system to the agent",
        hint: "change to the directory of one project")
    }
    for own in ownDirectories where ExactText(root).isPath(within: ExactText(own)) {
      throw Fault("project-is-own", subject: root, why: "this is one of Bailey's own directories")
    }
  }

  private static func marks(_ directory: String) -> Bool {
    [".bailey", ".git"].contains { (try? Descriptor.status(of: directory + "/" + $0)) != nil }
  }

  private func realPath(_ path: String) throws(Fault) -> String {
    let bytes: [UInt8]
    do throws(Errno) { bytes = try Descriptor.realPath(path) } catch {
      throw Fault("directory-unusable", subject: path, why: error.message)
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Fault("path-not-utf8", subject: path, why: "the project's path is not UTF-8", hint: "rename the directory")
    }
    return text
  }
}
