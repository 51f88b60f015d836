/// What of a record can be searched for.
///
/// The index and a plain reading of the log both go by this, so they cannot differ in what a record says.
package struct RecordFacets: Sendable, Equatable {
  package var session: String?
  package var kind: String?
  /// Nanoseconds since 1970-01-01 UTC; 0 where the record has none.
  package var time: Int64
  package var verb: String?
  package var agent: String?
  /// `allow`, `ask` or `deny`, where the gate decided.
  package var effect: String?
  package var reasons: [String]
  /// Lower-case names and addresses.
  package var hosts: [String]
  /// Of files, requests and projects, as bytes.
  package var paths: [[UInt8]]
  /// Whether the gate, the network's gate or the supervisor of the sandbox refused it.
  package var isDenial: Bool

  package init(_ record: JSON) {
    let body = record["body"]
    let action = body?["action"]
    let resource = action?["resource"]
    session = record["session"]?.string
    kind = record["kind"]?.string
    time = record["time_ns"]?.int ?? 0
    verb = action?["action"]?.string
    agent = action?["subject"]?["agent"]?["name"]?.string
    effect = body?["decision"]?["effect"]?.string
    reasons = Self.reasons(body)
    hosts = Self.hosts(resource, isQuery: verb == Verb.dnsQuery.rawValue)
    paths = Self.paths(body, resource)
    isDenial = Self.isDenial(kind, body)
  }

  private static func reasons(_ body: JSON?) -> [String] {
    let decided = (body?["decision"]?["reasons"]?.array ?? []).compactMap { $0["code"]?.string }
    return decided + [body?["detail"]?["code"]?.string].compactMap { $0 }
  }

  private static func hosts(_ resource: JSON?, isQuery: Bool) -> [String] {
    [resource?["host"], resource?["address"], isQuery ? resource?["name"] : nil]
      .compactMap { $0?.string?.lowercased() }
  }

  private static func paths(_ body: JSON?, _ resource: JSON?) -> [[UInt8]] {
    let single = [resource?["path"], resource?["to"], resource?["project"], body?["path"], body?["project"]]
    return single.compactMap { $0?.bytes } + (body?["paths"]?.array ?? []).compactMap(\.bytes)
  }

  /// The supervisor says that it observed, the network's gate gives a code; a gap in what was observed is neither.
  private static func isDenial(_ kind: String?, _ body: JSON?) -> Bool {
    let detail = body?["detail"]
    let isRefusal = detail?["observed"] == true || detail?["code"]?.string != nil
    return body?["decision"]?["effect"] == "deny" || (kind == Record.Kind.gap.rawValue && body?["denied"] == true)
      || (kind == Record.Kind.observed.rawValue && body?["succeeded"] == false && isRefusal)
  }
}
