import BaileyCore
import BaileyLinux

/// Bailey's other programs: beside this one, else where `make install` puts them.
enum InstalledProgram {
  /// Where it is, or should be.
  static func path(of name: String) throws(Errno) -> String {
    let directory = try CurrentProcess.programDirectory
    let (beside, installed) = (directory + "/" + name, directory + "/../libexec/bailey/" + name)
    return !isProgram(beside) && isProgram(installed) ? installed : beside
  }

  /// Returns only when it fails: otherwise this process is that program.
  static func become(_ name: String, _ arguments: [String]) throws(Failure) -> Int32 {
    do throws(Errno) { try Program.become(try path(of: name), arguments: arguments) } catch {
      throw missing(name, error)
    }
  }

  /// One of the tools cannot be executed.
  static func missing(_ name: String, _ error: Errno) -> Failure {
    Failure(Fault("tools-missing", subject: name, why: error.message, hint: "install \(name) beside bailey"))
  }

  private static func isProgram(_ path: String) -> Bool {
    (try? Descriptor.workingDirectory.isAccessible(path, mode: 1)) != nil
  }
}
