import BaileyCore
internal import GRDB
import Synchronization

/// The index in SQLite. Blocks: to be called on a thread that may.
///
/// No statement holds a value: all are bound, and the number of `?` is the only thing that varies.
final class IndexDatabase: Sendable {
  /// What the file says of itself.
  struct State: Equatable {
    /// Entries below it are in the index.
    var reach: UInt64
    var words: Int64
    /// Digests of the first and the last indexed record, which tell this log from another.
    var first: String
    var last: String
  }

  private static let cachedWords = 4096

  private let path: String
  private let queue: DatabaseQueue
  private let digest: @Sendable ([UInt8]) -> String
  /// Numbers of words that were written, so known to every later transaction.
  private let words = Mutex<[String: Int64]>([:])

  /// - Parameter digest: SHA-256 in lower-case hex.
  /// - Returns: the index, and why an earlier one was thrown away.
  static func open(_ path: String, digest: @escaping @Sendable ([UInt8]) -> String) throws(Fault)
    -> (index: IndexDatabase, remark: String?)
  {
    let (queue, remark) = try IndexFile.open(path)
    return (IndexDatabase(path, queue, digest), remark)
  }

  private init(_ path: String, _ queue: DatabaseQueue, _ digest: @escaping @Sendable ([UInt8]) -> String) {
    self.path = path
    self.queue = queue
    self.digest = digest
  }

  func state() throws(Fault) -> State { try attempt { try queue.read { try Self.state($0) } } }

  func digest(of record: JSON) -> String { digest(record.canonical) }

  func close() { try? queue.close() }

  func remove() {
    close()
    IndexFile.remove(path)
  }

  /// Adds what comes next; entries that are there already are passed over, so it does not matter who else adds.
  ///
  /// Either all of it and the new reach are in the file, or nothing.
  func add(_ entries: [LoggedRecord]) throws(Fault) -> UInt64 {
    try attempt {
      do {
        return try queue.write { db in
          var state = try Self.state(db)
          // It had them, or nobody would begin there.
          guard (entries.first?.index ?? 0) <= state.reach else { throw DatabaseError(resultCode: .SQLITE_CORRUPT) }
          for entry in entries where entry.index == state.reach { try add(entry, &state, db) }
          let last = entries.last { $0.index + 1 == state.reach }
          if let last { state.last = digest(of: last.record) }
          try db.cachedStatement(sql: "UPDATE state SET reach = ?, words = ?, first = ?, last = ?").execute(
            arguments: [Int64(state.reach), state.words, state.first, state.last])
          return state.reach
        }
      } catch {
        words.withLock { $0 = [:] }
        throw error
      }
    }
  }

  private func add(_ entry: LoggedRecord, _ state: inout State, _ db: Database) throws {
    let facets = RecordFacets(entry.record)
    if entry.index == 0 { state.first = digest(of: entry.record) }
    let numbers = try IndexField.allCases.map { field in
      try field.value(of: facets).map { try number(of: $0, field, &state, db) }
    }
    let start: [(any DatabaseValueConvertible)?] = [Int64(entry.index), facets.time, facets.isDenial]
    try db.cachedStatement(sql: "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .execute(arguments: StatementArguments(start + numbers))
    state.reach += 1
  }

  private func number(of word: (text: String, isWhole: Bool), _ field: IndexField, _ state: inout State, _ db: Database)
    throws -> Int64
  {
    let key = "\(field.rawValue)\(word.isWhole)\(word.text)"
    if let known = words.withLock({ $0[key] }) { return known }
    let arguments: StatementArguments = [field.rawValue, word.text, word.isWhole]
    let stored = try Int64.fetchOne(
      db.cachedStatement(sql: "SELECT id FROM word WHERE field = ? AND text = ? AND whole = ?"), arguments: arguments)
    let number = stored ?? state.words
    if stored == nil {
      try db.cachedStatement(sql: "INSERT INTO word VALUES (?, ?, ?, ?)").execute(arguments: arguments + [number])
      state.words += 1
    }
    words.withLock { words in
      if words.count >= Self.cachedWords { words = [:] }
      words[key] = number
    }
    return number
  }

  private static func state(_ db: Database) throws -> State {
    guard let row = try Row.fetchOne(db, sql: "SELECT reach, words, first, last FROM state") else {
      throw DatabaseError(resultCode: .SQLITE_CORRUPT)
    }
    guard let reach = UInt64(exactly: try row.decode(Int64.self, forColumn: "reach")) else {
      throw DatabaseError(resultCode: .SQLITE_CORRUPT)
    }
    return State(
      reach: reach, words: try row.decode(forColumn: "words"), first: try row.decode(forColumn: "first"),
      last: try row.decode(forColumn: "last"))
  }
}

extension IndexDatabase {
  /// Numbers of entries that may match, from the newest or the oldest of the range on.
  ///
  /// - Returns: `nil` where the file does not reach so far: it was begun anew since the range was told.
  func candidates(_ filter: RecordFilter, in range: Range<UInt64>, newest: Bool, limit: Int) throws(Fault) -> [UInt64]?
  {
    let question = IndexQuestion(filter, in: range, newest: newest, limit: limit)
    return try attempt {
      try queue.read { db in
        guard try Self.state(db).reach >= range.upperBound else { return nil }
        for function in question.functions { db.add(function: function) }
        return try Int64.fetchAll(db, sql: question.sql, arguments: question.arguments).map(UInt64.init(clamping:))
      }
    }
  }

  /// All values of a field; `nil` where there are more than can be listed.
  func values(of field: IndexField) throws(Fault) -> [String]? {
    try attempt {
      try queue.read { db in
        let sql = "SELECT text, whole FROM word WHERE field = ? LIMIT 1025"
        let rows = try Row.fetchAll(db, sql: sql, arguments: [field.rawValue])
        guard rows.count <= 1024, try rows.allSatisfy({ try $0.decode(Bool.self, forColumn: "whole") }) else {
          return nil
        }
        return try rows.flatMap { IndexText.values(try $0.decode(forColumn: "text")) }
          .map { String(decoding: $0, as: UTF8.self) }
      }
    }
  }

  private func attempt<Value>(_ body: () throws -> Value) throws(Fault) -> Value {
    do { return try body() } catch { throw IndexFault.fault(error, path) }
  }
}
