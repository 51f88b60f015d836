import BaileyCore
import BaileyLinux

/// One apply at a time on one project, whatever paths lead to it and whatever processes ask.
enum ProjectLock {
  /// Held as long as the descriptor is open. A project that is being applied to is a fault, not a wait.
  static func take(stateDirectory: String, project: Tree) throws(Fault) -> Descriptor {
    let lock = try attempting("locking the project", Array(project.path.utf8)) { () throws(Errno) in
      let status = try project.root.status()
      let directory = stateDirectory + "/locks"
      try Descriptor.makeDirectories(directory)
      return try Descriptor.open("\(directory)/\(status.device)-\(status.inode)", [.readWrite, .create, .noFollow])
    }
    do throws(Errno) { try lock.lock(.exclusive) } catch {
      if error == .tryAgain || error == .accessDenied {
        throw Fault(
          "workspace-busy", subject: project.path, why: "another apply or undo is under way on this project",
          hint: "try again when it has ended")
      }
      throw Fault.workspace(error, project.path, doing: "locking the project")
    }
    return lock
  }
}
