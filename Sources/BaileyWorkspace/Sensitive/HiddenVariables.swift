import BaileyCore
import BaileyLinux

/// The secrets in the `.env` files that a session does not see, so that it is found when it has one all the same.
///
/// Files are read beneath the project and through no link. What is broken or too much stops nothing, and is told.
struct HiddenVariables {
  private static let maximumFiles = 64
  private static let maximumFile = 256 << 10
  private static let maximumSecrets = 1000

  private(set) var secrets: [KnownSecret] = []
  /// Names of the variables of each file, by its path below the project.
  private(set) var names: [[UInt8]: [String]] = [:]
  /// Names of files, and never what is in them.
  private(set) var notices: [String] = []

  /// - Parameter masks: absolute paths below the project.
  init(in tree: Tree, project: String, masks: [String]) {
    let paths = masks.map { Array($0.utf8.dropFirst(project.utf8.count + 1)) }.filter(Self.isDotEnv)
    if paths.count > Self.maximumFiles {
      notices.append("of \(paths.count) files of variables \(Self.maximumFiles) are read for values to look for")
    }
    for path in paths.prefix(Self.maximumFiles) { read(path, tree) }
    if secrets.count > Self.maximumSecrets {
      notices.append("of \(secrets.count) values in files of variables \(Self.maximumSecrets) are looked for")
      secrets.removeLast(secrets.count - Self.maximumSecrets)
    }
  }

  private mutating func read(_ path: [UInt8], _ tree: Tree) {
    let name = printable(String(decoding: path, as: UTF8.self))
    guard let bytes = tree.content(path, limit: Self.maximumFile) else {
      notices.append("\(name) cannot be read, or has more than 256 KiB: its values are not looked for")
      return
    }
    let file = DotEnv(bytes)
    secrets += file.secrets
    // A script could do anything with a name.
    if !Self.isScript(path) { names[path] = file.names }
    // What a shell runs has other lines, too.
    if file.strange > 0, !Self.isScript(path) {
      notices.append("\(name) has lines that set nothing (\(file.strange)): values there are not looked for")
    }
  }

  private static func isDotEnv(_ path: [UInt8]) -> Bool {
    let name = String(decoding: Tree.split(path).name, as: UTF8.self)
    return [".env", ".flaskenv", ".dev.vars"].contains(name) || name.hasPrefix(".env.") || name.hasSuffix(".env")
      || isScript(path)
  }

  private static func isScript(_ path: [UInt8]) -> Bool {
    String(decoding: Tree.split(path).name, as: UTF8.self).hasPrefix(".envrc")
  }
}

extension Workspaces {
  /// As many as the controller remembers of those that are over.
  private static let mostRecalled = 64

  /// Of a session from before this controller, or from long ago, the inspection is told again what it must not bring.
  func recall(_ session: SessionID, _ staged: StagedSession, _ inspector: any ContentInspector) async throws(Fault) {
    if inspector.knows(session) { return }
    let (project, patterns) = (staged.memory.project, staged.memory.sensitive)
    let found = try await onOwnThread("inspect") { () throws(Fault) in
      let masks = try SensitiveFiles.scan(project: project, patterns: patterns).masks
      return HiddenVariables(in: staged.lower, project: project, masks: masks).secrets
    }
    inspector.know(found, of: session)
    recalled.append(session)
    if recalled.count > Self.mostRecalled { inspector.forget(recalled.removeFirst()) }
  }
}
