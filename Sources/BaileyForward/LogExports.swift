package import BaileyCore
package import BaileyExport
import BaileyLinux

/// The log of this controller in other programs' forms.
package struct LogExports: LogExporter {
  let log: any LogSource
  let origin: ExportOrigin
  private let stateDirectory: String
  private let mask: SecretMask

  /// - Parameters:
  ///   - name: the origin line of the log's checkpoints.
  ///   - stateDirectory: for the site's key and the cursors: `keys/export.key`, `export/`.
  package init(
    _ log: any LogSource, _ name: String, version: String, stateDirectory: String, mask: SecretMask = SecretMask()
  ) {
    self.log = log
    self.mask = mask
    origin = ExportOrigin(log: name, host: Kernel.hostName, version: version)
    self.stateDirectory = stateDirectory
  }

  private var keyFile: String { stateDirectory + "/keys/export.key" }
  var cursors: String { stateDirectory + "/export" }

  package func encoder(_ options: ExportOptions) throws(Fault) -> any LogEncoder {
    Encoder(source: RecordSource(log), encoding: try encoding(options))
  }

  func encoding(_ options: ExportOptions, sampled: Int = 1) throws(Fault) -> ExportEncoding {
    let paths = options.hashesPaths ? try SiteKey(at: keyFile).paths : nil
    return ExportEncoding(options.format, origin, paths: paths, sampled: sampled, mask: mask)
  }
}

private struct Encoder: LogEncoder {
  var source: RecordSource
  var encoding: ExportEncoding

  mutating func encode(_ entries: [LoggedRecord]) async throws(Fault) -> [UInt8] {
    encoding.encode(try await source.records(of: entries))
  }

  mutating func finish() -> [UInt8] { encoding.finish() }
}
