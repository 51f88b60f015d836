internal import BaileyCore
internal import BaileyLinux

/// Moves the refs of one repository of the person's, and lets the index follow.
struct GitMover {
  let location: GitLocation
  let path: [UInt8]
  let session: SessionID
  let quarantine: GitQuarantine
  private var keeps: [String] = []

  init(location: GitLocation, path: [UInt8], session: SessionID, quarantine: GitQuarantine) {
    self.location = location
    self.path = path
    self.session = session
    self.quarantine = quarantine
  }

  /// One planned move. `name` is where the value goes: its own place, or the session's.
  struct Move {
    var change: RefChange
    var name: String
    var old: String?
    var new: String?
  }

  mutating func run(_ changes: [RefChange], move: Bool) throws(Fault) -> [RefChange] {
    let before = try location.refs()
    let refused = try importAll(changes, before)
    defer { for keep in keeps { try? Descriptor.workingDirectory.unlink(keep) } }
    // Deletions come last: HEAD may have to leave a branch before the branch can go.
    let refs = changes.filter { $0.name != "HEAD" }
    var result = try take(refs.filter { $0.new != nil || $0.old == nil }, refused, move: move)
    if move, let head = changes.first(where: { $0.name == "HEAD" }) {
      result.append(try moveHead(head, refused))
    }
    result += try take(refs.filter { $0.new == nil && $0.old != nil }, refused, move: move)
    if let notice = try followIndex(from: before, to: try location.refs()) { result.append(notice) }
    return result
  }

  private func take(_ changes: [RefChange], _ refused: [String: String], move: Bool) throws(Fault) -> [RefChange] {
    if changes.isEmpty { return [] }
    let now = try location.refs()
    var result: [RefChange] = []
    var moves: [Move] = []
    for change in changes {
      if let why = change.new.flatMap({ refused[$0] }) {
        result.append(GitStage.left(change, why))
      } else if let planned = plan(change, move: move, now) {
        moves += planned
      } else {
        result.append(GitStage.left(change, "not taken over"))
      }
    }
    return try result + perform(moves, now)
  }

  /// - Returns: for each object that could not be imported, why.
  private mutating func importAll(_ changes: [RefChange], _ before: RefTable) throws(Fault) -> [String: String] {
    let tips = Set(
      changes.filter { $0.conflict?.hasPrefix("not taken over") != true }.compactMap(\.new)
        .filter { !$0.hasPrefix("ref:") }
    ).sorted()
    if tips.isEmpty { return [:] }
    let known = Set(before.refs.values.compactMap(\.object)).sorted()
    do throws(Fault) {
      if let keep = try quarantine.importObjects(tips, known: known) { keeps.append(keep) }
      return [:]
    } catch {
      if error.code != "git-objects-refused" { throw error }
    }
    // One bad ref must not hold up the others.
    var refused: [String: String] = [:]
    for tip in tips {
      do throws(Fault) {
        if let keep = try quarantine.importObjects([tip], known: known) { keeps.append(keep) }
      } catch {
        if error.code != "git-objects-refused" { throw error }
        refused[tip] = "not taken over: \(error.why)"
      }
    }
    return refused
  }

  private func plan(_ change: RefChange, move: Bool, _ now: RefTable) -> [Move]? {
    guard let name = RefName(change.name.utf8), !name.isIgnored, change.conflict?.hasPrefix("not taken over") != true,
      change.new?.hasPrefix("ref:") != true
    else { return nil }
    var change = change
    if move, change.conflict == nil { change.conflict = obstacle(name, change, now) }
    guard move, change.conflict == nil else {
      guard let new = change.new, let parked = name.parked(session.text) else { return nil }
      return [Move(change: change, name: parked.text, old: now.refs[parked.text]?.object, new: new)]
    }
    var moves = [Move(change: change, name: name.text, old: change.old, new: change.new)]
    // What a deletion would lose stays reachable, for undo and for the person.
    if change.new == nil, let old = change.old,
      let kept = RefName("refs/bailey/\(session.text)/deleted/\(name.text.dropFirst(5))".utf8)
    {
      var keeper = change
      (keeper.name, keeper.old, keeper.new) = (kept.text, now.refs[kept.text]?.text, old)
      moves.insert(Move(change: keeper, name: kept.text, old: keeper.old, new: old), at: 0)
    }
    return moves
  }

  /// Why a ref cannot be moved although nobody moved it meanwhile.
  private func obstacle(_ name: RefName, _ change: RefChange, _ now: RefTable) -> String? {
    if !name.isMovable { return "claims what only a fetch can say" }
    if now.refs[name.text]?.text != change.old { return "moved in the project meanwhile" }
    if now.isUnknown(name.text) { return "cannot be read in the project" }
    if heldElsewhere().contains(name.text) { return "checked out in another working tree" }
    guard now.head == .symbolic(name.text) else { return nil }
    if change.new == nil { return "checked out in the project" }
    return isBusy ? "the project is in the middle of a merge, rebase or bisect" : nil
  }

  private var isBusy: Bool {
    ["MERGE_HEAD", "rebase-merge", "rebase-apply", "CHERRY_PICK_HEAD", "REVERT_HEAD", "BISECT_LOG", "sequencer"]
      .contains {
        (try? Descriptor.status(of: location.gitDirectory + "/" + $0)) != nil
      }
  }

  /// Branches that other working trees of the repository have checked out.
  private func heldElsewhere() -> Set<String> {
    let worktrees = ((try? Descriptor.entries(of: location.commonDirectory + "/worktrees")) ?? [])
      .map { location.commonDirectory + "/worktrees/" + $0.text }
    var held: Set<String> = []
    let main = location.isBare ? [] : [location.commonDirectory]
    for directory in worktrees + main where directory != location.gitDirectory {
      guard let bytes = try? WholeFile.read(directory + "/HEAD", limit: 4096)?.bytes else { continue }
      if case .symbolic(let name) = RefValue(bytes) { held.insert(name) }
    }
    return held
  }
}
