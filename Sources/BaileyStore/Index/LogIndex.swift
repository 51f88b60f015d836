package import BaileyCore
import BaileyLinux

/// The index of the log: `index/log.sqlite` below the state directory, made from the log and never the other way round.
///
/// It is fed behind the log, off the path of appends, and opened with the first need. Whoever searches reads what it names from the log
/// and looks again, so a wrong index can hide an entry from a search but not show one that is not there. A file that is broken, of
/// another version or of another log is thrown away, said so, and made anew. One that only cannot be written or read just now is kept.
package actor LogIndex: LogSearcher {
  /// Entries of one transaction.
  private static let batch = 128
  /// So far behind, a search is slow and says why.
  private static let noticeable: UInt64 = 8192
  /// Bytes of the disk that the index leaves to the log.
  package static let reserve: Int64 = 64 << 20

  private let path: String
  private let log: any LogSource
  private let digest: @Sendable ([UInt8]) -> String
  private let say: @Sendable (String) -> Void
  private let reserve: Int64
  private var opening: Task<Result<IndexDatabase, Fault>, Never>?
  private var rebuilding: Task<Result<UInt64, Fault>, Never>?
  /// The database that is open, and how far it reaches.
  private var current: IndexDatabase?
  private var reached: UInt64 = 0
  private var remark: String?
  private var lastFault: Fault?

  /// - Parameters:
  ///   - digest: SHA-256 in lower-case hex.
  ///   - reserve: bytes that must be free on the disk, or nothing is added.
  ///   - say: tells the controller's own log.
  package init(
    stateDirectory: String, log: any LogSource, digest: @escaping @Sendable ([UInt8]) -> String,
    reserve: Int64 = reserve, say: @escaping @Sendable (String) -> Void
  ) {
    path = stateDirectory + "/index/log.sqlite"
    self.log = log
    self.digest = digest
    self.reserve = reserve
    self.say = say
  }

  /// Follows the log until it is cancelled; nothing is opened before the first wait is over.
  package func keepFeeding(every pause: Duration = .seconds(2)) async {
    var wait = pause
    while (try? await Task.sleep(for: wait)) != nil {
      do {
        try await feed()
        wait = pause
      } catch {
        wait = Self.wait(after: wait)
      }
    }
  }

  /// What fails is tried again ever more seldom: a full or broken disk is not worn out further.
  static func wait(after wait: Duration) -> Duration { min(wait * 2, .seconds(300)) }

  /// Adds all that the log has by now.
  package func feed() async throws(Fault) {
    let database = try await database()
    let (directory, reserve) = (path, reserve)
    while !Task.isCancelled {
      let entries = try await Self.entries(of: log, from: reached, limit: Self.batch)
      if entries.isEmpty { return }
      let end = try await on(database) { database throws(Fault) in
        try IndexFile.checkRoom(directory, reserve)
        return try database.add(entries)
      }
      guard current === database else {
        throw Fault("log-index-unusable", subject: path, why: "the index was begun anew meanwhile")
      }
      // Whoever else feeds it may be further.
      reached = max(reached, end)
      lastFault = nil
    }
  }

  /// Off the actor: the log reads its files where it is asked.
  @concurrent private static func entries(of log: any LogSource, from start: UInt64, limit: Int) async throws(Fault)
    -> [LoggedRecord]
  {
    try await log.whole(from: start, limit: limit)
  }

  package func close() async {
    guard case .success(let database)? = await opening?.value else { return }
    (opening, current) = (nil, nil)
    try? await onOwnThread("log-index") { database.close() }
  }

  /// Those who ask meanwhile wait for the same one.
  package func rebuild() async throws(Fault) -> UInt64 {
    let task = rebuilding ?? Task { await beginAnew() }
    rebuilding = task
    let result = await task.value
    rebuilding = nil
    return try result.get()
  }

  private func beginAnew() async -> Result<UInt64, Fault> {
    replace()
    do throws(Fault) {
      try await feed()
      remark = nil
      return .success(reached)
    } catch {
      return .failure(error)
    }
  }

  package func reach() async -> LogReach {
    guard (try? await database()) != nil else {
      return LogReach(end: 0, remark: lastFault.map { "\($0.why); the log is read from end to end" })
    }
    let size = (try? await log.size()) ?? reached
    guard size > reached + Self.noticeable else { return LogReach(end: reached) }
    let why = (lastFault?.why ?? remark).map { $0 + "; " } ?? ""
    let rest = "the index has \(reached) of \(size) entries, the rest is read from the log, which takes longer"
    return LogReach(end: reached, remark: why + rest)
  }

  package func candidates(_ filter: RecordFilter, in range: Range<UInt64>, newest: Bool, limit: Int) async -> [UInt64]?
  {
    guard let database = try? await database() else { return nil }
    return try? await on(database) { database throws(Fault) in
      try database.candidates(filter, in: range, newest: newest, limit: limit)
    }
  }

  package func known(_ facet: LogFacet) async -> [String]? {
    guard let database = try? await database(), let size = try? await log.size(), size <= reached + Self.noticeable,
      (try? await feed()) != nil
    else { return nil }
    let field: IndexField = facet == .agents ? .agent : .reason
    return try? await on(database) { database throws(Fault) in try database.values(of: field) }
  }
}

