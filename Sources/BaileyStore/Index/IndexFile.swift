import BaileyCore
import BaileyLinux
internal import GRDB

/// The index's file: made, looked at, thrown away.
enum IndexFile {
  /// Of tables and of what `RecordFacets` reads; another one is thrown away.
  static let version = 1
  /// "Bail", so that another program's database is never taken for ours.
  static let application = 0x4261_696C

  /// - Returns: the database, and why an earlier one was thrown away.
  static func open(_ path: String) throws(Fault) -> (queue: DatabaseQueue, remark: String?) {
    do {
      let directory = path.split(separator: "/").dropLast().joined(separator: "/")
      try Descriptor.makeDirectories("/" + directory)
      if (try? Descriptor.status(of: path)) == nil { return (try make(path), nil) }
      do { return try existing(path) } catch  where IndexFault.isDamage(error) {
        remove(path)
        return (try make(path), "the index was no database")
      }
    } catch {
      throw IndexFault.fault(error, path)
    }
  }

  private static func existing(_ path: String) throws -> (queue: DatabaseQueue, remark: String?) {
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    guard let fault = try fault(of: queue) else { return (queue, nil) }
    try? queue.close()
    remove(path)
    return (try make(path), fault.isEmpty ? nil : fault)
  }

  /// The index must not take the room that the log needs.
  static func checkRoom(_ path: String, _ reserve: Int64) throws(Fault) {
    do throws(Errno) {
      let free = try Descriptor.open(path, [.readOnly]).availableBytes()
      if free >= reserve { return }
    } catch {
      throw IndexFault.fault(error, path)
    }
    throw Fault(
      "log-index-unusable", subject: path,
      why: "the index of the log waits until \(reserve >> 20) MiB are free on its disk",
      hint: "free space; until then what is new is read from the log, which takes longer")
  }

  /// The database must be closed: SQLite would take the files of a new one for its own.
  static func remove(_ path: String) {
    for name in ["", "-wal", "-shm", "-journal"] {
      try? Descriptor.workingDirectory.unlink(path + name)
    }
  }

  private static var configuration: Configuration {
    var configuration = Configuration()
    configuration.journalMode = .wal
    configuration.busyMode = .timeout(1)
    // After a power cut the file is whole, though perhaps a little older.
    configuration.prepareDatabase { db in
      try db.execute(sql: "PRAGMA synchronous = NORMAL; PRAGMA cache_size = -1024; PRAGMA trusted_schema = OFF")
    }
    return configuration
  }

  private static func make(_ path: String) throws -> DatabaseQueue {
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    try queue.write { db in
      try db.execute(sql: schema)
      try db.execute(sql: "PRAGMA application_id = \(application); PRAGMA user_version = \(version)")
    }
    return queue
  }

  /// A word is what entries share: a path, a host. `entry` has its number, and no word is read back but to list them.
  private static let schema = """
    CREATE TABLE word (field INTEGER, text TEXT, whole INTEGER, id INTEGER, PRIMARY KEY (field, text, whole)) WITHOUT ROWID;
    CREATE TABLE entry (
      number INTEGER PRIMARY KEY, time INTEGER NOT NULL, denied INTEGER NOT NULL, session INTEGER, kind INTEGER,
      verb INTEGER, agent INTEGER, effect INTEGER, reason INTEGER, host INTEGER, path INTEGER);
    CREATE INDEX entry_session ON entry (session);
    CREATE TABLE state (
      one INTEGER PRIMARY KEY CHECK (one = 1), reach INTEGER NOT NULL, words INTEGER NOT NULL,
      first TEXT NOT NULL, last TEXT NOT NULL);
    INSERT INTO state VALUES (1, 0, 0, '', '');
    """

  /// What is wrong with an existing file; it is ours, whole, and has all entries that it says it has, or it goes.
  ///
  /// - Throws: what says nothing of the file itself, as a full disk does.
  private static func fault(of queue: DatabaseQueue) throws -> String? {
    do {
      return try queue.read { db in
        // Killed while it was made: there is nothing to tell of.
        if try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") == 0 { return "" }
        guard try Int.fetchOne(db, sql: "PRAGMA application_id") == application else {
          return "the index was another program's database"
        }
        guard try Int.fetchOne(db, sql: "PRAGMA user_version") == version else {
          return "the index was of another version"
        }
        let isWhole = try String.fetchOne(db, sql: "PRAGMA quick_check(1)") == "ok"
        let counts = try Bool.fetchOne(
          db,
          sql: """
            SELECT reach = (SELECT count(*) FROM entry) AND words = (SELECT count(*) FROM word)
            AND typeof(first) = 'text' AND typeof(last) = 'text' FROM state
            """)
        return isWhole && counts == true ? nil : "the index was damaged"
      }
    } catch let error as DatabaseError where error.resultCode == .SQLITE_ERROR {
      // Tables that are not there: the questions above are always the same.
      return "the index was damaged"
    } catch  where IndexFault.isDamage(error) {
      return "the index was damaged"
    }
  }
}
