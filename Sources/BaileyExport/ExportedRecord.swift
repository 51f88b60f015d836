package import BaileyCore

/// A record on its way to another program, with what gives it its meaning.
package struct ExportedRecord: Sendable, Equatable {
  package var index: UInt64
  /// The RFC 6962 leaf hash of the record as it stands in the log, lower-case hex. None where the record leaves otherwise: whoever has the
  /// hash could try guesses at what was taken out.
  package var leaf: String?
  package var record: JSON
  /// The record of the decision that an outcome belongs to.
  package var intent: JSON?
  /// Records just before this one that sampling left out.
  package var leftOut = 0

  package init(index: UInt64, leaf: String?, record: JSON, intent: JSON? = nil) {
    self.index = index
    self.leaf = leaf
    self.record = record
    self.intent = intent
  }

  package var kind: String { record["kind"]?.string ?? "" }
  package var session: String? { record["session"]?.string }
  /// Nanoseconds since 1970-01-01 UTC.
  package var time: Int64 { max(0, record["time_ns"]?.int ?? 0) }
  var body: JSON { record["body"] ?? [:] }

  /// The index of the decision that this record tells the end of.
  package static func intentIndex(_ record: JSON) -> UInt64? {
    record["kind"] == "intent" ? nil : record["body"]?["intent"]?.int.flatMap { UInt64(exactly: $0) }
  }

  var action: JSON? { body["action"] ?? intent?["body"]?["action"] }
  var verb: String? { action?["action"]?.string }
  var resource: JSON { action?["resource"] ?? [:] }
  var user: String? { action?["subject"]?["user"]?.string ?? body["user"]?.string }
  var agent: String? { action?["subject"]?["agent"]?["name"]?.string }
  var detail: JSON { body["detail"] ?? [:] }

  /// `allow` or `deny`; of an outcome that of its decision.
  var effect: String? { (body["decision"] ?? intent?["body"]?["decision"])?["effect"]?.string }
  var reasons: [JSON] { (body["decision"] ?? intent?["body"]?["decision"])?["reasons"]?.array ?? [] }

  /// Whether the effect came about; nil where the record does not say.
  var succeeded: Bool? { body["succeeded"]?.bool }

  /// `intent.http.request`, `note.masked`: what happened, in one word.
  package var event: String {
    if let verb { return "\(kind).\(verb)" }
    return body["event"]?.string.map { "\(kind).\($0)" } ?? kind
  }
}

/// Whose log it is.
package struct ExportOrigin: Sendable, Equatable {
  /// The origin line of the log's checkpoints.
  package var log: String
  package var host: String
  /// Of Bailey.
  package var version: String

  package init(log: String, host: String, version: String) {
    self.log = log
    self.host = host
    self.version = version
  }

  /// The same for a record that is sent twice, and for no other; that of counts names the records that they count.
  func uid(_ record: ExportedRecord) -> String {
    let first = record.kind == "counts" ? record.body["first"]?.int.map { "\($0)-" } : nil
    return "\(log)/\(first ?? "")\(record.index)"
  }
}

/// How much a person should care.
enum Importance: Sendable {
  case informational, low, medium, high

  init(_ record: ExportedRecord) {
    self =
      switch record.kind {
      case "gap": .medium
      case "note": Self.ofNote(record.body["event"]?.string ?? "")
      case "intent" where record.effect != "allow": .low
      case "observed" where record.succeeded == false: .low
      default: .informational
      }
  }

  private static func ofNote(_ event: String) -> Importance {
    switch event {
    case "log.tail-cut", "log.kept-head-behind", "log.recovered", "log.witness-contradicts", "not-killed",
      "sensitive-file-exposed":
      .high
    case "watch-unfinished": .medium
    default: .informational
    }
  }
}

extension ExportedRecord {
  /// What the record is about, in a few words.
  var target: String? {
    let host = resource["host"]?.string ?? resource["address"]?.string
    if let host {
      let method = resource["method"]?.string.map { $0 + " " } ?? ""
      return method + host + (resource["port"]?.int.map { ":\($0)" } ?? "") + (resource["path"]?.string ?? "")
    }
    let plain = ["path", "name", "project", "cause"].lazy.compactMap { resource[$0]?.string ?? body[$0]?.string }.first
    return plain ?? body["lost"]?.int.map { "\($0) records" }
  }

  /// One sentence for a person.
  var message: String {
    var text = event
    if let effect, kind == "intent" { text = "\(effect) \(verb ?? "")" }
    if let target { text += " " + printable(target) }
    if let sentence = reasons.first?["sentence"]?.string, kind == "intent" { text += ": " + printable(sentence) }
    if succeeded == false { text += " (failed)" }
    return text.shortened(to: 512)
  }
}

extension String {
  /// At most so many bytes of UTF-8, cut at a character's end and marked by `…`.
  func shortened(to limit: Int) -> String {
    guard utf8.count > limit else { return self }
    var bytes = Array(utf8.prefix(max(0, limit - 3)))
    while String(validating: bytes, as: UTF8.self) == nil, !bytes.isEmpty { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self) + "…"
  }
}
