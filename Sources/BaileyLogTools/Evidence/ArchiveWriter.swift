internal import BaileyAudit
internal import BaileyCore
internal import BaileyEvidence
internal import BaileyLinux
internal import BaileyMerkle

/// Writes an archive beside its place and then renames it. Nothing is held: a file's header is written when its size is known.
final class ArchiveWriter {
  private let path: String
  private let temporary: String
  private let file: Descriptor
  private var offset: Int64 = 0
  private var current: (file: EvidenceFile, start: Int64, hash: SHA256Tree)?
  private(set) var subjects: [Statement.Subject] = []
  private(set) var files: [EvidenceFile] = []
  private var whole = SHA256Tree()

  init(_ path: String) throws(Fault) {
    self.path = path.hasPrefix("/") ? path : "./" + path
    temporary = self.path + ".\(UInt32.random(in: 0 ... .max)).tmp"
    do throws(Errno) {
      file = try Descriptor.open(temporary, [.readWrite, .create, .exclusive, .noFollow], mode: 0o600)
    } catch {
      throw Self.unwritable(path, error)
    }
  }

  /// - Parameter body: gives the content piece by piece; `false` takes the file back.
  @discardableResult
  func add(_ name: EvidenceFile, _ body: (ArchiveWriter) throws(Fault) -> Bool) throws(Fault) -> Bool {
    let header = offset
    current = (name, offset + Int64(TarHeader.block), SHA256Tree())
    offset += Int64(TarHeader.block)
    guard try body(self) else {
      offset = header
      current = nil
      try writing { () throws(Errno) in try file.truncate(to: header) }
      return false
    }
    try end(header)
    return true
  }

  func add(_ name: EvidenceFile, _ bytes: [UInt8]) throws(Fault) {
    try add(name) { writer throws(Fault) in
      try writer.write(bytes)
      return true
    }
  }

  func write(_ bytes: [UInt8]) throws(Fault) {
    current?.hash.update(bytes.span)
    try put(bytes)
  }

  private func end(_ header: Int64) throws(Fault) {
    guard let (name, start, hash) = current, let head = TarHeader(name: name.name, size: offset - start) else {
      throw Fault("evidence-too-large", subject: path, why: "a file of the archive would have more than 8 GiB")
    }
    guard files.count < ArchiveReader<[UInt8]>.maximumFiles, offset - start <= name.limit else {
      throw Fault("evidence-too-large", subject: name.name, why: "it is more than an archive takes")
    }
    try put([UInt8](repeating: 0, count: TarHeader.padding(after: head.size)))
    try writing { () throws(Errno) in try file.writeAll(head.encoded, at: header) }
    files.append(name)
    subjects.append(.init(name: name.name, sha256: hexadecimal(hash.finish().bytes)))
    current = nil
  }

  private func put(_ bytes: [UInt8]) throws(Fault) {
    try writing { () throws(Errno) in try file.writeAll(bytes, at: offset) }
    offset += Int64(bytes.count)
  }

  /// - Returns: the archive's size.
  func close() throws(Fault) -> Int64 {
    try put(TarHeader.end)
    try writing { () throws(Errno) in
      try file.fsync()
      try Descriptor.workingDirectory.rename(temporary, to: path)
    }
    return offset
  }

  func discard() { try? Descriptor.workingDirectory.unlink(temporary) }

  private func writing(_ body: () throws(Errno) -> Void) throws(Fault) {
    do throws(Errno) { try body() } catch { throw Self.unwritable(path, error) }
  }

  private static func unwritable(_ path: String, _ error: Errno) -> Fault {
    Fault("log-file-unwritable", subject: path, why: error.message)
  }
}
