import BaileyCore
import BaileyExport

/// One place that takes records.
protocol Sink: Sendable {
  /// Returns when all of the records are acknowledged, in the way of the sink. What threw may have been taken in part.
  func deliver(_ records: [ExportedRecord]) async throws(SinkFailure) -> SinkReceipt
}

struct SinkReceipt: Sendable {
  /// Records that the receiver has, and will not take.
  var rejected = 0
}

/// Why records were not taken; in words that hold no secret.
struct SinkFailure: Error, Sendable {
  var code: String
  var why: String
  /// Milliseconds that the receiver asks to be left alone.
  var wait: Int?
  /// Fewer records at once may go.
  var isTooMuch = false

  init(_ code: String, _ why: String) {
    self.code = code
    self.why = why
  }

  init(_ fault: Fault) { self.init(fault.code, (fault.subject.map { printable($0) + ": " } ?? "") + fault.why) }
}
