internal import BaileyCore
internal import BaileyLinux

/// One line of a terminal that says how far a scan is, once it has taken a second.
final class ProgressLine {
  private let results: ScanResults
  private let isShown: Bool
  private var shownAt: Int64 = 0

  init(_ results: ScanResults, isShown: Bool) { (self.results, self.isShown) = (results, isShown) }

  /// - Parameter elapsed: nanoseconds since the start.
  func show(_ elapsed: Int64) {
    guard isShown, elapsed - shownAt >= 1_000_000_000 else { return }
    shownAt = elapsed
    let (counts, findings) = results.progress
    let found = TextReport.counted(findings, "finding")
    let read = "\(TextReport.counted(counts.files, "file")), \(TextReport.size(counts.bytes))"
    write("\r\u{1B}[K\(read), \(found) … \(elapsed / 1_000_000_000) s")
  }

  /// Clears the line.
  func end() { if shownAt > 0 { write("\r\u{1B}[K") } }

  private func write(_ text: String) { Descriptor.lending(2) { try? $0.writeAll(text) } }
}
