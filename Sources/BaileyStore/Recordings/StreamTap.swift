import BaileyCore
import BaileyLinux
import Synchronization

/// Carries the output of a session without a terminal past its recording, to where it was going.
///
/// A thread for each stream, which waits for its reader as the program would have. When the reader is gone, so is the pipe's end here, and
/// the program's next write fails as outside.
final class StreamTap: Sendable {
  private let recording: any SessionRecording
  private let running = Mutex(0)

  private init(_ recording: any SessionRecording) { self.recording = recording }

  /// - Returns: what the program is to write to instead; its input stays.
  static func start(_ streams: StandardStreams, _ recording: any SessionRecording) throws(Errno) -> StandardStreams {
    let tap = StreamTap(recording)
    var result = streams
    tap.running.withLock { $0 = 1 }
    defer { tap.end() }
    do throws(Errno) {
      if let output = streams.output { result.output = try tap.carry(0, to: output) }
      // Both into one: one pipe keeps the order in which the program wrote.
      if let error = streams.error {
        result.error = error == streams.output ? result.output : try tap.carry(1, to: error)
      }
    } catch {
      // Nobody else has them now; a thread that runs already ends with its pipe.
      for number in Set([result.input, result.output, result.error].compactMap(\.self)) {
        _ = Descriptor(owning: number)
      }
      throw error
    }
    return result
  }

  private func carry(_ number: Int, to sink: Int32) throws(Errno) -> Int32 {
    let (source, replacement) = try Descriptor.pipe().take()
    running.withLock { $0 += 1 }
    do throws(Errno) {
      try startThread("tap") {
        self.run(number, Descriptor(owning: source), Descriptor(owning: sink))
        self.end()
      }
    } catch {
      for end in [source, replacement] { _ = Descriptor(owning: end) }
      end()
      throw error
    }
    return replacement
  }

  private func run(_ number: Int, _ source: consuming Descriptor, _ sink: consuming Descriptor) {
    while let bytes = try? source.read(upTo: 64 << 10), !bytes.isEmpty {
      recording.output(bytes, from: number)
      guard Self.write(bytes, sink) else { return }
    }
  }

  /// The caller may have made its pipe one that does not block.
  private static func write(_ bytes: [UInt8], _ sink: borrowing Descriptor) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      do throws(Errno) { rest = rest.dropFirst(try sink.write(Array(rest))) } catch {
        guard error == .tryAgain, (try? poll([(sink.raw, .output)])) != nil else { return false }
      }
    }
    return true
  }

  private func end() {
    let isLast = running.withLock { running in
      running -= 1
      return running == 0
    }
    if isLast { recording.ended() }
  }
}
