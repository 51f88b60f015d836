import BaileyCore

/// How several layers speak of recordings: docs/decisions/0402-recordings.md.
///
/// The command line's word counts, else the person's; the administrator and the project can ask for more, never for less. Keys are
/// recorded by the word of the administrator, the person or the command line alone.
extension ManifestLayers {
  var recording: RecordingRules {
    let own = [commandLine, user].compactMap { $0?.manifest.recording.extent }.first
    let floors = [administrator, project].compactMap { $0?.manifest.recording.extent }
    var result = RecordingRules()
    if let least = floors.max() {
      result.extent = max(own ?? .terminal, least)
    } else {
      result.extent = own
    }
    result.input = [administrator, user, commandLine].contains { $0?.manifest.recording.input == true }
    result.isRequired = [administrator, user, project, commandLine].contains {
      $0?.manifest.recording.isRequired == true
    }
    // A project's counts where nobody else says one, and only to make recordings longer: it may not ask for less of them.
    let wish = project?.manifest.recording.limit.map { max($0, RecordingRules.defaultLimit) }
    result.limit = administrator?.manifest.recording.limit ?? user?.manifest.recording.limit ?? wish
    // More evidence, at a price: any layer can ask for it, and none can take it back.
    result.reads = [administrator, user, project, commandLine].contains { $0?.manifest.recording.reads == true }
    // What is required is recorded.
    if result.isRequired { result.extent = max(result.effective, .terminal) }
    return result
  }
}
