import BaileyCore
import BaileyExport
import BaileyLinux

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
  /// What a person has to do, where patience does not mend it.
  var hint: String?

  init(_ code: String, _ why: String) {
    self.code = code
    self.why = why
  }

  init(_ fault: Fault) {
    self.init(fault.code, (fault.subject.map { printable($0) + ": " } ?? "") + fault.why)
    hint = fault.hint
  }

  /// The log is not the one that was sent: this is no matter of the receiver.
  var isOfLog: Bool { code == "export-log-shorter" || code == "export-log-other" }

  /// - Parameter who: `collector`, `receiver`.
  init(_ failure: HTTPFailure, of who: String) {
    self =
      switch failure {
      case .timedOut: SinkFailure("export-timeout", "the \(who) gave no answer in time")
      case .unreachable(let why): SinkFailure("export-unreachable", "the \(who) cannot be reached: \(printable(why))")
      case .untrusted(let why): SinkFailure("export-untrusted", "the \(who) is not trusted: \(printable(why))")
      case .malformed(let why): SinkFailure("export-refused", "the answer is not understood: \(printable(why))")
      case .tooLong: SinkFailure("export-refused", "the answer is too long")
      }
  }
}

/// Disks and sockets can hang: no thread of the tasks waits for them.
func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws(SinkFailure) -> Value)
  async throws(SinkFailure) -> Value
{
  try await onOwnThread("export", else: { SinkFailure("thread-missing", "no thread for it: \($0.message)") }, body)
}
