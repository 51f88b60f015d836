internal import BaileyCore

extension CurrentProcess {
  /// Where the running program's file lies: a directory without a slash behind it.
  package static var programDirectory: String {
    get throws(Errno) {
      let path = try Descriptor.workingDirectory.readLink("/proc/self/exe")
      return ExactText(String(decoding: path, as: UTF8.self)).parent.text
    }
  }
}
