import BaileyCore
import BaileyLinux
import Synchronization

/// Tells what the agent opens for reading: the first time of each path as an event, then as a count.
///
/// Like everything that is let go on, it is what was asked for and what the supervisor found there, not what the kernel then opened
/// (DESIGN.md section 5). Called by the supervisor's thread alone; hashes come from another.
final class ReadWatch: Sendable {
  /// Distinct paths of a session, and bytes of them; what is beyond is counted.
  static let mostPaths = 65_536
  static let mostBytes = 8 << 20

  private struct State {
    var known: Set<[UInt8]> = []
    var bytes = 0
    var ledger = ReadLedger()
    /// Places of inputs in the ledger.
    var inputs: [[UInt8]: Int] = [:]

    /// `false` where there is no room for another path.
    mutating func remember(_ path: [UInt8]) -> Bool {
      guard known.count < ReadWatch.mostPaths, bytes + path.count <= ReadWatch.mostBytes else {
        ledger.beyond += 1
        return false
      }
      known.insert(path)
      bytes += path.count
      ledger.recorded += 1
      return true
    }

    /// `nil` for one that is there already.
    mutating func add(input path: [UInt8]) -> Int? {
      guard inputs[path] == nil else { return nil }
      inputs[path] = ledger.inputs.count
      ledger.inputs.append(ReadLedger.Input(path: path, content: .unknown(.notInTime)))
      return ledger.inputs.count - 1
    }
  }

  /// With its slash.
  private let project: [UInt8]
  private let agent: (user: UInt32, group: UInt32)?
  private let observer: any SandboxObserver
  private let hashes: ReadHashes
  private let state = Mutex(State())

  /// - Parameters:
  ///   - project: where it appears inside.
  ///   - agent: host ids of the agent when the controller is root; `nil` otherwise.
  init(
    project: String, agent: (user: UInt32, group: UInt32)?, observer: any SandboxObserver,
    hasher: @escaping HasherFactory
  ) throws(Errno) {
    self.project = Array(project.utf8) + [UInt8(ascii: "/")]
    self.agent = agent
    self.observer = observer
    hashes = try ReadHashes(hasher)
  }

  /// - Parameters:
  ///   - path: absolute; `nil` when it cannot be told.
  ///   - isWaiting: whether the thread still waits for its answer. While it does, its number is its own.
  func look(at path: [UInt8]?, _ thread: Int32, isWaiting: () -> Bool) {
    guard let path else {
      return state.withLock { state in
        state.ledger.opens += 1
        state.ledger.beyond += 1
      }
    }
    let isKnown = state.withLock { state in
      state.ledger.opens += 1
      return state.known.contains(path)
    }
    if isKnown { return }
    var place = ReadPlace(path, thread, agent)
    place.find()
    guard isWaiting() else { return state.withLock { $0.ledger.opens -= 1 } }
    record(path, place)
  }

  private func record(_ path: [UInt8], _ place: consuming ReadPlace) {
    guard let found = place.found else { return state.withLock { $0.ledger.missing += 1 } }
    guard state.withLock({ $0.remember(path) }) else { return }
    let resolved = place.resolved == path ? nil : place.resolved
    observer.observed(
      ObservedEvent(
        operation: .read, process: place.thread, path: String(decoding: path, as: UTF8.self),
        target: resolved.map { String(decoding: $0, as: UTF8.self) }, refused: found == .denied, found: found))
    if found == .opened { hash(place) }
  }

  /// Regular files of the project only.
  private func hash(_ place: consuming ReadPlace) {
    guard let resolved = place.resolved, resolved.starts(with: project), let status = place.status, status.isRegular,
      let index = state.withLock({ $0.add(input: Array(resolved.dropFirst(project.count))) })
    else { return }
    guard let file = place.takeFile() else {
      return state.withLock { $0.ledger.inputs[index].content = .unknown(.unreadable) }
    }
    hashes.take(file, status) { content in
      self.state.withLock { $0.ledger.inputs[index].content = content }
    }
  }

  /// Tells the observer of everything, and then calls `ended`.
  func end(_ ended: @escaping @Sendable () -> Void) {
    hashes.end {
      self.observer.finished(self.state.withLock(\.ledger))
      ended()
    }
  }
}
