package import BaileyCore
import BaileyInspect
import Synchronization

/// The rules of the inspection that are in force: those that come with Bailey, the administrator's and the person's.
///
/// What cannot be read or is wrong leaves the last good rules in force, and is shown until it is mended. Where there never were any,
/// nothing is inspected, and whoever asks hears why.
package final class InspectionStore: Sendable {
  struct Loaded: Sendable {
    var rules: RuleSet
    var accepted: Accepted
    /// Rules of the site.
    var own: Int
    var files: InspectionFiles
  }

  private struct State {
    var loaded: Loaded?
    var fault: Fault?
    var generation = 0
    var stamps: [String: FileStamp]?
  }

  private let storage: any PolicyStorage
  private let roots: [String]
  private let state = Mutex(State())
  /// One reading at a time; who comes first does it for all.
  private let reloading = Mutex(())
  let scratches = ScratchPool()
  let known = SessionSecrets()

  /// - Parameter roots: directories of files, the administrator's first.
  package init(storage: any PolicyStorage, roots: [String]) {
    self.storage = storage
    self.roots = roots
  }

  /// Reads the rules beside whatever else there is to do at a start.
  package static func started(configuration: String) -> InspectionStore {
    let store = InspectionStore(storage: DiskFiles(), roots: roots(configuration: configuration))
    Task.detached { _ = try? store.reload() }
    return store
  }

  package static func roots(configuration: String) -> [String] {
    ["/etc/bailey/inspection", configuration + "/inspection"]
  }

  /// Reads what has changed.
  ///
  /// - Returns: what is not in force though it is on disk, in words.
  /// - Throws: where no rules are in force.
  @discardableResult
  package func reload() throws(Fault) -> [String] {
    reloading.withLock { _ in read() }
    let (loaded, fault) = state.withLock { ($0.loaded, $0.fault) }
    guard let fault else { return [] }
    if loaded == nil { throw fault }
    return ["the rules of the inspection that were loaded before stay in force: \(fault)"]
  }

  private func read() {
    // Taken before the files are read, so that what changes meanwhile is read the next time.
    let stamps = stamps()
    if let stamps, state.withLock({ $0.stamps == stamps }) { return }
    do throws(Fault) {
      let files = try InspectionFiles(roots, storage)
      let known = state.withLock { $0.loaded }
      let loaded = files == known?.files ? known : try Self.load(files)
      state.withLock { state in
        if loaded?.rules !== state.loaded?.rules {
          state.generation += 1
          scratches.empty()
        }
        (state.loaded, state.fault, state.stamps) = (loaded, nil, stamps)
      }
    } catch {
      state.withLock { ($0.fault, $0.stamps) = (error, nil) }
    }
  }

  private static func load(_ files: InspectionFiles) throws(Fault) -> Loaded {
    let (rules, own) = try files.ruleSet()
    return Loaded(rules: rules, accepted: try files.accepted(), own: own, files: files)
  }

  /// Of directories and files; `nil` where one has changed just now.
  private func stamps() -> [String: FileStamp]? {
    var stamps: [String: FileStamp] = [:]
    for root in roots {
      let names = ((try? storage.list(root)) ?? nil) ?? []
      for path in [root] + names.map({ root + "/" + $0.name }) {
        guard let stamp = storage.stamp(path) else { return nil }
        stamps[path] = stamp
      }
    }
    return stamps
  }

  /// What is in force, read at the first need.
  func current() throws(Fault) -> Loaded {
    if let loaded = state.withLock({ $0.loaded }) { return loaded }
    try reload()
    guard let loaded = state.withLock({ $0.loaded }) else {
      throw Fault("inspection-settings", why: "no rules of the inspection are in force")
    }
    return loaded
  }

  package var generation: Int { state.withLock { $0.generation } }

  var fault: Fault? { state.withLock { $0.fault } }
}
