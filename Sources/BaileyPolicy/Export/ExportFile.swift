package import BaileyCore

/// `export.yaml`: where the log goes continuously.
///
/// Read once, when the controller starts. An unknown key, a value of another kind or a sink that could not work is an error with its place.
package struct ExportFile: Sendable {
  package static let name = "export.yaml"
  private static let maximumSinks = 16

  /// The administrator's sinks and the person's. A file that cannot be read in full sends nothing, and the other one counts.
  package static func all(configuration: String, _ storage: any PolicyStorage) -> (sinks: [ExportSink], faults: [Fault])
  {
    var (sinks, faults) = ([ExportSink](), [Fault]())
    for (directory, isAdministrators) in [("/etc/bailey", true), (configuration, false)] {
      do throws(Fault) {
        sinks += try read("\(directory)/\(name)", isAdministrators: isAdministrators, storage)
      } catch {
        faults.append(error)
      }
    }
    return (sinks, faults)
  }

  /// - Parameter isAdministrators: its sinks are named `admin.…`, so that those of a person cannot take their places.
  package static func read(_ path: String, isAdministrators: Bool, _ storage: any PolicyStorage) throws(Fault)
    -> [ExportSink]
  {
    guard let file = try storage.read(path, limit: YAMLReader.maximumBytes) else { return [] }
    guard file.mode & 0o022 == 0 else {
      throw Fault("export-settings", subject: path, why: "others than its owner can write it", hint: "chmod go-w it")
    }
    return try read(file.bytes, path, prefix: isAdministrators ? "admin." : "", storage)
  }

  static func read(_ bytes: [UInt8], _ path: String, prefix: String, _ storage: any PolicyStorage) throws(Fault)
    -> [ExportSink]
  {
    let root: YAMLNode
    do { root = try YAMLReader(file: path).read(bytes) } catch { throw ManifestIssue.fault([error], file: path) }
    let reader = ExportReader(file: path, storage: storage)
    guard let node = try reader.members(root, keys: ["sinks"])["sinks"] else { return [] }
    guard case .sequence(let nodes, let mark) = node, nodes.count <= maximumSinks else {
      throw reader.fault("`sinks` is a list of at most \(maximumSinks)", node.mark)
    }
    var sinks: [ExportSink] = []
    for node in nodes {
      var sink = try reader.sink(node)
      sink.name = prefix + sink.name
      sinks.append(sink)
    }
    guard Set(sinks.map(\.name)).count == sinks.count else { throw reader.fault("two sinks have one name", mark) }
    return sinks
  }
}
