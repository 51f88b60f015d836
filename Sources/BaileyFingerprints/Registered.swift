package import BaileyInspect

/// All that a person has registered, as an inspection takes it.
package struct Registered: Sendable {
  package var sources: FingerprintIndex
  package var boilerplate: FingerprintIndex
  package var records: [RecordIndex]

  package func apply(to options: inout InspectionOptions) {
    options.sources = sources.count == 0 ? [] : [sources]
    options.records = records
  }
}

/// One registered thing, for a list.
package struct RegisteredItem: Sendable, Equatable {
  package enum Kind: String, Sendable { case source, boilerplate, records }

  package var name: String
  package var kind: Kind
  /// Hashes, or rows that can be found.
  package var count: Int
  /// Of records, the primary one first.
  package var columns: [String] = []
}

extension Registered {
  package var items: [RegisteredItem] {
    let texts = [(sources, RegisteredItem.Kind.source), (boilerplate, .boilerplate)].flatMap { index, kind in
      zip(index.sources, index.counts).map { RegisteredItem(name: $0, kind: kind, count: $1) }
    }
    let lists = records.map { RegisteredItem(name: $0.name, kind: .records, count: $0.count, columns: $0.columns) }
    return (texts + lists).sorted { $0.name < $1.name }
  }

  func holds(_ name: String) -> Bool { items.contains { $0.name == name } }
}
