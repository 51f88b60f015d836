import BaileyCore

// MARK: what must stay covered

extension Session {
  func startGuarding(_ events: AsyncStream<WorkspaceEvent>) {
    guarding = Task { await self.guardSensitiveFiles(events) }
  }

  /// Keeps what is sensitive covered until the session ends. What cannot be covered, or watched, ends it: it must not stay readable.
  func guardSensitiveFiles(_ events: AsyncStream<WorkspaceEvent>) async {
    for await event in events {
      guard isAlive else { return }
      do throws(Fault) {
        switch event {
        case .appeared(let path): try await cover(path)
        case .detached(let path): try await coverAgain(path)
        case .notice(let text): await write(.note, ["event": "watch", "notice": .string(text)])
        case .failed(let fault): throw fault
        }
      } catch {
        await expose(error)
      }
    }
  }

  /// A file that is gone again needs no cover; if it comes back, the watch says so.
  ///
  /// Where the agent looked for the name before it existed, overlayfs goes on saying that there is none: then nobody inside can read
  /// it, and it is covered as soon as it shows.
  private func cover(_ path: String) async throws(Fault) {
    do throws(Fault) { try await putCover(path) } catch {
      guard resources.workspaces.isPresent(path) else { return }
      guard error.code == "sandbox-path-missing" else { throw error }
      Task { await self.coverWhenShown(path) }
      return
    }
    await write(.note, ["event": readOnly.contains(ExactText(path)) ? "protected" : "masked", "path": .string(path)])
  }

  private func putCover(_ path: String) async throws(Fault) {
    if readOnly.contains(ExactText(path)) {
      try await sandbox.protect(path: path)
    } else {
      try await sandbox.mask(path: path)
    }
  }

  private func coverWhenShown(_ path: String) async {
    do { try await Task.sleep(for: .milliseconds(50)) } catch { return }
    guard isAlive else { return }
    do throws(Fault) { try await cover(path) } catch { await expose(error) }
  }

  /// What must not be readable may be: the session ends, and the log says why.
  private func expose(_ fault: Fault) async {
    guard isAlive else { return }
    await write(.note, ["event": "sensitive-file-exposed", "fault": fault.json])
    await finish(.killed)
  }

  /// Nothing of the session runs while its mask may be off.
  private func coverAgain(_ path: String) async throws(Fault) {
    coverings += 1
    defer { coverings -= 1 }
    try await sandbox.freeze()
    try await cover(path)
    guard state == .running, coverings == 1 else { return }
    try await sandbox.thaw()
    // Frozen meanwhile: by the person, or because the log is slow.
    if state == .frozen { try await sandbox.freeze() }
  }
}
