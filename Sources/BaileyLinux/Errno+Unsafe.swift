internal import CBaileyLinux

extension Errno: CustomStringConvertible {
  /// The symbol, such as `ENOENT`; `E123` where the C library knows none.
  package var name: String {
    // SAFETY: returns a static string, or null for an unknown number.
    guard let text = unsafe bl_errno_name(rawValue) else { return "E\(rawValue)" }
    return unsafe String(cString: text)
  }

  /// The C library's sentence, lower case: `no such file or directory`.
  package var message: String {
    // SAFETY: returns a static string, or null for an unknown number.
    guard let text = unsafe bl_errno_message(rawValue) else { return "unknown error" }
    let sentence = unsafe String(cString: text)
    return sentence.prefix(1).lowercased() + sentence.dropFirst()
  }

  package var description: String { "\(message) (\(name))" }
}
