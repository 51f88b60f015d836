package import BaileyCore
import BaileyLinux

/// The private home directories, one per project: `homes/KEY` below the state directory.
package struct Homes: HomeKeeper {
  private let directory: String
  /// SHA-256 of text in lower-case hex.
  private let digest: @Sendable (String) -> String

  package init(stateDirectory: String, digest: @escaping @Sendable (String) -> String) {
    directory = stateDirectory + "/homes"
    self.digest = digest
  }

  package func directory(for project: String) async throws(Fault) -> String {
    let path = directory + "/" + key(project)
    do throws(Errno) { try Descriptor.makeDirectories(path) } catch {
      throw Fault("state-unwritable", subject: path, why: error.message)
    }
    return path
  }

  package func reset(project: String) async throws(Fault) {
    do throws(Errno) {
      try Descriptor.open(directory, [.readOnly, .directory]).removeTree(key(project))
    } catch .noSuchFile {
      return
    } catch {
      throw Fault("state-unwritable", subject: directory, why: error.message)
    }
  }

  /// The project's last name, so that a person finds it, and enough of the hash to be unique.
  private func key(_ project: String) -> String {
    let name = project.split(separator: "/").last.map(String.init) ?? "root"
    let plain = name.utf8.prefix(32).filter {
      $0 < 0x80 && (Character(Unicode.Scalar($0)).isLetter || (0x30...0x39).contains($0))
    }
    return String(decoding: plain, as: UTF8.self) + "-" + digest(project).prefix(24)
  }
}
