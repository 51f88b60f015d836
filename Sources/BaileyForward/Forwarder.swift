package import BaileyCore
import BaileyExport
import BaileyLinux

/// Sends the log to every sink of the settings, each by itself: one that fails holds up neither the others nor the log.
package final class Forwarder: HealthProbe {
  private let runners: [SinkRunner]
  /// Settings, or parts of them, that could not be used.
  private let faults: [Fault]
  package let exports: LogExports

  /// - Parameter now: nanoseconds since 1970-01-01 UTC.
  package init(
    _ settings: (sinks: [ExportSink], faults: [Fault]), exports: LogExports, caller: any HTTPCaller,
    sender: any SecureSender, pace: Pace = Pace(), now: @escaping @Sendable () -> Int64 = { Clock.realTime }
  ) {
    var (runners, faults) = ([SinkRunner](), settings.faults)
    for settings in settings.sinks {
      do throws(Fault) {
        let sink = try Self.sink(settings, exports, caller, sender)
        runners.append(
          SinkRunner(settings, sink: sink, exports: exports, directory: exports.cursors, pace: pace, now: now))
      } catch {
        faults.append(error)
      }
    }
    (self.runners, self.faults, self.exports) = (runners, faults, exports)
  }

  private static func sink(
    _ settings: ExportSink, _ exports: LogExports, _ caller: any HTTPCaller,
    _ sender: any SecureSender
  ) throws(Fault)
    -> any Sink
  {
    func encoding(_ format: ExportFormat) throws(Fault) -> ExportEncoding {
      try exports.encoding(
        ExportOptions(format, hashesPaths: settings.hashesPaths), sampled: settings.countsOnly ? 1 : settings.oneIn)
    }
    return switch settings.target {
    case .otlp(let target): OTLPSink(target: target, encoding: try encoding(.otlp), caller: caller)
    case .syslog(let target): SyslogSink(target: target, encoding: try encoding(.syslog), sender: sender)
    case .file(let target): FileSink(target: target, encoding: try encoding(target.format))
    }
  }

  /// Until it is cancelled.
  package func run() async {
    await withTaskGroup(of: Void.self) { group in
      for runner in runners { group.addTask { await runner.run() } }
    }
  }

  package func examine() async -> [HealthFinding] {
    let size = try? await exports.log.signedSize()
    return faults.map(Self.finding) + runners.map { Self.finding($0, size: size ?? 0) }
  }

  private static func finding(_ fault: Fault) -> HealthFinding {
    let place = fault.subject.map { "\(printable($0)): " } ?? ""
    return HealthFinding("export", .fail, "\(place)\(fault.why) [\(fault.code)]", fix: fault.hint)
  }

  private static func finding(_ runner: SinkRunner, size: UInt64) -> HealthFinding {
    let state = runner.state
    let behind = size > state.next ? size - state.next : 0
    var text = "\(behind) of \(size) signed records are not acknowledged"
    if state.rejected > 0 { text += "; the receiver rejected \(state.rejected)" }
    guard let failure = state.failure else {
      return HealthFinding("export \(runner.settings.name)", state.rejected > 0 ? .warn : .ok, text)
    }
    return HealthFinding(
      "export \(runner.settings.name)", failure.isOfLog ? .fail : .warn, "\(text): \(failure.why) [\(failure.code)]",
      fix: failure.hint ?? "it is tried again by itself; nothing is lost meanwhile")
  }
}
