import BaileyCore

/// A head or trailer as one text, so that rules see names beside their values, and which part each byte is of.
struct InspectedText {
  private(set) var bytes: [UInt8] = []
  private var parts: [Part] = []

  private struct Part {
    var start: Int
    /// Behind the name, where there is one.
    var value: Int
    /// `header`, and the name that is told with it.
    var kind: String
    var name: String
  }

  /// Of a name that is told, bytes.
  private static let longestName = 64

  /// - Parameter target: as it was sent, undecoded.
  init(method: String, target: String, fields: some Sequence<(name: String, value: String)>) {
    add("url", "", Array("\(method) \(target) HTTP/1.1".utf8))
    for (name, value) in fields { add("header", name, Array(value.utf8)) }
  }

  /// Also without its dots: a label is short, and what is longer stands in several.
  init(host name: HostName) {
    add("host", "", Array(name.text.utf8))
    add("host", "", name.labels.flatMap { Array($0.utf8) })
  }

  init(trailers: some Sequence<(name: String, value: String)>) {
    for (name, value) in trailers { add("trailer", name, Array(value.utf8)) }
  }

  /// The head of an answer, whose values may have any bytes.
  init(answer fields: some Sequence<(name: String, value: [UInt8])>) {
    for (name, value) in fields { add("header", name, value) }
  }

  private mutating func add(_ kind: String, _ name: String, _ value: [UInt8]) {
    let title = name.isEmpty ? [] : Array("\(name): ".utf8)
    parts.append(Part(start: bytes.count, value: bytes.count + title.count, kind: kind, name: name))
    bytes += title + value + [13, 10]
  }

  /// Where findings stand. A name in which something was found is not told: it may be the secret.
  func places(of offsets: [Int]) -> [String] {
    let indices = offsets.map { offset in parts.lastIndex { $0.start <= offset } ?? 0 }
    let hidden = Set(zip(indices, offsets).filter { $1 < parts[$0].value }.map(\.0))
    return indices.map { index in
      let part = parts[index]
      if part.name.isEmpty || hidden.contains(index) { return part.kind }
      return part.kind + ":" + String(decoding: part.name.utf8.prefix(Self.longestName), as: UTF8.self)
    }
  }
}
