package import BaileyCore
import BaileyLinux

/// Session summaries as files: `sessions/ID/session.json` below the state directory.
///
/// A summary is small and rare, so a file each serves; a database comes with the first question that files cannot answer.
package struct Sessions: SessionArchive {
  private let directory: String

  package init(stateDirectory: String) { directory = stateDirectory + "/sessions" }

  package func save(_ summary: SessionSummary) async throws(Fault) {
    let path = file(summary.id)
    do throws(Errno) { try WholeFile.replace(path, with: summary.stored.canonical) } catch {
      throw Fault(
        "state-unwritable", subject: path, why: error.message,
        hint: "Bailey keeps its state there; free space or mend the permissions")
    }
  }

  private func file(_ id: SessionID) -> String { "\(directory)/\(id.text)/session.json" }

  package func load(_ id: SessionID) async throws(Fault) -> SessionSummary? { try read(id) }

  package func all() async throws(Fault) -> [SessionSummary] {
    let names: [DirectoryEntry]
    do throws(Errno) { names = try Descriptor.entries(of: directory) } catch {
      if error == .noSuchFile { return [] }
      throw Fault("state-unreadable", subject: directory, why: error.message)
    }
    var found: [SessionSummary] = []
    for entry in names {
      guard let id = SessionID(String(decoding: entry.name, as: UTF8.self)), let summary = try read(id) else {
        continue
      }
      found.append(summary)
    }
    return found.sorted { ($0.started, $0.id.text) > ($1.started, $1.id.text) }
  }

  private func read(_ id: SessionID) throws(Fault) -> SessionSummary? {
    let path = file(id)
    let stored: [UInt8]?
    do throws(Errno) { stored = try WholeFile.read(path, limit: 1 << 20)?.bytes } catch {
      throw Fault("state-unreadable", subject: path, why: error.message)
    }
    guard let stored else { return nil }
    guard let json = try? JSON.parse(stored), let summary = SessionSummary(stored: json), summary.id == id else {
      throw Fault(
        "state-malformed", subject: directory + "/" + id.text, why: "session.json is not what Bailey wrote",
        hint: "move it away; the log still holds the session's records")
    }
    return summary
  }
}

extension SessionSummary {
  var stored: JSON {
    var members: [String: JSON] = [
      "v": 1, "id": .string(id.text), "state": .string(state.rawValue), "project": .string(project),
      "argv": .array(command.map(JSON.string)), "mode": .string(mode.rawValue),
      "manifest_sha256": .string(manifestDigest), "user": .string(user), "started_ns": .int(started),
    ]
    if let ended { members["ended_ns"] = .int(ended) }
    if let exitCode { members["exit_code"] = .int(Int64(exitCode)) }
    return .object(members)
  }

  init?(stored json: JSON) {
    guard json["v"]?.int == 1, let id = json["id"]?.string.flatMap(SessionID.init),
      let state = json["state"]?.string.flatMap(State.init(rawValue:)), let project = json["project"]?.string,
      let command = json["argv"]?.array?.compactMap(\.string),
      let mode = json["mode"]?.string.flatMap(WorkspaceMode.init(rawValue:)),
      let digest = json["manifest_sha256"]?.string, let user = json["user"]?.string,
      let started = json["started_ns"]?.int
    else { return nil }
    self.init(
      id: id, state: state, project: project, command: command, mode: mode, manifestDigest: digest, user: user,
      started: started)
    ended = json["ended_ns"]?.int
    exitCode = json["exit_code"]?.int.map { Int32(truncatingIfNeeded: $0) }
  }
}
