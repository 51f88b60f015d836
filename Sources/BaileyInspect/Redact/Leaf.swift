/// A part of a document that is inspected by itself, as what it stands for.
struct Leaf {
  enum Kind { case text, key, number }

  var kind = Kind.text
  /// In the document.
  var range: Range<Int>
  /// What it stands for.
  var view: TextView
  /// What the rules are shown around it: its name.
  var before: [UInt8] = []
  var after: [UInt8] = []
  var path: [PathStep] = []
  /// The number of the object around it, in documents of JSON.
  var object = 0
  /// How a replacement is written.
  var escaping = PlaceholderRestorer.Escaping.none
}

/// A step to a value in JSON.
enum PathStep: Hashable {
  /// Of a longer key the first `longestKey` bytes, and a sign that it goes on.
  case key([UInt8])
  case index(Int)

  static let longestKey = 128
  private static let longestPointer = 1024
  private static let more = Array("…".utf8)

  static func key(of text: [UInt8]) -> PathStep {
    .key(text.count > longestKey ? text.prefix(longestKey) + more : text)
  }

  /// RFC 6901, but that hidden keys are stars, and that it may end with `/…`.
  static func pointer(_ path: [PathStep], hiding hidden: Set<PathStep> = []) -> String {
    var bytes: [UInt8] = []
    for step in path {
      let written = hidden.contains(step) ? Array("/*".utf8) : step.written
      guard bytes.count + written.count <= longestPointer else {
        bytes += [0x2F] + more
        break
      }
      bytes += written
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private var written: [UInt8] {
    switch self {
    case .index(let index): Array("/\(index)".utf8)
    case .key(let key): [0x2F] + key.flatMap { $0 == 0x7E ? [0x7E, 0x30] : ($0 == 0x2F ? [0x7E, 0x31] : [$0]) }
    }
  }
}

/// A document in its parts.
struct LeafDocument {
  var leaves: [Leaf] = []
  /// Whether what stands between the leaves may be edited, too.
  var isLoose = false

  /// What has more leaves is not read in its parts. So much has room in some 200 MB.
  static let maximumLeaves = 1 << 18
  /// Steps of all paths together.
  static let maximumSteps = 1 << 22

  var ranges: [Range<Int>] { leaves.map(\.range) }
}

extension LeafDocument {
  /// The strings, keys and numbers of a text of JSON.
  static func json(_ bytes: [UInt8]) throws(JSONIssue) -> LeafDocument {
    var (reader, tokens, tokenizer) = (JSONLeafReader(), [JSONToken](), JSONTokenizer())
    for byte in bytes {
      try tokenizer.read(byte, into: &tokens)
      if tokens.isEmpty { continue }
      for token in tokens { reader.take(token, bytes.span) }
      if reader.isTooMany { throw .tooMany(offset: tokenizer.offset) }
      tokens.removeAll(keepingCapacity: true)
    }
    try tokenizer.finish(into: &tokens)
    for token in tokens { reader.take(token, bytes.span) }
    return LeafDocument(leaves: reader.leaves)
  }

  private struct JSONLeafReader {
    private struct Level {
      var step: PathStep
      var object: Int
    }

    var leaves: [Leaf] = []
    private var levels: [Level] = []
    private var objects = 0
    private var steps = 0

    var isTooMany: Bool { leaves.count > LeafDocument.maximumLeaves || steps > LeafDocument.maximumSteps }

    mutating func take(_ token: JSONToken, _ bytes: Span<UInt8>) {
      switch token {
      case .beginObject:
        objects += 1
        levels.append(Level(step: .key([]), object: objects))
      case .beginArray: levels.append(Level(step: .index(0), object: levels.last?.object ?? 0))
      case .endObject, .endArray:
        levels.removeLast()
        advance()
      case .string(let range, true): key(range, bytes)
      case .string(let range, false): add(.text, range, JSONString.view(bytes, range))
      case .number(let range):
        var view = TextView()
        view.copy(range, of: bytes)
        add(.number, range, view)
      case .literal: advance()
      }
    }

    private mutating func key(_ range: Range<Int>, _ bytes: Span<UInt8>) {
      let view = JSONString.view(bytes, range)
      levels[levels.count - 1].step = .key(of: view.text)
      var leaf = Leaf(
        kind: .key, range: range, view: view, path: levels.map(\.step), object: levels[levels.count - 1].object)
      (leaf.before, leaf.after) = ([0x22], [0x22])
      steps += levels.count
      leaves.append(leaf)
    }

    private mutating func add(_ kind: Leaf.Kind, _ range: Range<Int>, _ view: TextView) {
      var leaf = Leaf(kind: kind, range: range, view: view, path: levels.map(\.step), object: levels.last?.object ?? 0)
      let quote: [UInt8] = kind == .text ? [0x22] : []
      (leaf.before, leaf.after) = (name + quote, quote)
      steps += levels.count
      leaves.append(leaf)
      advance()
    }

    /// The nearest key, as it stands before a value.
    private var name: [UInt8] {
      for level in levels.reversed() {
        if case .key(let key) = level.step { return [0x22] + key.prefix(PathStep.longestKey) + Array("\": ".utf8) }
      }
      return []
    }

    private mutating func advance() {
      guard let last = levels.last, case .index(let index) = last.step else { return }
      levels[levels.count - 1].step = .index(index + 1)
    }
  }
}
