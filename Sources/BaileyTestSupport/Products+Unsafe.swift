import Glibc

// SAFETY: readlink writes into an array we own and its result is bounds-checked.

/// Where the built programs lie: beside the test bundle, or in `$BAILEY_PRODUCTS`.
package enum Products {
  package static func path(_ name: String) -> String { folder + "/" + name }

  static let folder: String = {
    if let given = unsafe getenv("BAILEY_PRODUCTS") { return unsafe String(cString: given) }
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count)
    guard count > 0 else { return "." }
    let path = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
  }()
}
