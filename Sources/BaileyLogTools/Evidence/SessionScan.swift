internal import BaileyAudit
internal import BaileyCore
internal import BaileyEvidence

/// Finds the records of a session in the log: one pass from end to end, of which only places are kept.
struct SessionScan {
  private(set) var records: SessionRecords
  /// Records of the session that no head covers yet.
  private(set) var unsigned = 0
  /// Those of the log itself count where they stand between the session's.
  private var found: [(index: UInt64, isCommon: Bool)] = []
  private var lastOwn: UInt64?

  private init(_ session: String) { records = SessionRecords(session: session) }

  /// What an archive holds, in order.
  var indexes: [UInt64] {
    guard let lastOwn else { return [] }
    return found.filter { !$0.isCommon || $0.index < lastOwn }.map(\.index)
  }

  static func run(_ reader: LogReader, _ session: String) throws(Fault) -> SessionScan {
    var scan = SessionScan(session)
    let progress = Progress("reading the log")
    try reader.visit { entry in
      progress.show(entry.index)
      scan.take(entry)
      return true
    }
    progress.end()
    return scan
  }

  private mutating func take(_ entry: LogEntry) {
    let relation = records.relation(entry.json)
    guard entry.isSigned else {
      unsigned += relation == .own ? 1 : 0
      return
    }
    switch relation {
    case .none: return
    case .common:
      // The first record of all may say that there was another log before.
      if lastOwn != nil || entry.index == 0 { found.append((entry.index, true)) }
    case .own, .concerning:
      if relation == .own { lastOwn = entry.index }
      records.add(entry.json, at: entry.index)
      found.append((entry.index, false))
    }
  }

  /// The one session whose name begins so.
  static func resolve(_ prefix: String, _ reader: LogReader) throws(Fault) -> String {
    guard (4...16).contains(prefix.utf8.count),
      prefix.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) })
    else {
      throw Fault(
        "session-name-malformed", subject: prefix, why: "it cannot be the name of a session",
        hint: "`bailey ps --all` lists sessions")
    }
    if prefix.utf8.count == 16 { return prefix }
    var names: Set<String> = []
    try reader.visit { entry in
      if let name = entry.session, name.utf8.starts(with: prefix.utf8) { names.insert(name) }
      return names.count < 2
    }
    if names.count > 1 {
      throw Fault(
        "session-ambiguous", subject: prefix, why: "more than one session begins so", hint: "give more letters")
    }
    return names.first ?? prefix
  }
}

/// Says on a terminal how far something is.
struct Progress {
  private let what: String
  private let isShown = Output.isTerminal

  init(_ what: String) { self.what = what }

  func show(_ count: UInt64) {
    if isShown, count > 0, count.isMultiple(of: 50_000) { Output.tell("\r\(what) … \(count) records") }
  }

  func end() { if isShown { Output.tell("\r\u{1B}[K") } }
}
