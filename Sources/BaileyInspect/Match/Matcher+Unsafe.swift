private import CBaileyRE2

// SAFETY (whole file): the handle is made and freed once, by this class; RE2 patterns do not change after they are made and may be used
// by several threads. Buffers live for the call that reads them, and the shim writes no more than it is told.

/// Why a pattern is none.
struct PatternIssue: Error {
  let why: String
}

/// A compiled pattern over bytes. Matching takes time linear in the text.
@safe final class Matcher: @unchecked Sendable {
  private let handle: OpaquePointer
  private let groups: Int
  private let lead: Lead

  private static let maximumMemory: Int64 = 2 << 20

  /// - Parameter lead: what a match begins with; without it, it is read from the source.
  init(_ source: String, lead: Lead? = nil) throws(PatternIssue) {
    var (code, used) = (CInt(0), 0)
    var detail = [UInt8](repeating: 0, count: 128)
    let bytes = Array(source.utf8)
    let made = unsafe bytes.withUnsafeBytes { text in
      unsafe detail.withUnsafeMutableBytes { detail in
        let start = unsafe text.baseAddress?.assumingMemoryBound(to: CChar.self)
        let room = unsafe detail.baseAddress?.assumingMemoryBound(to: CChar.self)
        return unsafe bailey_re2_new_bytes(start, text.count, Self.maximumMemory, &code, room, detail.count, &used)
      }
    }
    guard let made = unsafe made else {
      let part = String(decoding: detail[..<used], as: UTF8.self)
      throw PatternIssue(why: "the pattern is wrong near `\(part)`")
    }
    unsafe handle = made
    self.lead = lead ?? Lead(source)
    groups = unsafe min(2, Int(bailey_re2_groups(made)))
  }

  deinit { unsafe bailey_re2_free(handle) }

  /// A match that begins exactly at `start` and ends before `end`: the whole, and the first of its first two
  /// groups that took part.
  func match(_ text: Span<UInt8>, at start: Int, before end: Int) -> (whole: Range<Int>, value: Range<Int>)? {
    guard start >= 0, start <= end, end <= text.count, lead.admits(text, at: start, before: end) else { return nil }
    return search(text, start, end, anchored: true)
  }

  /// The first match that begins from `start` on.
  func find(_ text: Span<UInt8>, from start: Int, before end: Int) -> (whole: Range<Int>, value: Range<Int>)? {
    search(text, start, end, anchored: false)
  }

  private func search(
    _ text: Span<UInt8>, _ start: Int, _ end: Int, anchored: Bool
  ) -> (whole: Range<Int>, value: Range<Int>)? {
    guard start >= 0, start <= end, end <= text.count else { return nil }
    defer { withExtendedLifetime(self) {} }
    var spans: (Int64, Int64, Int64, Int64, Int64, Int64) = (-1, -1, -1, -1, -1, -1)
    let found = unsafe text.withUnsafeBytes { bytes in
      unsafe withUnsafeMutableBytes(of: &spans) { spans in
        let text = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
        let room = unsafe spans.baseAddress?.assumingMemoryBound(to: Int64.self)
        let search = unsafe anchored ? bailey_re2_match : bailey_re2_find
        // Most are none, and without groups RE2 sees that soonest.
        if groups > 0, unsafe search(handle, text, end, start, room, 0) != 1 { return CInt(0) }
        return unsafe search(handle, text, end, start, room, CInt(groups + 1))
      }
    }
    guard found == 1 else { return nil }
    let whole = Int(spans.0)..<Int(spans.1)
    if spans.2 >= 0 { return (whole, Int(spans.2)..<Int(spans.3)) }
    return (whole, spans.4 >= 0 ? Int(spans.4)..<Int(spans.5) : whole)
  }
}
