package import BaileyCore
import BaileyLinux

/// Where Bailey's files lie for one person: DESIGN.md section 9.
package struct Places: Sendable, Equatable {
  /// `$XDG_STATE_HOME/bailey`.
  package var state: String
  /// `$XDG_RUNTIME_DIR/bailey`, or `run` below the state where there is none. Mode 0700.
  package var runtime: String
  /// `$XDG_CONFIG_HOME/bailey`.
  package var configuration: String

  /// Exit code of a controller that found another one (EX_TEMPFAIL of sysexits.h): who started it tries again.
  package static let controllerRunsCode: Int32 = 75

  package init(state: String, runtime: String, configuration: String) {
    self.state = state
    self.runtime = runtime
    self.configuration = configuration
  }

  /// Relative values of the XDG variables are ignored, as the XDG Base Directory Specification asks.
  package init(environment: [String: String], home: String) {
    func base(_ name: String) -> String? { environment[name].flatMap { $0.hasPrefix("/") ? $0 : nil } }
    let state = (base("XDG_STATE_HOME") ?? home + "/.local/state") + "/bailey"
    self.init(
      state: state, runtime: base("XDG_RUNTIME_DIR").map { $0 + "/bailey" } ?? state + "/run",
      configuration: (base("XDG_CONFIG_HOME") ?? home + "/.config") + "/bailey")
  }

  /// Of the calling process.
  package static func current() throws(Fault) -> Places {
    let environment = CurrentProcess.environment
    guard let home = environment["HOME"] ?? Account.of(user: CurrentProcess.user)?.home, home.hasPrefix("/") else {
      throw Fault("home-unknown", why: "neither HOME nor the user database name a home directory", hint: "set HOME")
    }
    return Places(environment: environment, home: home).resolved
  }

  /// With the links above Bailey's own directories followed, once: a home may lie behind one (`/home` -> `/usr/home`), but nothing may take the
  /// place of the directories themselves.
  package var resolved: Places {
    let state = Self.resolved(state)
    return Places(
      state: state, runtime: runtime == self.state + "/run" ? state + "/run" : Self.resolved(runtime),
      configuration: Self.resolved(configuration))
  }

  private static func resolved(_ path: String) -> String {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return path }
    let (parent, name) = (String(path[..<slash]), path[slash...])
    guard let real = try? Descriptor.realPath(parent), let text = String(validating: real, as: UTF8.self) else {
      return resolved(parent) + name
    }
    return (text == "/" ? "" : text) + name
  }

  package var socket: String { runtime + "/baileyd.sock" }
  /// HTTP: questions to the policies.
  package var policySocket: String { runtime + "/policy.sock" }
  /// HTTP: the log for monitors, where `log.yaml` asks for it.
  package var logSocket: String { runtime + "/log.sock" }
  /// Held by whoever starts the controller.
  package var startLock: String { runtime + "/start.lock" }
  /// Held by the controller while it lives.
  package var controllerLock: String { runtime + "/baileyd.lock" }
  package var controllerLog: String { state + "/baileyd.log" }
}

extension Places {
  /// Makes the state and runtime directories where they are missing, and refuses one that others could change.
  package func prepare() throws(Fault) {
    for path in [state, runtime] {
      try Self.makeDirectories(path)
      try Self.checkPrivate(path)
    }
  }

  /// A directory of this user that nobody else can enter.
  package static func checkPrivate(_ path: String) throws(Fault) {
    let status: FileStatus
    do { status = try Descriptor.status(of: path) } catch {
      throw Fault("directory-unusable", subject: path, why: error.message)
    }
    guard status.isDirectory, status.user == CurrentProcess.user, status.mode & 0o077 == 0 else {
      throw Fault(
        "directory-not-private", subject: path,
        why: "it must be a directory of user \(CurrentProcess.user) with mode 0700",
        hint: "mend its owner and mode, or point XDG_RUNTIME_DIR and XDG_STATE_HOME elsewhere")
    }
  }

  private static func makeDirectories(_ path: String) throws(Fault) {
    var made = ""
    for part in path.split(separator: "/") {
      made += "/" + part
      do throws(Errno) {
        try Descriptor.workingDirectory.makeDirectory(made)
      } catch {
        // An existing one is looked at by `checkPrivate`; a parent that cannot be made fails there, too.
        if error != .exists, error != .accessDenied, error != .readOnlyFileSystem {
          throw Fault("directory-unusable", subject: made, why: error.message)
        }
      }
    }
  }
}
