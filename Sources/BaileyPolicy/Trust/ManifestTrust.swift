package import BaileyCore
import Synchronization

/// Remembers which form of each project's manifest the person agreed to.
///
/// One file per project in the trust directory: digest and the permissions as they were shown. What is asked about is kept in memory
/// until the answer comes, so that the yes is for what was shown and not for what stands on disk by then.
package final class ManifestTrust: Sendable {
  package enum Status: Sendable, Equatable {
    case trusted
    case new
    /// With the permissions that were agreed to before.
    case changed(previous: [String])
  }

  private let storage: any PolicyStorage
  private let directory: String
  private let sha256: @Sendable ([UInt8]) -> String
  private let pending = Mutex<[String: [String]]>([:])

  /// - Parameter sha256: gives lower-case hex.
  package init(storage: any PolicyStorage, directory: String, sha256: @escaping @Sendable ([UInt8]) -> String) {
    self.storage = storage
    self.directory = directory
    self.sha256 = sha256
  }

  /// A damaged or foreign file counts as no agreement.
  package func status(project: String, digest: String) throws(Fault) -> Status {
    guard let file = try storage.read(path(of: project), limit: 1 << 20), let json = try? JSON.parse(file.bytes),
      json["project"]?.string == project, let agreed = json["digest"]?.string
    else { return .new }
    if agreed == digest { return .trusted }
    return .changed(previous: json["permissions"]?.array?.compactMap(\.string) ?? [])
  }

  /// Keeps what is about to be shown.
  package func propose(project: String, digest: String, permissions: [String]) {
    pending.withLock { proposals in
      if proposals.count >= 256 { proposals.removeAll() }
      proposals[Self.key(project, digest)] = permissions
    }
  }

  /// Remembers the yes. A digest that was not shown since the daemon's start is refused.
  package func trust(project: String, digest: String) throws(Fault) {
    let key = Self.key(project, digest)
    guard let permissions = pending.withLock({ $0[key] }) else {
      throw Fault(
        "trust-not-asked", subject: project, why: "no manifest in this form was shown",
        hint: "start again and look at what it asks for")
    }
    let json: JSON = [
      "version": 1, "project": .string(project), "digest": .string(digest),
      "permissions": .array(permissions.map(JSON.string)),
    ]
    try storage.replace(path(of: project), with: json.canonical)
    _ = pending.withLock { $0.removeValue(forKey: key) }
  }

  private func path(of project: String) -> String { directory + "/" + sha256(Array(project.utf8)) + ".json" }

  private static func key(_ project: String, _ digest: String) -> String { digest + " " + project }
}
