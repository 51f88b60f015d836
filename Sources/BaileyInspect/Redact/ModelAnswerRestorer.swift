/// Where placeholders in a model's answer are turned back.
public struct RestorePolicy: Sendable {
  public enum Tools: Sendable, Equatable {
    case none, all
    case named(Set<String>)
  }

  /// In the inputs of which tools.
  public var tools: Tools
  /// In what the model says to people.
  public var text: Bool

  public init(tools: Tools = .none, text: Bool = false) { (self.tools, self.text) = (tools, text) }

  func allows(_ field: AnswerField, tool: [UInt8]?) -> Bool {
    guard field.use == .tool else { return text }
    switch tools {
    case .none: return false
    case .all: return true
    case .named(let names): return tool.map { names.contains(String(decoding: $0, as: UTF8.self)) } ?? false
    }
  }
}

/// Puts values back into a model's answer, where the policy says so: whole, or as a stream of events.
///
/// A placeholder may be cut over several events. What is no JSON goes on as it is, with placeholders; so do answers larger than 32 MiB, events
/// larger than 4 MiB, and events of more than 256 pieces, or of so many that they would be kept in more than 4 MiB.
public final class ModelAnswerRestorer {
  private static let longestAnswer = 32 << 20
  private static let longestEvent = 4 << 20
  /// Parts of one answer whose tools are known.
  private static let mostTools = 4096

  private let fields: [AnswerField]
  private let policy: RestorePolicy
  private let vault: PlaceholderVault
  /// Lines of an event that is not whole yet, and where the last of them begins.
  private var held: [UInt8] = []
  private var line = 0
  private var isTooLong = false
  private var parts: OpenParts
  private var tools: [String: [UInt8]] = [:]

  public init(_ vault: PlaceholderVault, interface: ModelInterface, policy: RestorePolicy) {
    (self.vault, self.policy, fields) = (vault, policy, interface.answerFields)
    parts = OpenParts(vault)
  }

  /// A whole answer.
  public func restore(_ body: [UInt8]) -> [UInt8] {
    guard body.count <= Self.longestAnswer, let document = AnswerDocument(body, fields) else { return body }
    note(document)
    return Self.apply(edits(document.places.filter(isAllowed), isStream: false), body)
  }

  /// Takes the next bytes of a stream of events, and gives the events that are whole.
  public func feed(_ bytes: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    for byte in bytes {
      held.append(byte)
      if byte == 0x0A { out += endLine() }
      if held.count > Self.longestEvent { out += passHeld(isTooLong: true) }
    }
    return out
  }

  /// The rest of the stream.
  public func finish() -> [UInt8] {
    event() + parts.flush()
  }

  private func endLine() -> [UInt8] {
    let isEmpty = held[line...].allSatisfy { $0 == 0x0A || $0 == 0x0D }
    line = held.count
    guard isEmpty else { return isTooLong ? passHeld(isTooLong: true) : [] }
    return event()
  }

  private func passHeld(isTooLong: Bool) -> [UInt8] {
    defer { (held, line) = ([], 0) }
    self.isTooLong = isTooLong
    return held
  }

  /// All that is held, as one event.
  private func event() -> [UInt8] {
    guard !isTooLong, let begin = data(), let end = held[begin...].lastIndex(of: 0x7D),
      let document = AnswerDocument(Array(held[begin...end]), fields)
    else { return (isTooLong || held.isEmpty ? [] : flushIfData()) + passHeld(isTooLong: false) }
    let lines = passHeld(isTooLong: false)
    note(document)
    let allowed = document.places.filter(isAllowed)
    let count = allowed.count(where: \.isPiece)
    guard OpenParts.fits(count, end + 1 - begin) else { return parts.flush() + lines }
    let isPing = document.type.map { $0.elementsEqual("ping".utf8) } ?? false
    let goesOn = isPing || count > 0 && parts.hasRoom(count, lines.count)
    let event = AnswerEvent(
      head: Array(lines[..<begin]), data: Array(lines[begin...end]), tail: Array(lines[(end + 1)...]))
    return (goesOn ? [] : parts.flush()) + edited(event, document, allowed)
  }

  /// Where the data of the event begins, which has to be one object in one line.
  private func data() -> Int? {
    let mark = Array("data:".utf8)
    let starts = held.indices.filter { ($0 == 0 || held[$0 - 1] == 0x0A) && held[$0...].starts(with: mark) }
    guard starts.count == 1 else { return nil }
    let begin = held[(starts[0] + mark.count)...].first { $0 != 0x20 } == 0x7B
    return begin ? held[starts[0]...].firstIndex(of: 0x7B) : nil
  }

  /// A comment does not end a part; `[DONE]` does.
  private func flushIfData() -> [UInt8] {
    held.split(separator: 0x0A).contains { $0.starts(with: "data:".utf8) } ? parts.flush() : []
  }

  private func note(_ document: AnswerDocument) {
    for (part, name) in document.tools where tools.count < Self.mostTools || tools[part] != nil { tools[part] = name }
  }

  private func isAllowed(_ place: AnswerPlace) -> Bool { policy.allows(place.field, tool: tools[place.part]) }

  /// All that is whole shares one limit of what values may add.
  private func edits(_ allowed: [AnswerPlace], isStream: Bool) -> [(Range<Int>, [UInt8])] {
    var restorer = PlaceholderRestorer(vault)
    return allowed.compactMap { place in
      let old = place.leaf.view.text
      let text = place.isPiece && isStream ? parts.feed(place) : restorer.whole(old, place.field.escaping)
      return text == old ? nil : (place.leaf.range, JSONString.escape(text))
    }
  }

  private func edited(_ event: AnswerEvent, _ document: AnswerDocument, _ allowed: [AnswerPlace]) -> [UInt8] {
    let edits = edits(allowed, isStream: true)
    let pieces = document.places.filter(\.isPiece).map(\.leaf.range)
    parts.keep(allowed.filter(\.isPiece), of: pieces, in: event)
    return event.head + Self.apply(edits, event.data) + event.tail
  }

  private static func apply(_ edits: [(Range<Int>, [UInt8])], _ bytes: [UInt8]) -> [UInt8] {
    var (out, done) = ([UInt8](), 0)
    for (range, text) in edits {
      out += bytes[done..<range.lowerBound] + text
      done = range.upperBound
    }
    return out + bytes[done...]
  }
}
