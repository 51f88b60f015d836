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
    let header = Cast.Header(size: size, began: Clock.realTime, title: "bailey \(session.text)")
    own.withLock { _ = $0.insert(place.path) }
    do throws(Fault) {
      return try await onOwnThread("record-open") { () throws(Fault) in
        do throws(Errno) {
          try self.makeDirectory()
          return try Recording(
            place, payloads: self.payloads, header: header, masker: StreamMasker(secrets: secrets), rules: rules,
            hash: self.hasher(), forget: { self.forget(place) })
        } catch {
          throw Fault(
            "recording-failed", subject: place.path, why: error.message, hint: "free space, or mend the permissions")
        }
      }
    } catch {
      forget(place)
      throw error
    }
  }

  private func forget(_ place: RecordingPlace) { own.withLock { _ = $0.remove(place.path) } }

  package func tap(_ streams: StandardStreams, _ recording: any SessionRecording) throws(Fault) -> StandardStreams {
    do throws(Errno) { return try StreamTap.start(streams, recording) } catch {
      throw Fault("recording-failed", why: error.message, hint: "the controller has too many files or threads")
    }
  }

  private func makeDirectory() throws(Errno) {
    do throws(Errno) { try Descriptor.workingDirectory.makeDirectory(directory) } catch .exists {}
  }

  // MARK: after a crash

  package func recover(
    _ known: @Sendable (Set<SessionID>) async throws(Fault) -> [SessionID: [TranscriptMark]]
  ) async throws(Fault) -> LeftRecordings {
    let places = left()
    var result = LeftRecordings()
    if places.isEmpty { return result }
    let marks = try await known(Set(places.map(\.session)))
    for place in places {
      do throws(Fault) {
        let found = try await mend(place, marks[place.session]?.filter { $0.program == place.program })
        recovered.withLock { $0.append((place, found.mark)) }
        if found.isNew { result.marks.append((place.session, found.mark)) }
      } catch {
        result.faults.append(error)
      }
    }
    return result
  }

  private func left() -> [RecordingPlace] {
    let found = ((try? Descriptor.entries(of: directory)) ?? [])
      .compactMap { RecordingPlace(directory: directory, name: String(decoding: $0.name, as: UTF8.self)) }
    // Asked after the list: what begins meanwhile says so before its file is there.
    let own = own.withLock { $0 }
    return found.filter { !own.contains($0.path) }
  }

  private func mend(_ place: RecordingPlace, _ marks: [TranscriptMark]?) async throws(Fault) -> RecordingMend.Result {
    guard let marks else {
      throw Fault(
        "recording-refused", subject: place.path, why: "the log knows no such session",
        hint: "Bailey did not write it, or its log is another one; move it away")
    }
    let hasher = hasher
    return try await onOwnThread("record-mend") { () throws(Fault) in
      try RecordingMend(place: place, marks: marks, hash: hasher()).run()
    }
  }

  package func keepRecovered() async {
    let found = recovered.withLock { recovered in
      defer { recovered = [] }
      return recovered
    }
    _ = try? await onOwnThread("record-keep") {
      for (place, mark) in found { place.keep(mark, in: self.payloads) }
    }
  }
}
