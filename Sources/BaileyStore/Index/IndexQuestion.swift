import BaileyCore
internal import GRDB

/// A filter as SQL with bound arguments. It may let through what the filter does not, never the reverse.
struct IndexQuestion {
  private(set) var sql: String
  private(set) var arguments: StatementArguments
  private(set) var functions: [DatabaseFunction] = []

  init(_ filter: RecordFilter, in range: Range<UInt64>, newest: Bool, limit: Int) {
    sql = "SELECT number FROM entry WHERE number >= ? AND number < ?"
    arguments = [Int64(clamping: range.lowerBound), Int64(clamping: range.upperBound)]
    equal(.session, "session", filter.session.map { [$0.text] } ?? [])
    equal(.kind, "kind", filter.kinds.map(\.rawValue))
    equal(.verb, "verb", filter.verbs.map(\.rawValue))
    equal(.agent, "agent", filter.agents)
    equal(.effect, "effect", filter.effects.map(\.rawValue))
    fit(.reason, "reason", filter.reasons, literal: { Array($0.utf8) }) { $0.utf8.elementsEqual($1) }
    fit(.host, "host", filter.hosts, literal: { Array(($0.suffix ?? $0.text).utf8) }) {
      $0.matches(String(decoding: $1, as: UTF8.self))
    }
    fit(.path, "path", filter.paths, literal: \.literal) { $0.matches($1) }
    if let since = filter.since { add("time >= ?", [since]) }
    if let until = filter.until { add("time < ?", [until]) }
    if filter.isDenial { sql += " AND denied" }
    sql += newest ? " ORDER BY number DESC LIMIT ?" : " ORDER BY number LIMIT ?"
    arguments += [limit]
  }

  private mutating func add(_ condition: String, _ values: StatementArguments) {
    sql += " AND " + condition
    arguments += values
  }

  /// Words that are one of these, or too long to be in the index whole.
  private mutating func equal(_ field: IndexField, _ column: StaticString, _ wanted: [String]) {
    if wanted.isEmpty { return }
    let marks = wanted.map { _ in "?" }.joined(separator: ", ")
    add(
      "\(column) IN (SELECT id FROM word WHERE field = ? AND (text IN (\(marks)) OR NOT whole))",
      [field.rawValue] + StatementArguments(wanted.map { IndexText.text($0.utf8) }))
  }

  /// Words of which one value fits; those without the literal are passed over by SQLite itself, which is far quicker.
  private mutating func fit<Wanted: Sendable>(
    _ field: IndexField, _ column: StaticString, _ wanted: [Wanted], literal: (Wanted) -> [UInt8],
    _ fits: @escaping @Sendable (Wanted, [UInt8]) -> Bool
  ) {
    if wanted.isEmpty { return }
    functions.append(
      DatabaseFunction("\(column)_fits", argumentCount: 1, pure: true) { values in
        guard let text = String.fromDatabaseValue(values[0]) else { return true }
        return IndexText.values(text).contains { value in wanted.contains { fits($0, value) } }
      })
    let marks = wanted.map { _ in "instr(text, ?) > 0" }.joined(separator: " OR ")
    add(
      "\(column) IN (SELECT id FROM word WHERE field = ? AND (NOT whole OR ((\(marks)) AND \(column)_fits(text))))",
      [field.rawValue] + StatementArguments(wanted.map { IndexText.text(literal($0)) }))
  }
}
