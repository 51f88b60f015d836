import BaileyCast
package import BaileyCore
import BaileyLinux
import Synchronization

/// Recordings on disk: below `recordings/` while they are written, among the payloads afterwards.
package final class Recordings: RecordingKeeper {
  let directory: String
  let payloads: Payloads
  let hasher: HasherFactory
  private let recovered = Mutex<[(RecordingPlace, TranscriptMark)]>([])
  /// Recordings that this process writes.
  private let own = Mutex<Set<String>>([])

  package init(stateDirectory: String, hasher: @escaping HasherFactory) {
    directory = stateDirectory + "/recordings"
    payloads = Payloads(stateDirectory: stateDirectory, hasher: hasher)
    self.hasher = hasher
  }

  package func open(
    _ session: SessionID, program: Int, size: TerminalSize, rules: RecordingRules, secrets: [String]
  ) async throws(Fault) -> any SessionRecording {
    let place = RecordingPlace(directory: directory, session: session, program: program)
    let header = Cast.Header(size: size, began: Clock.realTime / 1_000_000_000, title: "bailey \(session.text)")
    own.withLock { _ = $0.insert(place.path) }
    do throws(Errno) {
      try makeDirectory()
      return try Recording(
        place, payloads: payloads, header: header, masker: StreamMasker(secrets: secrets),
        rules: rules, hash: hasher())
    } catch {
      throw Fault(
        "recording-failed", subject: place.path, why: error.message, hint: "free space, or mend the permissions")
    }
  }

  package func tap(_ streams: StandardStreams, _ recording: any SessionRecording) throws(Fault) -> StandardStreams {
    do throws(Errno) { return try StreamTap.start(streams, recording) } catch {
      throw Fault("recording-failed", why: error.message, hint: "the controller has too many files or threads")
    }
  }

  private func makeDirectory() throws(Errno) {
    do throws(Errno) { try Descriptor.workingDirectory.makeDirectory(directory) } catch .exists {}
  }

  // MARK: after a crash

  package func recover() async throws(Fault) -> [(session: SessionID, mark: TranscriptMark)] {
    let left = (try? Descriptor.entries(of: directory)) ?? []
    let own = own.withLock { $0 }
    let places = left.compactMap {
      RecordingPlace(directory: directory, name: String(decoding: $0.name, as: UTF8.self))
    }
    var found: [(RecordingPlace, TranscriptMark)] = []
    for place in places where !own.contains(place.path) {
      let hasher = hasher
      found.append(
        (
          place,
          try await onOwnThread("record-mend") { () throws(Fault) in
            do throws(Errno) { return try Self.mend(place, hasher()) } catch {
              throw Fault("recording-unreadable", subject: place.path, why: error.message)
            }
          }
        ))
    }
    recovered.withLock { $0 = found }
    return found.map { ($0.0.session, $0.1) }
  }

  package func keepRecovered() async {
    let found = recovered.withLock { recovered in
      defer { recovered = [] }
      return recovered
    }
    for (place, mark) in found { place.keep(mark, in: payloads) }
  }

  /// Takes a last line without an end away, and says what is left.
  private static func mend(_ place: RecordingPlace, _ hash: any ContentHasher) throws(Errno) -> TranscriptMark {
    let file = try Descriptor.open(place.path, [.readWrite, .noFollow])
    var hash = hash
    var (whole, line): (Int64, [UInt8]) = (0, [])
    while case let bytes = try file.read(upTo: 1 << 20, at: whole + Int64(line.count)), !bytes.isEmpty {
      line += bytes
      guard let end = line.lastIndex(of: 0x0A) else { continue }
      hash.update(Array(line[...end]))
      whole += Int64(end + 1)
      line.removeFirst(end + 1)
    }
    try file.truncate(to: whole)
    try file.fdatasync()
    return TranscriptMark(
      program: place.program, state: .recovered, bytes: whole, sha256: hexadecimal(hash.finish()))
  }
}
