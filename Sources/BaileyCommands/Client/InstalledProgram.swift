import BaileyLinux

/// Bailey's other programs: beside this one, else where `make install` puts them.
enum InstalledProgram {
  /// Where it is, or should be.
  static func path(of name: String) throws(Errno) -> String {
    let directory = try CurrentProcess.programDirectory
    let (beside, installed) = (directory + "/" + name, directory + "/../libexec/bailey/" + name)
    return !isProgram(beside) && isProgram(installed) ? installed : beside
  }

  private static func isProgram(_ path: String) -> Bool {
    (try? Descriptor.workingDirectory.isAccessible(path, mode: 1)) != nil
  }
}
