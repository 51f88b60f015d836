import BaileyCore
import BaileyWire

/// Which policies were in force when something was decided, as the log's notes say.
///
/// A session has a note before the first decision of policies that are others than those before. Orders on what it left are asked of the
/// policies of that moment, so they have notes of their own.
struct PolicyNotes {
  private struct Key: Hashable {
    var session: String
    var isOrder: Bool
  }

  private var notes: [Key: [(index: UInt64, policies: JSON)]] = [:]

  /// - Returns: whether it was one.
  @discardableResult
  mutating func take(_ row: LogRow) -> Bool {
    let body = row.record["body"]
    guard row.record["kind"]?.string == Record.Kind.note.rawValue, body?["event"] == "policies",
      let policies = body?["policies"], let session = row.record["session"]?.string
    else { return false }
    notes[Key(session: session, isOrder: body?["order"] == true), default: []].append((row.index, policies))
    return true
  }

  /// Nil where the log does not say: there were none, or the entry is older than these notes.
  func policies(of row: LogRow) -> JSON? {
    let verb = row.record["body"]?["action"]?["action"]?.string
    let key = Key(session: row.record["session"]?.string ?? "", isOrder: verb == Verb.workspaceApply.rawValue)
    return notes[key]?.last { $0.index < row.index }?.policies
  }
}
