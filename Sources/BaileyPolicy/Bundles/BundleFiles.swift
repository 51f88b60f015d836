package import BaileyCore

/// The files of a bundle by their names within it, sorted; whence they come no longer matters.
package struct BundleFiles: Sendable, Equatable {
  /// What the bundle is called in faults and reasons.
  package let name: String
  private(set) var contents: [String: [UInt8]] = [:]

  package static let maximumArchive = 16 << 20
  package static let maximumSize = 64 << 20

  package var paths: [String] { contents.keys.sorted() }
  package subscript(path: String) -> [UInt8]? { contents[path] }

  /// Of a directory that is a bundle; other hidden files are left out.
  package static func isWanted(_ name: String) -> Bool {
    !name.hasPrefix(".") || name == BundleManifest.file || name == BundleSignature.file
  }

  /// A `.tar.gz`.
  package init(name: String, archive: [UInt8]) throws(Fault) {
    var room = Self.maximumSize
    try self.init(name: name, archive: archive, room: &room)
  }

  /// - Parameter room: how much it may be when expanded; what it is goes off.
  init(name: String, archive: [UInt8], room: inout Int) throws(Fault) {
    self.name = name
    guard archive.count <= Self.maximumArchive else {
      throw Fault("bundle-too-large", subject: name, why: "more than \(Self.maximumArchive) bytes")
    }
    let tar = try Gzip.expand(archive, limit: room, subject: name)
    room -= tar.count
    for file in try TarReader.files(tar, subject: name) { contents[file.path] = file.bytes }
  }

  package init(name: String, files: [String: [UInt8]]) throws(Fault) {
    self.name = name
    for (path, bytes) in files { contents[try BundlePath.checked(path, subject: name)] = bytes }
    guard contents.values.reduce(0, { $0 + $1.count }) <= Self.maximumSize else {
      throw Fault("bundle-too-large", subject: name, why: "more than \(Self.maximumSize) bytes")
    }
  }

  /// In the form of an archive; the same files give the same bytes.
  package func archive() throws(Fault) -> [UInt8] {
    let files = paths.compactMap { path in contents[path].map { (path: path, bytes: $0) } }
    return try Gzip.compress(try TarWriter.archive(files, subject: name), subject: name)
  }

  package mutating func put(_ path: String, _ bytes: [UInt8]) { contents[path] = bytes }
}
