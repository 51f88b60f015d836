internal import BaileyRego
private import Synchronization

/// Compiled patterns, shared by all evaluations: a policy uses the same few again and again.
final class PatternCache: Sendable {
  static let shared = PatternCache()

  private let patterns = Mutex<[[UInt8]: Pattern]>([:])
  private static let capacity = 64

  func pattern(_ text: Text) throws(BuiltinFailure) -> Pattern { try pattern(Array(text)) }

  func pattern(_ source: [UInt8]) throws(BuiltinFailure) -> Pattern {
    if let known = patterns.withLock({ $0[source] }) { return known }
    let made: Pattern
    do throws(PatternError) { made = try Pattern(source) } catch { throw BuiltinFailure(error.message) }
    patterns.withLock { patterns in
      // Which one goes matters little: what is in use comes back with the next call.
      if patterns.count >= Self.capacity, let first = patterns.keys.first { patterns[first] = nil }
      patterns[source] = made
    }
    return made
  }
}
