internal import BaileyCore
internal import BaileyLinux

extension GitMover {
  /// Moves all refs in one transaction, or each by itself where that fails, so that one conflict leaves the others whole.
  func perform(_ moves: [Move], _ now: RefTable) throws(Fault) -> [RefChange] {
    if moves.isEmpty { return [] }
    if try update(moves) { return moves.map(done) }
    var result: [RefChange] = []
    for move in moves {
      if try update([move]) {
        result.append(done(move))
      } else if let parked = try park(move, now) {
        result.append(parked)
      } else {
        result.append(GitStage.left(move.change, "not taken over: git could not move it"))
      }
    }
    return result
  }

  private func done(_ move: Move) -> RefChange {
    RefChange(repository: path, name: move.name, old: move.old, new: move.new, conflict: move.change.conflict)
  }

  private func park(_ move: Move, _ now: RefTable) throws(Fault) -> RefChange? {
    guard move.new != nil, let name = RefName(move.change.name.utf8)?.parked(session.text), name.text != move.name
    else {
      return nil
    }
    var parked = move
    (parked.name, parked.old) = (name.text, now.refs[name.text]?.object)
    parked.change.conflict = parked.change.conflict ?? "moved in the project meanwhile"
    return try update([parked]) ? done(parked) : nil
  }

  /// git-update-ref(1) with each ref's expected old value: the compare-and-swap.
  private func update(_ moves: [Move]) throws(Fault) -> Bool {
    var input: [UInt8] = []
    for move in moves {
      let old = move.old ?? zero(like: move.new)
      input += "update \(move.name)\0\(move.new ?? zero(like: move.old))\0\(old)\0".utf8
    }
    let said = try quarantine.git.run(
      ["update-ref", "--no-deref", "-m", "bailey: session \(session.text)", "--create-reflog", "-z", "--stdin"],
      repository: location.gitDirectory, workTree: location.topLevel, input: input)
    return said.succeeded
  }

  private func zero(like name: String?) -> String { String(repeating: "0", count: name?.utf8.count ?? 40) }

  /// Points HEAD elsewhere under git's own lock: `HEAD.lock` is made, the content compared, and the lock renamed into place.
  func moveHead(_ change: RefChange, _ refused: [String: String]) throws(Fault) -> RefChange {
    if let conflict = change.conflict { return GitStage.left(change, conflict) }
    guard let text = change.new, let value = RefValue(Array(text.utf8)) else {
      return GitStage.left(change, "not taken over: it is malformed")
    }
    if let object = value.object, let why = refused[object] { return GitStage.left(change, why) }
    if case .symbolic(let target) = value, !target.hasPrefix("refs/heads/") {
      return GitStage.left(change, "not taken over: it names no branch")
    }
    if case .symbolic(let target) = value, try location.refs().refs[target] == nil, change.old != nil {
      return GitStage.left(change, "its branch was not taken over")
    }
    let swapped: Bool
    do throws(Errno) { swapped = try swapHead(from: change.old, to: value) } catch {
      return GitStage.left(
        change, error == .exists ? "git is at work in the project (HEAD.lock)" : "cannot write HEAD: \(error)")
    }
    return swapped ? change : GitStage.left(change, "HEAD was moved in the project meanwhile")
  }

  private func swapHead(from old: String?, to new: RefValue) throws(Errno) -> Bool {
    let directory = try Descriptor.open(location.gitDirectory, [.readOnly, .directory])
    let lock = try directory.open("HEAD.lock", [.writeOnly, .create, .exclusive, .noFollow], mode: 0o644)
    do throws(Errno) {
      let now = try directory.regular(Array("HEAD".utf8)).readAll(limit: 4096)
      // A repository that was made just now has our own HEAD and no old one.
      guard old == nil || RefValue(now)?.text == old else {
        try directory.unlink("HEAD.lock")
        return false
      }
      try lock.writeAll(new.text + "\n")
      try lock.fsync()
      try directory.rename("HEAD.lock", to: "HEAD")
      return true
    } catch {
      try? directory.unlink("HEAD.lock")
      throw error
    }
  }

  /// Lets the index follow HEAD as a two-tree merge: what the person staged stays staged, what the commits changed is taken over.
  ///
  /// - Returns: a change named `index` when both touched the same path; the index is then as it was.
  func followIndex(from before: RefTable, to after: RefTable) throws(Fault) -> RefChange? {
    let (old, new) = (before.resolve(before.head), after.resolve(after.head))
    guard old != new, let new else { return nil }
    let empty =
      new.utf8.count == 64
      ? "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321" : "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
    var said = try readTree(old ?? empty, new)
    // The person's git holds the index for moments: `git status` does, to write down what it found.
    for _ in 0..<20 where !said.succeeded && said.errors.contains("index.lock") {
      _ = try? poll([], milliseconds: 100)
      said = try readTree(old ?? empty, new)
    }
    if said.succeeded { return nil }
    return RefChange(
      repository: path, name: "index", old: old, new: new,
      conflict: "the index was left as it is: \(said.errors)")
  }

  private func readTree(_ old: String, _ new: String) throws(Fault) -> GitCommand.Result {
    try quarantine.git.run(
      ["read-tree", "-i", "-m", "--no-recurse-submodules", old, new], repository: location.gitDirectory,
      workTree: location.topLevel)
  }

  /// Turns moves round: newest first, each only if the ref is still where the apply put it.
  mutating func revert(_ changes: [RefChange]) throws(Fault) -> [RefChange] {
    let before = try location.refs()
    var result: [RefChange] = []
    for change in changes.reversed() where change.name != "index" {
      var back = RefChange(repository: path, name: change.name, old: change.new, new: change.old)
      if change.conflict?.hasPrefix("not taken over") == true { continue }
      if change.name == "HEAD" {
        if change.conflict == nil, change.old != nil { result.append(try moveHead(back, [:])) }
        continue
      }
      guard RefName(change.name.utf8) != nil, before.refs[change.name]?.text == change.new else {
        back.conflict = "moved since the apply"
        result.append(back)
        continue
      }
      let move = Move(change: back, name: change.name, old: change.new, new: change.old)
      result.append(try update([move]) ? back : GitStage.left(back, "git could not move it"))
    }
    if let notice = try followIndex(from: before, to: try location.refs()) { result.append(notice) }
    return result
  }
}
