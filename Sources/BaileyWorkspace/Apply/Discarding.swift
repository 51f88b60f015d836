import BaileyCore
import BaileyLinux

/// Drops changes of a session that has ended: the view becomes the project's state again.
struct Discarding {
  let session: SessionID
  let files: SessionFiles
  let hasher: HasherFactory

  /// - Parameter paths: relative to the project; `nil` is everything.
  func run(paths: [[UInt8]]?) throws(Fault) {
    let staged = try StagedSession(session, files, hasher: hasher)
    let changes = try staged.read().changes
    let chosen = paths.flatMap { $0.contains([]) ? nil : $0 } ?? [[]]
    try PathSelection.require(chosen.filter { !$0.isEmpty }, in: changes)
    for path in chosen where !path.isEmpty && staged.memory.mode == .staged {
      try requireOwnEntry(path, staged.staged)
    }
    try forgetOwnGit(chosen, staged.memory)
    for path in chosen {
      if staged.memory.mode == .copy {
        try restore(path, staged)
      } else {
        try remove(path, staged.staged)
      }
    }
    if paths == nil { BaseSnapshot.remove(files) }
  }

  /// Below a directory that was removed as a whole there is nothing to take a single file back from.
  private func requireOwnEntry(_ path: [UInt8], _ upper: Tree) throws(Fault) {
    let status = try attempting("looking for the change", path) { () throws(Errno) in try upper.status(path) }
    if status != nil { return }
    throw Fault(
      "discard-needs-directory", subject: printable(String(decoding: path, as: UTF8.self)),
      why: "it was removed together with its directory", hint: "discard the directory as a whole")
  }

  /// A setting that is taken back is none that the session deleted.
  private func forgetOwnGit(_ paths: [[UInt8]], _ memory: SessionFiles.Memory) throws(Fault) {
    var memory = memory
    let directory = files.directory
    memory.ownGit.placed = memory.ownGit.placed.filter { known in
      !paths.contains { $0.isEmpty || $0 == known.key || ApplyPlan.isBelow(known.key, $0) }
    }
    try files.save(memory)
    guard paths.contains([]), !memory.ownGit.outside.isEmpty else { return }
    try attempting("discarding", Array(files.git.utf8)) { () throws(Errno) in
      try Descriptor.open(directory, [.readOnly, .directory]).removeTree("git")
      for number in memory.ownGit.outside.indices { try Descriptor.makeDirectories("\(directory)/git/\(number)") }
    }
  }

  private func remove(_ path: [UInt8], _ tree: Tree) throws(Fault) {
    try attempting("discarding", path) { () throws(Errno) in
      if path.isEmpty {
        for entry in try tree.root.entries() { try tree.root.removeTree(entry.name) }
      } else if try tree.status(path) != nil {
        let place = try tree.place(path)
        try place.folder.removeTree(place.name)
      }
    }
  }

  /// Where the project has nothing, nothing need be made first: that is how a full disk is emptied.
  private func restore(_ path: [UInt8], _ session: StagedSession) throws(Fault) {
    let isKnown = try attempting("discarding", path) { () throws(Errno) in try session.lower.status(path) != nil }
    if isKnown { return try CopyRenewal(session).run(path) }
    try remove(path, session.staged)
    let kept = try session.copied().filter { $0.key != path && !ApplyPlan.isBelow($0.key, path) }
    try files.save(copied: kept, doing: "discarding")
  }
}
