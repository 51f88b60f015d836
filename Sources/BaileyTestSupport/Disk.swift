import BaileyLinux

/// What a file of the repository or of the shared cases has to be, to be read by a test.
private struct NotText: Error {}

/// The names in a directory.
package func entries(_ directory: String) throws -> [String] {
  try Descriptor.entries(of: directory).map { String(decoding: $0.name, as: UTF8.self) }
}

/// The text of a file.
package func contents(_ path: String) throws -> String {
  let bytes = try Descriptor.open(path, .readOnly).readAll(limit: 64 << 20)
  guard let text = String(validating: bytes, as: UTF8.self) else { throw NotText() }
  return text
}