extension LogIndex {
  /// One opening for all who come meanwhile.
  private func database() async throws(Fault) -> IndexDatabase {
    let task = opening ?? Task { await open() }
    opening = task
    let result = await task.value
    if case .failure(let fault) = result {
      if opening == task { opening = nil }
      note(fault)
    }
    return try result.get()
  }

  /// What goes on failing is said once.
  private func note(_ fault: Fault) {
    if lastFault != fault { say("\(fault.why) [\(fault.code)]") }
    lastFault = fault
  }

  /// Throws the file away; the next one is opened once it is gone.
  private func replace() {
    let old = opening
    (current, reached) = (nil, 0)
    opening = Task { [path] in
      let database = try? await old?.value.get()
      do throws(Fault) {
        try await onOwnThread("log-index") { () throws(Fault) in
          // Closed before its file goes: SQLite would take the files of the new one for its own.
          database?.close()
          IndexFile.remove(path)
        }
      } catch {
        return .failure(error)
      }
      return await open()
    }
  }

  private func open() async -> Result<IndexDatabase, Fault> {
    do throws(Fault) {
      var (database, why) = try await openFile()
      var state = try await Self.state(of: database)
      if try await !fits(state, database) {
        let other = database
        try await onOwnThread("log-index") { () throws(Fault) in other.remove() }
        (database, _) = try await openFile()
        state = try await Self.state(of: database)
        why = "the index was of another log, or of one that has lost its end"
      }
      if let why {
        remark = why
        say(why + "; it is made anew from the log")
      }
      (current, reached, lastFault) = (database, state.reach, nil)
      return .success(database)
    } catch {
      return .failure(error)
    }
  }

  private static func state(of database: IndexDatabase) async throws(Fault) -> IndexDatabase.State {
    try await onOwnThread("log-index") { () throws(Fault) in try database.state() }
  }

  private func openFile() async throws(Fault) -> (index: IndexDatabase, remark: String?) {
    let (path, digest) = (path, digest)
    return try await onOwnThread("log-index") { () throws(Fault) in try IndexDatabase.open(path, digest: digest) }
  }

  /// Whether the first and the last record that it has are those of this log.
  private func fits(_ state: IndexDatabase.State, _ database: IndexDatabase) async throws(Fault) -> Bool {
    guard state.reach > 0 else { return true }
    guard try await state.reach <= log.size() else { return false }
    let first = try await Self.entries(of: log, from: 0, limit: 1).first
    let last = try await Self.entries(of: log, from: state.reach - 1, limit: 1).first
    return first.map { database.digest(of: $0.record) } == state.first
      && last.map { database.digest(of: $0.record) } == state.last
  }

  /// A database that is damaged is thrown away; one that fails otherwise is kept.
  private func on<Value: Sendable>(
    _ database: IndexDatabase, _ body: @escaping @Sendable (IndexDatabase) throws(Fault) -> Value
  ) async throws(Fault) -> Value {
    do throws(Fault) {
      return try await onOwnThread("log-index") { () throws(Fault) in try body(database) }
    } catch {
      // Nobody minds one that another has taken the place of.
      guard current === database else { throw error }
      if error.code == "log-index-damaged" {
        remark = error.why
        say("\(error.why); it is made anew from the log")
        replace()
      } else {
        note(error)
      }
      throw error
    }
  }
}

extension LogIndex: HealthProbe {
  package func examine() async -> [HealthFinding] {
    if let lastFault { return [HealthFinding("log index", .warn, lastFault.why, fix: lastFault.hint)] }
    guard opening != nil else { return [HealthFinding("log index", .ok, "opened when it is needed")] }
    let note = remark.map { " (\($0), and made anew)" } ?? ""
    return [HealthFinding("log index", .ok, "\(reached) entries can be searched\(note)")]
  }
}
