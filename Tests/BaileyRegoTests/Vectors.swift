import BaileyLinux
import BaileyRego
import Testing

/// The conformance vectors, if this machine has them.
enum Vectors {
  /// Beside the checkout in `shared/`, or where the environment says.
  static let root: String? = {
    if let named = environment("BAILEY_REGO_VECTORS") { return named }
    let parts = #filePath.split(separator: "/").dropLast()
    for count in stride(from: parts.count, through: 0, by: -1) {
      let candidate = "/" + parts.prefix(count).joined(separator: "/") + "/shared/vectors/rego"
      if !names(in: candidate).isEmpty { return candidate }
    }
    return nil
  }()

  static func bytes(_ path: String) -> [UInt8]? {
    (try? WholeFile.read(path, limit: 1 << 26)).flatMap { $0?.bytes }
  }

  static func names(in folder: String) -> [String] {
    let entries = (try? Descriptor.entries(of: folder)) ?? []
    return entries.map(\.text).filter { !$0.hasPrefix(".") }.sorted()
  }

  /// Every case of OPA's own suite, with its place.
  static func eachCase(_ body: (Value, Heap, _ place: String) throws -> Void) throws {
    let root = try #require(root) + "/opa-v1"
    for folder in names(in: root) {
      for file in names(in: root + "/" + folder) where file.hasSuffix(".json") {
        try Document(json: try #require(bytes("\(root)/\(folder)/\(file)"))).read { content, heap in
          let cases = content["cases", heap]
          for index in 0..<cases.count { try body(cases.item(index), heap, "\(folder)/\(file)#\(index)") }
        }
      }
    }
  }

  static func environment(_ name: String) -> String? { CurrentProcess.variable(name) }
}
