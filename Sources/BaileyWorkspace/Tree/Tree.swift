import BaileyCore
import BaileyLinux

/// A directory tree that somebody else may be rearranging while it is read and written.
///
/// Everything starts at the root's descriptor. The kernel resolves each path beneath it, through no symbolic link and into no other mount,
/// and the last component is never followed: who swaps a directory for a link can make an operation fail, but not send it elsewhere.
final class Tree: Sendable {
  let root: Descriptor
  let path: String

  /// - Parameter path: absolute, and trusted as it stands.
  init(_ path: String) throws(Errno) {
    self.path = path
    root = try Descriptor.open(path, [.readOnly, .directory])
  }

  /// Opens a directory of the tree; the empty path is the root.
  func directory(_ path: [UInt8]) throws(Errno) -> Descriptor {
    try root.open(
      path.isEmpty ? [UInt8(ascii: ".")] : path, [.readOnly, .directory, .noFollow],
      resolve: [.beneath, .noSymlinks, .noMagicLinks, .noCrossing])
  }

  /// The open directory above a path, and the last component.
  func place(_ path: [UInt8]) throws(Errno) -> Place {
    let (parent, name) = Self.split(path)
    if name.isEmpty || name == [0x2E] || name == [0x2E, 0x2E] { throw .invalid }
    return Place(folder: try directory(parent), name: name)
  }

  static func split(_ path: [UInt8]) -> (parent: [UInt8], name: [UInt8]) {
    guard let slash = path.lastIndex(of: UInt8(ascii: "/")) else { return ([], path) }
    return (Array(path[..<slash]), Array(path[(slash + 1)...]))
  }

  /// `nil` when there is nothing, or when what should be a directory on the way is none.
  func status(_ path: [UInt8]) throws(Errno) -> FileStatus? {
    do throws(Errno) {
      if path.isEmpty { return try root.status() }
      let place = try place(path)
      return try place.folder.status(of: place.name)
    } catch .noSuchFile {
      return nil
    } catch .notDirectory {
      return nil
    } catch .tooManyLinks {
      return nil
    } catch {
      throw error
    }
  }

  func state(_ path: [UInt8], _ hasher: HasherFactory) throws(Errno) -> NodeState {
    guard try status(path) != nil else { return .absent }
    let place = try place(path)
    return try place.folder.state(of: place.name, hasher)
  }

  /// The whole content of a regular file; `nil` when it is none or larger than `limit`.
  func content(_ path: [UInt8], limit: Int) -> [UInt8]? {
    guard let place = try? place(path), let file = try? place.folder.regular(place.name) else { return nil }
    return try? file.readAll(limit: limit)
  }
}

/// The path of a name in a directory of a tree; the empty path is the root.
func join(_ directory: [UInt8], _ name: [UInt8]) -> [UInt8] {
  directory.isEmpty ? name : directory + [ExactText.slash] + name
}

func join(_ directory: [UInt8], _ name: String) -> [UInt8] { join(directory, Array(name.utf8)) }

/// A name in an open directory.
struct Place: ~Copyable {
  let folder: Descriptor
  let name: [UInt8]
}

extension Descriptor {
  /// Opens a regular file for reading; anything else is `EINVAL`. A FIFO is not waited for.
  borrowing func regular(_ name: [UInt8]) throws(Errno) -> Descriptor {
    let file = try open(name, [.readOnly, .noFollow, .nonBlocking, .noControllingTerminal])
    if try !file.status().isRegular { throw .invalid }
    return file
  }

  /// `nil` instead of ENOENT.
  borrowing func find(_ name: [UInt8]) throws(Errno) -> FileStatus? {
    do throws(Errno) { return try status(of: name) } catch .noSuchFile { return nil } catch { throw error }
  }

  borrowing func state(of name: [UInt8], _ hasher: HasherFactory) throws(Errno) -> NodeState {
    guard let status = try find(name) else { return .absent }
    let mode = UInt16(truncatingIfNeeded: status.mode)
    switch status.type {
    case .directory: return .directory(mode: mode)
    case .symlink: return .symlink(try readLink(name))
    case .regular:
      return try regular(name).fileState(hasher)
    default: return .other(mode: mode)
    }
  }

  /// Of a regular file that is open for reading.
  borrowing func fileState(_ hasher: HasherFactory) throws(Errno) -> NodeState {
    let hash = try contentHash(hasher)
    let status = try status()
    return .file(mode: UInt16(truncatingIfNeeded: status.mode), size: status.size, hash: hash)
  }

  borrowing func digest(_ hasher: HasherFactory) throws(Errno) -> (size: Int64, hash: [UInt8]) {
    let hash = try contentHash(hasher)
    return (try status().size, hash)
  }

  private borrowing func contentHash(_ hasher: HasherFactory) throws(Errno) -> [UInt8] {
    var hash = BlockHash(hasher)
    try eachBlock { block, offset in
      hash.add(block, at: offset)
      return true
    }
    return hash.finish()
  }

  /// Calls with each block that holds data, in order, until `body` is false.
  borrowing func eachBlock(_ body: (_ block: [UInt8], _ offset: Int64) -> Bool) throws(Errno) {
    var offset: Int64 = 0
    while let data = try nextData(from: offset) {
      offset = max(offset, data / BlockHash.size * BlockHash.size)
      let block = try block(at: offset)
      if block.isEmpty || !body(block, offset) { break }
      offset += BlockHash.size
    }
  }

  /// Whole, but for the end of the file.
  private borrowing func block(at offset: Int64) throws(Errno) -> [UInt8] {
    var block = try read(upTo: Int(BlockHash.size), at: offset)
    while !block.isEmpty, block.count < BlockHash.size {
      let more = try read(upTo: Int(BlockHash.size) - block.count, at: offset + Int64(block.count))
      if more.isEmpty { break }
      block += more
    }
    return block
  }
}
