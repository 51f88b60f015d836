import BaileyCore

/// One step of an apply or undo: what must stand at a path, and what shall stand there.
struct Operation: Sendable {
  /// Where the content of a regular file comes from.
  enum Content: Sendable {
    case none
    case bytes([UInt8])
    case copy(of: Tree, at: [UInt8])
  }

  var path: [UInt8]
  var before: NodeState
  var after: NodeState
  var content: Content
  /// Inode of the prepared entry that is to take the place of the old one; 0 where nothing is prepared.
  var inode: UInt64 = 0

  init(path: [UInt8], before: NodeState, after: NodeState, content: Content) {
    self.path = path
    self.before = before
    self.after = after
    self.content = content
  }

  var json: JSON {
    [
      "path": JSON(bytes: path), "before": before.json, "after": after.json, "inode": .int(Int64(bitPattern: inode)),
    ]
  }

  init?(json: JSON) {
    guard let path = json["path"]?.bytes, let before = json["before"].flatMap(NodeState.init(json:)),
      let after = json["after"].flatMap(NodeState.init(json:)), let inode = json["inode"]?.int
    else { return nil }
    self.init(path: path, before: before, after: after, content: .none)
    self.inode = UInt64(bitPattern: inode)
  }
}

extension Operation {
  enum Step { case none, create, replace, remove, removeDirectory, setMode }

  /// The one system call that does it.
  var step: Step {
    if before == after { return .none }
    if before == .absent { return .create }
    if after == .absent { return before.type == .directory ? .removeDirectory : .remove }
    return before.differsOnlyInMode(from: after) ? .setMode : .replace
  }
}

extension [Operation] {
  /// An order in which each step finds its directory: children go before their directory is removed, directories come before their
  /// children, and a directory is opened to writing first and closed last.
  var ordered: [Operation] {
    let sorted = sorted { $0.path.lexicographicallyPrecedes($1.path) }
    var openings: [Operation] = []
    var removals: [Operation] = []
    for var operation in sorted where operation.after == .absent {
      if case .directory(let mode) = operation.before, mode & 0o700 != 0o700 {
        let open = NodeState.directory(mode: mode | 0o700)
        openings.append(Operation(path: operation.path, before: operation.before, after: open, content: .none))
        operation.before = open
      }
      removals.append(operation)
    }
    removals.reverse()
    var rest: [Operation] = []
    var closings: [Operation] = []
    for operation in sorted where operation.after != .absent {
      guard case .directory(let mode) = operation.after, mode & 0o700 != 0o700 else {
        rest.append(operation)
        continue
      }
      let open = NodeState.directory(mode: mode | 0o700)
      if operation.before != open, operation.before.type != .directory {
        rest.append(Operation(path: operation.path, before: operation.before, after: open, content: .none))
        closings.append(Operation(path: operation.path, before: open, after: operation.after, content: .none))
      } else {
        closings.append(operation)
      }
    }
    return openings + removals + rest + closings.reversed()
  }

  /// What takes all of these back: one operation for each path, from its last state to its first.
  var inverted: [Operation] {
    var result: [[UInt8]: Operation] = [:]
    for operation in self {
      if let known = result[operation.path] {
        result[operation.path] = Operation(
          path: operation.path, before: operation.after, after: known.after, content: known.content)
      } else {
        result[operation.path] = Operation(
          path: operation.path, before: operation.after, after: operation.before, content: operation.content)
      }
    }
    return Array(result.values).filter { $0.before != $0.after }
  }
}
