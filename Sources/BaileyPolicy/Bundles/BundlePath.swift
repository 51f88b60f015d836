import BaileyCore

/// The name of a file within a bundle: without a leading slash, without anything that leads elsewhere.
enum BundlePath {
  private static let maximumBytes = 512

  static func checked(_ name: String, subject: String) throws(Fault) -> String {
    var parts = name.split(separator: "/", omittingEmptySubsequences: false)
    if parts.first == "" || parts.first == "." { parts.removeFirst() }
    let isPlain = parts.allSatisfy { part in
      !part.isEmpty && part != "." && part != ".." && part.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F && $0 != 0x5C }
    }
    guard isPlain, !parts.isEmpty, name.utf8.count <= maximumBytes else {
      throw Fault(
        "bundle-path", subject: subject, why: "\(name) is no path within the bundle",
        hint: "names are relative, without empty parts and without `..`")
    }
    return parts.joined(separator: "/")
  }
}
