import BaileyCast
package import BaileyCore
import Synchronization

/// Takes secrets out of a record, wherever they stand: what the finder knows, and what stands below or behind the name of one.
///
/// The log cannot be rewritten, so this is done before a record is written, and again before one leaves the machine, for what is older. What
/// cannot be looked at is withheld.
package final class SecretMask: RecordMasking {
  package static let mark = "[masked]"
  package static let withheld = "[withheld]"
  private static let ends = Set("\r\n\"'`".utf8)
  /// Where another command may begin.
  private static let commands = Set(";|&()".utf8)
  private static let separators = Set(" \t&?,;()<>[]{}|".utf8)

  private let finder: any SecretFinder
  private let clean = CleanTexts()
  private let known = Mutex<[SessionID: StreamMasker]>([:])

  /// - Parameter finder: without one, well-known forms of tokens are found.
  package init(_ finder: any SecretFinder = TokenFinder()) { self.finder = finder }

  /// As they are, whatever they look like, and, where the finder can do so, in any encoding.
  package func know(_ secrets: [KnownSecret], of session: SessionID) {
    let values = secrets.map { String(decoding: $0.value, as: UTF8.self) }.filter { !$0.isEmpty }
    if values.isEmpty { return }
    known.withLock { $0[session] = StreamMasker(secrets: values) }
    finder.know(secrets, of: session)
  }

  package func forget(_ session: SessionID) {
    known.withLock { $0[session] = nil }
    finder.forget(session)
  }

  package func masked(_ record: JSON) -> JSON { masked(record, of: nil) }

  package func masked(_ body: JSON, of session: SessionID?) -> JSON {
    masked(
      body, name: "", Sight(session: session, masker: session.flatMap { session in known.withLock { $0[session] } }))
  }

  private func masked(_ value: JSON, name: String, _ sight: Sight) -> JSON {
    switch value {
    case .null, .bool: return value
    case .int: return SecretNames.isField(name) ? .string(Self.mark) : value
    case .string(let text):
      if SecretNames.isField(name) { return text.isEmpty ? value : .string(Self.mark) }
      return .string(masked([text], sight)[0])
    case .array(let elements):
      if SecretNames.isField(name) { return .array(elements.map { _ in .string(Self.mark) }) }
      let texts = elements.compactMap(\.string)
      guard !texts.isEmpty else { return .array(elements.map { masked($0, name: name, sight) }) }
      var rest = masked(texts, sight)[...]
      return .array(
        elements.map { element in
          if element.string != nil, let text = rest.popFirst() { return .string(text) }
          return masked(element, name: name, sight)
        })
    case .object(let members):
      if SecretNames.isField(name) { return .string(Self.mark) }
      let pairs = members.map { (masked([$0.key], sight)[0], masked($0.value, name: $0.key, sight)) }
      return .object(Dictionary(pairs, uniquingKeysWith: { first, _ in first }))
    }
  }

  /// Texts that belong together, as arguments do: the word after `--token` is one of its own.
  private func masked(_ texts: [String], _ sight: Sight) -> [String] {
    let texts = sight.masker.map { masker in texts.map { masker.masked($0) } } ?? texts
    let basis = finder.basis(of: sight.session)
    if clean.contains(texts, basis) { return texts }
    guard let found = JoinedTexts(texts).masked(finder, sight.session, knows: basis.known != 0) else {
      return texts.map { _ in Self.withheld }
    }
    var words = SecretWords()
    let result = found.map { masked($0, &words) }
    if result == texts { clean.insert(texts, basis) }
    return result
  }

  private func masked(_ text: String, _ words: inout SecretWords) -> String {
    if isWhole(text) { return Self.mark }
    return text.mappingPieces(Self.ends) { line in
      words.beginLine()
      return line.mappingPieces(Self.commands) { command in
        words.beginCommand()
        return command.mappingPieces(Self.separators) { words.masked($0) }
      }
    }
  }

  /// `Bearer x`, and a private key, go as a whole: their parts look like nothing.
  private func isWhole(_ text: String) -> Bool {
    ["Bearer ", "Basic ", "-----BEGIN "].contains { text.hasPrefix($0) } && SecretShape.isSecret(value: text) != nil
  }
}

/// Whose texts are looked at, and what that session knows.
private struct Sight {
  var session: SessionID?
  var masker: StreamMasker?
}

/// Texts that were looked at and held nothing, since a log says the same again and again. They stay in memory only.
private final class CleanTexts: Sendable {
  private static let limit = 4096
  private static let longest = 512
  private struct Key: Hashable {
    var texts: [String]
    var known: Int
  }
  private let state = Mutex<(rules: Int, keys: Set<Key>)>((0, []))

  func contains(_ texts: [String], _ basis: InspectionBasis) -> Bool {
    state.withLock { $0.rules == basis.rules && $0.keys.contains(Key(texts: texts, known: basis.known)) }
  }

  func insert(_ texts: [String], _ basis: InspectionBasis) {
    guard texts.reduce(0, { $0 + $1.utf8.count }) <= Self.longest else { return }
    state.withLock { state in
      if state.rules != basis.rules || state.keys.count >= Self.limit { state = (basis.rules, []) }
      state.keys.insert(Key(texts: texts, known: basis.known))
    }
  }
}
