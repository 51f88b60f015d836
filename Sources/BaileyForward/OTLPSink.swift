import BaileyCore
import BaileyExport

/// A collector that speaks OTLP over HTTP, asked in JSON; its answer is the acknowledgement.
struct OTLPSink: Sink {
  let target: ExportSink.OTLPTarget
  let encoding: ExportEncoding
  let caller: any HTTPCaller

  func deliver(_ records: [ExportedRecord]) async throws(SinkFailure) -> SinkReceipt {
    let call: HTTPCall
    do throws(Fault) { call = try self.call(records) } catch { throw SinkFailure(error) }
    let reply: HTTPReply
    do throws(HTTPFailure) { reply = try await caller.call(call) } catch { throw Self.failure(error) }
    guard (200..<300).contains(reply.status) else { throw Self.refusal(reply) }
    return SinkReceipt(rejected: min(Self.rejected(reply.body), records.count))
  }

  private func call(_ records: [ExportedRecord]) throws(Fault) -> HTTPCall {
    var call = target.call
    let (headers, security) = try target.credentials.read()
    call.headers.merge(headers) { own, _ in own }
    call.headers["content-type"] = "application/json"
    call.security = security
    var encoding = encoding
    call.body = encoding.encode(records)
    return call
  }

  /// `Retry-After` in seconds is heeded, up to five minutes. Nothing is given up: what cannot be delivered holds the sink, and shows.
  private static func refusal(_ reply: HTTPReply) -> SinkFailure {
    var failure = SinkFailure("export-refused", "the collector answered with status \(reply.status)")
    failure.wait = reply.headers["retry-after"].flatMap { Int($0) }.map { min(max(0, $0), 300) * 1000 }
    failure.isTooMuch = reply.status == 413 || reply.status == 400
    return failure
  }

  private static func failure(_ failure: HTTPFailure) -> SinkFailure {
    switch failure {
    case .timedOut: SinkFailure("export-timeout", "the collector gave no answer in time")
    case .unreachable(let why): SinkFailure("export-unreachable", "the collector cannot be reached: \(printable(why))")
    case .untrusted(let why): SinkFailure("export-untrusted", "the collector is not trusted: \(printable(why))")
    case .malformed(let why): SinkFailure("export-refused", "the answer is not understood: \(printable(why))")
    case .tooLong: SinkFailure("export-refused", "the answer is too long")
    }
  }

  /// `partialSuccess`: what a collector refused for good must not be sent again (OTLP, "Partial Success").
  private static func rejected(_ body: [UInt8]) -> Int {
    let number = (try? JSON.parse(body))?["partialSuccess"]?["rejectedLogRecords"]
    return max(0, number?.int.map { Int(clamping: $0) } ?? number?.string.flatMap { Int($0) } ?? 0)
  }
}
