import BaileyCore
import BaileyRego
import Synchronization

/// The policies of the last projects, compiled once for all their sessions.
///
/// They are known by every byte of their files. What is kept has at most as many bytes as one project may bring.
final class CompiledProjects: Sendable {
  private static let maximumBytes = PolicyFilesReader.maximumTotal

  private struct Entry {
    let root: String
    let layer: CompiledLayer
    let bytes: Int
  }

  private let entries = Mutex<[Entry]>([])

  func known(_ files: PolicyFiles, _ root: String) -> CompiledLayer? {
    entries.withLock { $0.first { $0.root == root && $0.layer.files == files }?.layer }
  }

  func layer(_ files: PolicyFiles, root: String, _ registry: Registry) throws(Fault) -> CompiledLayer {
    if let known = known(files, root) { return known }
    let layer = try CompiledLayer(files, root: root, active: nil, registry: registry)
    let bytes = files.contents.values.reduce(0) { $0 + $1.count }
    entries.withLock { entries in
      entries.removeAll { $0.root == root }
      entries.append(Entry(root: root, layer: layer, bytes: bytes))
      while entries.reduce(0, { $0 + $1.bytes }) > Self.maximumBytes { entries.removeFirst() }
    }
    return layer
  }
}
