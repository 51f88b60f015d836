/// Cuts a text of JSON into the values that are strings and what stands between them, as it comes.
///
/// It holds no bytes but those of one key. From the first byte on that is not JSON, or is nested too deeply, all is `rest`.
package struct LeafStream {
  /// Ranges are in the bytes that were read last.
  package enum Part {
    /// Signs, keys, numbers and white space, the quotes of values included.
    case between(Range<Int>)
    /// Of a value, with its escapes.
    case text(Range<Int>)
    /// The value is whole.
    case end(LeafPlace)
    /// As it is written, at most `longestNumber` bytes of it; it is among what stands between as well.
    case number(LeafPlace, [UInt8])
    /// All that was undecided in this object is a signature, or is none.
    case decided(object: Int, isSignature: Bool)
    case rest(Range<Int>)
  }

  private struct Level {
    var step: PathStep
    var object: Int
    var type: [UInt8]?
    var undecided: [ModelInterface.Place] = []
  }

  private static let typeKey = PathStep.key(Array("type".utf8))
  private static let longestType = 64
  private static let longestNumber = 32
  private static let mostUndecided = 8

  private let interface: ModelInterface
  private var tokenizer = JSONTokenizer()
  private var tokens: [JSONToken] = []
  private var levels: [Level] = []
  private var objects = 0
  private var key: [UInt8] = []
  /// Of a value that is called a type, its first bytes.
  private var type: [UInt8] = []
  private var number: [UInt8] = []
  /// Where a signature may stand; how long it is, and whether all of it could be one.
  private var place: ModelInterface.Place?
  private var (letters, isOfLetters) = (0, true)
  private var isBroken = false

  package init(_ interface: ModelInterface) { self.interface = interface }

  package mutating func read(_ bytes: Span<UInt8>) -> [Part] {
    if isBroken { return [.rest(0..<bytes.count)] }
    var (parts, start) = ([Part](), 0)
    for at in bytes.indices {
      let before = tokenizer.openString
      do throws(JSONIssue) { try tokenizer.read(bytes[at], into: &tokens) } catch {
        isBroken = true
        parts.append(before == false ? .text(start..<at) : .between(start..<at))
        parts.append(.rest(at..<bytes.count))
        return parts
      }
      let after = tokenizer.openString
      if tokenizer.isInNumber, number.count < Self.longestNumber { number.append(bytes[at]) }
      if before != nil, after != nil { note(bytes[at], isKey: before == true) }
      if after == false, before == nil {
        parts.append(.between(start..<at + 1))
        start = at + 1
        begin()
      } else if before == false, after == nil {
        parts.append(.text(start..<at))
        start = at
      }
      for token in tokens { take(token, &parts) }
      tokens.removeAll(keepingCapacity: true)
    }
    if start < bytes.count {
      parts.append(tokenizer.openString == false ? .text(start..<bytes.count) : .between(start..<bytes.count))
    }
    return parts
  }

  private var path: [PathStep] { levels.map(\.step) }

  private mutating func begin() {
    (type, letters, isOfLetters, place) = ([], 0, true, interface.signature(at: path))
  }

  private mutating func note(_ byte: UInt8, isKey: Bool) {
    // Six bytes are the longest escape.
    if isKey, key.count < 6 * (PathStep.longestKey + 1) { key.append(byte) }
    if isKey { return }
    if levels.last?.step == Self.typeKey, type.count < Self.longestType { type.append(byte) }
    guard place != nil else { return }
    letters += 1
    // Some write each slash with a backslash.
    if !(Alphabet.base64[Int(byte)] < 64 || byte == 0x3D || byte == 0x5C) { isOfLetters = false }
  }

  private mutating func take(_ token: JSONToken, _ parts: inout [Part]) {
    switch token {
    case .beginObject:
      objects += 1
      levels.append(Level(step: .key([]), object: objects))
    case .beginArray: levels.append(Level(step: .index(0), object: levels.last?.object ?? 0))
    case .endObject, .endArray:
      if let level = levels.popLast(), !level.undecided.isEmpty {
        let isSignature = level.undecided.allSatisfy { Self.has($0, level.type) }
        parts.append(.decided(object: level.object, isSignature: isSignature))
      }
      advance()
    case .string(_, true):
      levels[levels.count - 1].step = .key(of: JSONString.view(key.span, 0..<key.count).text)
      key = []
    case .string(_, false):
      if let last = levels.indices.last, levels[last].step == Self.typeKey { levels[last].type = type }
      parts.append(.end(LeafPlace(path: path, standing: standing())))
      advance()
    case .number:
      parts.append(.number(LeafPlace(path: path, standing: .text), number))
      number = []
      advance()
    case .literal: advance()
    }
  }

  private mutating func standing() -> LeafPlace.Standing {
    guard let place, isOfLetters, letters >= ModelInterface.shortestSignature, let last = levels.indices.last else {
      return .text
    }
    // So many of one object are none of a provider's.
    if levels[last].undecided.count >= Self.mostUndecided { return .text }
    if place.types.isEmpty || levels[last].type != nil {
      return Self.has(place, levels[last].type) ? .signature : .text
    }
    levels[last].undecided.append(place)
    return .undecided(object: levels[last].object)
  }

  private static func has(_ place: ModelInterface.Place, _ type: [UInt8]?) -> Bool {
    place.types.isEmpty || place.types.contains { type?.elementsEqual($0.utf8) == true }
  }

  private mutating func advance() {
    guard let last = levels.last, case .index(let index) = last.step else { return }
    levels[levels.count - 1].step = .index(index + 1)
  }
}

/// Where a value stands.
package struct LeafPlace {
  package enum Standing: Equatable {
    case text
    /// A provider made it.
    case signature
    /// A signature if the object is of the right type, which is not known yet.
    case undecided(object: Int)
  }

  private let path: [PathStep]
  package let standing: Standing

  init(path: [PathStep], standing: Standing) { (self.path, self.standing) = (path, standing) }

  /// The nearest key.
  package var name: [UInt8] {
    for step in path.reversed() { if case .key(let key) = step { return key } }
    return []
  }

  /// Its keys, and `#` for each index.
  package var steps: [String] {
    path.map { step in
      switch step {
      case .key(let key): String(decoding: key, as: UTF8.self)
      case .index: "#"
      }
    }
  }

  /// RFC 6901, but that keys which no interface of models has are stars: they may be anything.
  package var pointer: String {
    let hidden = path.filter { step in
      guard case .key(let key) = step else { return false }
      return !Self.known.contains(String(decoding: key, as: UTF8.self))
    }
    return PathStep.pointer(path, hiding: Set(hidden))
  }

  private static let known: Set<String> = [
    "args", "arguments", "content", "contents", "data", "description", "encrypted_content", "file_data", "function",
    "functionCall", "functionResponse", "id", "image_url", "inlineData", "input", "instructions", "messages",
    "metadata", "model", "name", "output", "parameters", "parts", "prompt", "response", "role", "signature", "source",
    "summary", "system", "systemInstruction", "text", "thinking", "thought", "thoughtSignature", "tool_calls", "tools",
    "type", "url", "user",
  ]
}

/// What a string of JSON stands for.
package enum LeafText {
  /// - Parameter raw: between its quotes, as `LeafStream` gives it.
  package static func unescaped(_ raw: [UInt8]) -> [UInt8] {
    raw.contains(0x5C) ? JSONString.view(raw.span, 0..<raw.count).text : raw
  }
}
