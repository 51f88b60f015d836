internal import BaileyCore
internal import BaileyInspect
internal import BaileyLinux

/// Reads what it is told to, on one thread.
final class Worker {
  /// Bytes that are read at once.
  static let piece = 256 << 10

  private let setup: ScanSetup
  private let results: ScanResults
  private let scratch: InspectionScratch
  private let repository: GitRepository?
  private var objects: ObjectReader?

  init(_ setup: ScanSetup, _ results: ScanResults, _ repository: GitRepository?) {
    (self.setup, self.results, self.repository) = (setup, results, repository)
    scratch = InspectionScratch(setup.rules)
  }

  func scan(_ task: ScanTask) {
    var scan = StreamScan(setup, scratch, path: task.path)
    var isRead = true
    do throws(Fault) {
      switch task.content {
      case .entry(let root, let path):
        isRead = try read(task, &scan) { () throws(Errno) in try root.open(path, Self.flags) }
      case .file(let path):
        isRead = try read(task, &scan) { () throws(Errno) in try Descriptor.open(path, WholeFile.flags) }
      case .input: try Descriptor.lending(0) { input throws(Fault) in try readStream(input, &scan) }
      case .blob(let name): try readObject(name, &scan)
      case .message(let name): try readMessage(name, &scan)
      }
    } catch {
      isRead = false
      if !results.isStopping { results.tell(ScanProblem(path: task.path, fault: error)) }
    }
    scan.finish()
    if scan.dropped > 0 {
      results.tell(
        ScanProblem(
          path: task.path,
          fault: Fault(
            "scan-too-many-findings", why: "\(scan.dropped) findings beyond \(StreamScan.maximumFindings) are not told")
        ))
    }
    results.add(withCommit(scan.findings, task), of: task)
    if !task.isBefore { results.count(allowed: scan.allowed, excused: scan.excused) }
    if isRead, task.isFile { results.countFile() }
  }

  private static let flags: OpenFlags = [.readOnly, .nonBlocking, .noControllingTerminal, .noFollow]

  /// False for what is no regular file.
  private func read(
    _ task: ScanTask, _ scan: inout StreamScan, _ open: () throws(Errno) -> Descriptor
  ) throws(Fault) -> Bool {
    do throws(Errno) {
      let file = try open()
      let status = try file.status()
      guard status.isRegular else {
        results.skip(.special)
        return false
      }
      try readFile(file, status, &scan)
    } catch {
      throw Fault("scan-unreadable", why: error.message)
    }
    return true
  }

  /// As far as the file went when it was opened; one that says that it is empty (procfs) to its end, but at most 64 MiB.
  private func readFile(_ file: borrowing Descriptor, _ status: FileStatus, _ scan: inout StreamScan) throws(Errno) {
    let isSparse = status.size > 1 << 20 && status.blocks < status.size / 512
    let limit = status.size > 0 ? Int(status.size) : 64 << 20
    while scan.end < limit, !results.isStopping {
      if isSparse {
        guard let next = try file.nextData(from: Int64(scan.end)) else { return }
        if Int(next) - scan.end >= Self.piece { scan.skip(to: Int(next)) }
      }
      let count = min(Self.piece, limit - scan.end)
      let bytes = try file.read(upTo: status.size > 0 ? count : min(count, 64 << 10), at: Int64(scan.end))
      if bytes.isEmpty { return }
      feed(bytes, &scan)
    }
  }

  private func readStream(_ stream: borrowing Descriptor, _ scan: inout StreamScan) throws(Fault) {
    while !results.isStopping {
      do throws(Errno) {
        // A pipe may stay silent while somebody interrupts.
        guard try poll([(stream.raw, .input)], milliseconds: 100)[0].isEmpty == false else { continue }
        let bytes = try stream.read(upTo: Self.piece)
        if bytes.isEmpty { return }
        feed(bytes, &scan)
      } catch {
        throw Fault("scan-unreadable", why: error.message)
      }
    }
  }

  private func feed(_ bytes: [UInt8], _ scan: inout StreamScan) {
    scan.feed(bytes)
    results.count(bytes: bytes.count)
  }

  // MARK: objects

  private func reader() throws(Fault) -> ObjectReader {
    if let objects { return objects }
    guard let repository else { throw GitRepository.missing(".") }
    let made = try ObjectReader(repository)
    objects = made
    return made
  }

  /// git is started anew after it failed: one broken object costs nothing else.
  private func reading<Value>(_ body: (ObjectReader) throws(Fault) -> Value) throws(Fault) -> Value {
    do throws(Fault) { return try body(try reader()) } catch {
      objects = nil
      throw error
    }
  }

  private func readObject(_ name: ObjectName, _ scan: inout StreamScan) throws(Fault) {
    try reading { objects throws(Fault) in
      _ = try objects.open(name)
      while let bytes = try objects.next() {
        if results.isStopping { throw Fault("scan-interrupted", why: "the scan was interrupted") }
        feed(bytes, &scan)
      }
    }
  }

  private func readMessage(_ name: ObjectName, _ scan: inout StreamScan) throws(Fault) {
    let text = try reading { objects throws(Fault) in try objects.whole(name) }
    feed(CommitText(text).message, &scan)
  }

  private func withCommit(_ findings: [LocatedFinding], _ task: ScanTask) -> [LocatedFinding] {
    guard !findings.isEmpty, let name = task.commit else { return findings }
    let text = try? reading { objects throws(Fault) in try objects.whole(name) }
    let info = CommitText(text ?? []).info(name)
    return findings.map { finding in
      var finding = finding
      finding.commit = info
      return finding
    }
  }
}
