import NIOCore
import NIOHPACK
import NIOHTTP2

/// What one connection of HTTP/2 may use up. The library counts resets, control frames, empty frames, CONTINUATION and errors of streams;
/// `FrameWatch` the rest.
enum HTTP2Limits {
  static let concurrentStreams = 100
  /// As for HTTP/1.
  static let headerList = RequestHead.limit
  /// What an agent may send of a body before it is taken; it is held here at most.
  static let agentWindow = 65_535
  /// The same for a server: the way there is longer.
  static let serverWindow = 256 << 10
  static let serverConnectionWindow = 16 << 20
  static let continuations = 8
  static let emptyFrames = 16
  /// Of PING, SETTINGS, PRIORITY in 30 seconds; gRPC measures its way with many pings.
  static let controlFrames = 1000
  /// Of RST_STREAM in 30 seconds (CVE-2023-44487), and of errors that make the gate send it (CVE-2025-8671).
  static let resets = 200
  /// Frames of unknown types on a connection.
  static let unknownFrames = 1000
  /// WINDOW_UPDATE: so many, and one more for so many bytes sent.
  static let windowUpdates = 1000
  static let bytesPerWindowUpdate = 256
  /// A connection without a stream is closed.
  static let idle = TimeAmount.seconds(120)

  static func agent() -> NIOHTTP2Handler.ConnectionConfiguration {
    var configuration = common()
    // `HTTP2Fields` is stricter, and what it refuses has a record.
    configuration.headerBlockValidation = .disabled
    configuration.contentLengthValidation = .disabled
    configuration.initialSettings = [
      HTTP2Setting(parameter: .maxConcurrentStreams, value: concurrentStreams),
      HTTP2Setting(parameter: .maxHeaderListSize, value: headerList),
      HTTP2Setting(parameter: .initialWindowSize, value: agentWindow),
      HTTP2Setting(parameter: .enableConnectProtocol, value: 1),
    ]
    configuration.targetWindowSize = 4 * agentWindow
    return configuration
  }

  static func server() -> NIOHTTP2Handler.ConnectionConfiguration {
    var configuration = common()
    configuration.initialSettings = [
      HTTP2Setting(parameter: .enablePush, value: 0),
      HTTP2Setting(parameter: .maxHeaderListSize, value: ResponseHead.limit),
      HTTP2Setting(parameter: .initialWindowSize, value: serverWindow),
    ]
    configuration.targetWindowSize = serverConnectionWindow
    return configuration
  }

  static func streams(_ window: Int) -> NIOHTTP2Handler.StreamConfiguration {
    var configuration = NIOHTTP2Handler.StreamConfiguration()
    configuration.targetWindowSize = window
    configuration.outboundBufferSizeHighWatermark = 64 << 10
    configuration.outboundBufferSizeLowWatermark = 16 << 10
    configuration.streamResetFrameRateLimit.maximumCount = resets
    configuration.streamErrorRateLimit.maximumCount = resets
    return configuration
  }

  private static func common() -> NIOHTTP2Handler.ConnectionConfiguration {
    var configuration = NIOHTTP2Handler.ConnectionConfiguration()
    configuration.maximumSequentialEmptyDataFrames = emptyFrames
    configuration.maximumSequentialContinuationFrames = continuations
    configuration.maximumBufferedControlFrames = controlFrames
    configuration.controlFrameRateLimit.maximumCount = controlFrames
    configuration.maximumConnectionGlitches = resets
    return configuration
  }
}
