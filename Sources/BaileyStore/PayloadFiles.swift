package import BaileyCore
import BaileyLinux

/// Payloads as things to be removed. No symbolic link below the state directory is followed on the way.
package struct PayloadFiles: PayloadStore {
  private let state: String
  private static let marker = ".erasing"

  package init(stateDirectory: String) { state = stateDirectory }

  package func remove(_ payload: KeptPayload) async throws(Fault) {
    try await onOwnThread("payload-erase") { () throws(Fault) in
      for (directory, name) in places(payload) {
        do throws(Errno) { try remove(name, in: directory) } catch {
          throw Fault(
            "payload-unremovable", subject: state + "/\(directory)/\(name)", why: error.message,
            hint: "its erasure is on record; mend the permissions, and the next start or hour finishes it")
        }
      }
    }
  }

  /// A recording may still lie where it was written. That place first: it moves from there to the other.
  private func places(_ payload: KeptPayload) -> [(directory: String, name: String)] {
    guard isDigest(payload.sha256) else { return [] }
    let left = payload.owners.compactMap { owner in
      owner.program.map { (StatePlace.recordings, StatePlace.recording(owner.session.text, program: $0)) }
    }
    return left + [("payloads/\(payload.sha256.prefix(2))", String(payload.sha256.dropFirst(2)))]
  }

  private func remove(_ name: String, in directory: String) throws(Errno) {
    do throws(Errno) {
      let place = try open(directory)
      guard try place.status(of: name).isRegular else { throw .invalid }
      try place.unlink(name)
      try place.fsync()
    } catch .noSuchFile {}
  }

  private func open(_ directory: String) throws(Errno) -> Descriptor {
    try Descriptor.open(state, [.path, .directory]).open(
      directory, [.readOnly, .directory], resolve: [.beneath, .noSymlinks, .noMagicLinks])
  }

  /// Where no thread can look, all may be there.
  package func present(_ payloads: [KeptPayload]) async -> [KeptPayload] {
    let found = try? await onOwnThread("payload-look") { () throws(Fault) in
      payloads.filter { places($0).contains { (try? open($0.directory).status(of: $0.name)) != nil } }
    }
    return found ?? payloads
  }

  package func mark(isErasing: Bool) async throws(Fault) {
    try await onOwnThread("payload-mark") { () throws(Fault) in
      do throws(Errno) { try isErasing ? begin() : end() } catch {
        throw Fault(
          "payload-unwritable", subject: state + "/payloads", why: error.message,
          hint: "free space, or mend the permissions; nothing is erased until then")
      }
    }
  }

  private func begin() throws(Errno) {
    try Descriptor.makeDirectories(state + "/payloads")
    let place = try open("payloads")
    do throws(Errno) {
      _ = try place.open(Self.marker, [.writeOnly, .create, .exclusive, .noFollow], mode: 0o600)
    } catch .exists {}
    // Also one that was there: who made it may have died before it was on disk.
    try place.fsync()
  }

  private func end() throws(Errno) {
    let place = try open("payloads")
    do throws(Errno) { try place.unlink(Self.marker) } catch .noSuchFile {}
  }

  package func isErasing() async -> Bool {
    let found = try? await onOwnThread("payload-look") { () throws(Fault) in
      (try? open("payloads").status(of: Self.marker)) != nil
    }
    return found ?? true
  }

  package func usage() async -> (files: Int, bytes: Int64) {
    let found = try? await onOwnThread("payload-size") { () throws(Fault) in
      let folders = ((try? Descriptor.entries(of: state + "/payloads")) ?? []).map { "payloads/" + $0.text }
      return (folders + ["recordings"]).reduce(into: (0, Int64(0))) { sum, folder in add(folder, &sum) }
    }
    return found ?? (0, 0)
  }

  private func add(_ folder: String, _ sum: inout (Int, Int64)) {
    guard let place = try? open(folder), let entries = try? place.entries() else { return }
    for entry in entries {
      guard let status = try? place.status(of: entry.name), status.isRegular else { continue }
      sum = (sum.0 + 1, sum.1 + status.size)
    }
  }
}
