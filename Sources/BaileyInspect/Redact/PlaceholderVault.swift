internal import Synchronization

/// Stand-ins for values, for one session: the same value has the same stand-in.
///
/// A placeholder is of chance and says nothing about its value. It has letters, digits and dashes only, so that it stands in JSON, URLs,
/// headers and SQL as it is: `BAILEY-PLACEHOLDER-github-pat-` and 26 letters of 5 bits. Values are in memory only; nothing prints them.
public final class PlaceholderVault: Sendable {
  private struct State {
    var placeholders: [[UInt8]: [UInt8]] = [:]
    var values: [[UInt8]: [UInt8]] = [:]
    var bytes = 0
  }

  private let state = Mutex(State())
  private let maximumCount: Int
  private let maximumBytes: Int

  /// - Parameters:
  ///   - maximumCount: so many values, and no more.
  ///   - maximumBytes: of all values together.
  public init(maximumCount: Int = 10_000, maximumBytes: Int = 4 << 20) {
    (self.maximumCount, self.maximumBytes) = (maximumCount, maximumBytes)
  }

  public var count: Int { state.withLock { $0.values.count } }

  /// Nil when the vault is full.
  func placeholder(for value: [UInt8], rule: String) -> [UInt8]? {
    state.withLock { state in
      if let known = state.placeholders[value] { return known }
      guard state.values.count < maximumCount, state.bytes + value.count <= maximumBytes else { return nil }
      let made = Placeholder.random(rule: rule)
      state.placeholders[value] = made
      state.values[made] = value
      state.bytes += value.count
      return made
    }
  }

  func value(of placeholder: [UInt8]) -> [UInt8]? { state.withLock { $0.values[placeholder] } }
}

extension PlaceholderVault: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "placeholders" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// The form of a placeholder. The word in it makes rules take it for what it is.
enum Placeholder {
  static let mark = Array("BAILEY-PLACEHOLDER-".utf8)
  static let longestRule = 48
  /// Letters of chance: 130 bits.
  static let tail = 26
  /// No digit comes first, and no letter is small: so the tail can be told from the rule.
  private static let letters = Array("ABCDEFGHJKLMNPQRSTUVWXYZ23456789".utf8)

  static func random(rule: String) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    let first = letters[Int.random(in: 0..<24, using: &generator)]
    let rest = (1..<tail).map { _ in letters[Int.random(in: 0..<32, using: &generator)] }
    return mark + name(rule) + [0x2D, first] + rest
  }

  /// The name of a rule in letters that need no escape anywhere.
  static func name(_ rule: String) -> [UInt8] { rule.utf8.prefix(longestRule).map { isRule($0) ? $0 : 0x2D } }

  static func isRule(_ byte: UInt8) -> Bool { Bytes.isLower(byte) || Bytes.isDigit(byte) || byte == 0x2D }

  enum Reading: Equatable {
    case none, unfinished
    case whole(Int)
  }

  /// How long the placeholder at the beginning of these bytes is.
  static func read(_ bytes: ArraySlice<UInt8>) -> Reading {
    let head = bytes.prefix(mark.count)
    guard mark.starts(with: head) else { return .none }
    guard head.count == mark.count else { return .unfinished }
    let body = bytes.dropFirst(mark.count)
    let name = body.prefix(longestRule + 2).prefix { isRule($0) }
    guard name.count <= longestRule + 1 else { return .none }
    let end = body.dropFirst(name.count).prefix(tail)
    guard end.allSatisfy({ letters.contains($0) }) else { return .none }
    if end.count == tail { return name.last == 0x2D ? .whole(mark.count + name.count + tail) : .none }
    return name.count + end.count == body.count ? .unfinished : .none
  }
}
