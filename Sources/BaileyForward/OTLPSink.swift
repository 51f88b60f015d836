import BaileyCore
import BaileyExport

/// A collector that speaks OTLP over HTTP, asked in JSON; its answer is the acknowledgement.
struct OTLPSink: Sink {
  let target: ExportSink.OTLPTarget
  let encoding: ExportEncoding
  let caller: any HTTPCaller

  func deliver(_ records: [ExportedRecord]) async throws(SinkFailure) -> SinkReceipt {
    let (headers, security) = try await read(target.credentials)
    let call = call(records, headers, security)
    let reply: HTTPReply
    do throws(HTTPFailure) { reply = try await caller.call(call) } catch {
      throw SinkFailure(error, of: "collector")
    }
    guard (200..<300).contains(reply.status) else { throw Self.refusal(reply) }
    return SinkReceipt(rejected: min(Self.rejected(reply.body), records.count))
  }

  private func read(_ credentials: any ExportCredentials) async throws(SinkFailure)
    -> (headers: [String: String], security: HTTPSecurity?)
  {
    try await onThread { () throws(SinkFailure) in
      do throws(Fault) { return try credentials.read() } catch { throw SinkFailure(error) }
    }
  }

  private func call(_ records: [ExportedRecord], _ headers: [String: String], _ security: HTTPSecurity?) -> HTTPCall {
    var call = target.call
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
    if let seconds = reply.headers["retry-after"].flatMap({ Int($0) }).map({ min(max(0, $0), 300) }) {
      failure.wait = seconds * 1000
      failure.why += " and asks for \(seconds) seconds"
    }
    failure.isTooMuch = reply.status == 413 || reply.status == 400
    return failure
  }

  /// `partialSuccess`: what a collector refused for good must not be sent again (OTLP, "Partial Success").
  private static func rejected(_ body: [UInt8]) -> Int {
    let number = (try? JSON.parse(body))?["partialSuccess"]?["rejectedLogRecords"]
    return max(0, number?.int.map { Int(clamping: $0) } ?? number?.string.flatMap { Int($0) } ?? 0)
  }
}
