import BaileyCore
import BaileyLinux

/// Puts values in the place of placeholders in a body, as it streams; holds back no more than may be the beginning of a placeholder.
struct BodyWalk {
  enum Step: Equatable {
    case bytes([UInt8])
    /// Nothing goes on before this value is known.
    case needs(CredentialUse)
  }

  private let table: CredentialTable
  private let target: HTTPTarget
  /// Of those that may go where the request goes.
  private let covering: Set<String>
  private var places: BodyPlaces
  private let word: String
  private var held: [UInt8] = []
  private var values: [CredentialUse: any SecretValue] = [:]

  init(_ table: CredentialTable, _ target: HTTPTarget, method: String, contentType: String?) {
    self.table = table
    self.target = target
    covering = Set(table.covering(target, method: method).map(\.name))
    places = BodyPlaces(contentType: contentType)
    word = BodyPlaces.word(contentType: contentType)
  }

  /// Whether the body may get another length.
  var mayChange: Bool {
    table.entries.contains { covering.contains($0.name) && places.isNamed(in: $0.card.rule.places) }
  }

  var heldBytes: Int { held.count }

  mutating func supply(_ value: any SecretValue, for use: CredentialUse) { values[use] = value }

  /// - Parameter isLast: nothing comes behind these bytes.
  /// - Throws: `placeholder-misplaced`, `secret-unfit`.
  mutating func feed(_ bytes: [UInt8], isLast: Bool) throws(Refusal) -> Step {
    held += bytes
    if let use = try missing() { return .needs(use) }
    var (result, end) = ([UInt8](), 0)
    while let match = table.finder.first(in: held, from: end) {
      places.advance(over: held[end..<match.range.lowerBound])
      result += held[end..<match.range.lowerBound]
      result += try value(for: table.entries[match.index])
      end = match.range.upperBound
    }
    let rest = Array(held[end...])
    let open = isLast ? 0 : table.finder.openEnd(of: rest)
    places.advance(over: rest[..<(rest.count - open)])
    held = Array(rest.suffix(open))
    return .bytes(result + rest.dropLast(open))
  }

  /// The first value that is needed and not known; looked for beforehand, so that nothing is done twice.
  private func missing() throws(Refusal) -> CredentialUse? {
    var (places, end) = (places, 0)
    while let match = table.finder.first(in: held, from: end) {
      places.advance(over: held[end..<match.range.lowerBound])
      let use = try use(table.entries[match.index], places)
      if values[use] == nil { return use }
      end = match.range.upperBound
    }
    return nil
  }

  private func use(_ entry: CredentialTable.Entry, _ places: BodyPlaces) throws(Refusal) -> CredentialUse {
    guard let place = places.place, entry.role == .value, covering.contains(entry.name),
      entry.card.rule.places.contains(place)
    else { throw .misplaced(entry, places.place?.description ?? word, target) }
    return CredentialUse(secret: entry.name, place: place)
  }

  private func value(for entry: CredentialTable.Entry) throws(Refusal) -> [UInt8] {
    let use = try use(entry, places)
    guard let value = values[use] else { throw .misplaced(entry, "the body", target) }
    var plain = value.bytes
    defer { Erasing.erase(&plain) }
    guard let written = places.encoding.encode(plain) else { throw .unfit(entry.name, use.place) }
    return written
  }
}

extension SecretValue {
  /// A copy; who makes it erases it.
  var bytes: [UInt8] {
    lend { span in
      var copy: [UInt8] = []
      copy.reserveCapacity(span.count)
      for index in span.indices { copy.append(span[index]) }
      return copy
    }
  }
}
