package import BaileyCore

/// An in-toto Statement v1 over the files of an archive.
package struct Statement: Sendable, Equatable {
  package static let type = "https://in-toto.io/Statement/v1"
  package static let predicateType = "https://bailey.invalid/evidence/session/v1"

  package struct Subject: Sendable, Equatable {
    package var name: String
    /// Lower-case hex.
    package var sha256: String

    package init(name: String, sha256: String) {
      self.name = name
      self.sha256 = sha256
    }
  }

  package var subjects: [Subject]
  package var predicate: JSON

  package init(subjects: [Subject], predicate: JSON) {
    self.subjects = subjects
    self.predicate = predicate
  }

  package var encoded: [UInt8] {
    let subjects = subjects.map { subject -> JSON in
      ["name": .string(subject.name), "digest": ["sha256": .string(subject.sha256)]]
    }
    let json: JSON = [
      "_type": .string(Self.type), "predicateType": .string(Self.predicateType), "subject": .array(subjects),
      "predicate": predicate,
    ]
    return json.canonical
  }

  /// `nil` for another type, other members, or bytes that are not canonical.
  package init?(parsing bytes: [UInt8]) {
    guard let json = try? JSON.parse(bytes), let list = json["subject"]?.array, let predicate = json["predicate"] else {
      return nil
    }
    self.predicate = predicate
    subjects = []
    for entry in list {
      guard let name = entry["name"]?.string, let hash = entry["digest"]?["sha256"]?.string else { return nil }
      subjects.append(Subject(name: name, sha256: hash))
    }
    guard encoded == bytes else { return nil }
  }
}
