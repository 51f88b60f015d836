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
      let isNew = (try? Descriptor.status(of: path)) == nil
      if isNew { return (try make(path), nil) }
      if let queue = try? DatabaseQueue(path: path, configuration: configuration) {
        guard let fault = fault(of: queue) else { return (queue, nil) }
        try? queue.close()
        remove(path)
        return (try make(path), fault.isEmpty ? nil : fault)
      }
      remove(path)
      return (try make(path), "the index was no database")
    } catch {
      throw Fault(
        "log-index-unusable", subject: path, why: "the index of the log cannot be made: \(error)",
        hint: "the log itself is well; without the index it is read from end to end")
    }
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
  private static func fault(of queue: DatabaseQueue) -> String? {
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
          db, sql: "SELECT reach = (SELECT count(*) FROM entry) AND words = (SELECT count(*) FROM word) FROM state")
        return isWhole && counts == true ? nil : "the index was damaged"
      }
    } catch {
      return "the index was damaged"
    }
  }
}
