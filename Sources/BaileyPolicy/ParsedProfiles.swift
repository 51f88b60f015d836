import BaileyCore
import Synchronization

/// The built-in profiles as they were read: their texts never change, and `~` in them is the home's.
final class ParsedProfiles: Sendable {
  private struct Key: Hashable {
    let name: String
    let home: String
  }

  private static let maximum = 64
  private let documents = Mutex<[Key: ManifestDocument]>([:])

  func document(_ name: String, home: String, parse: () throws(Fault) -> ManifestDocument) throws(Fault)
    -> ManifestDocument
  {
    let key = Key(name: name, home: home)
    if let known = documents.withLock({ $0[key] }) { return known }
    let document = try parse()
    documents.withLock {
      if $0.count >= Self.maximum { $0 = [:] }
      $0[key] = document
    }
    return document
  }
}
