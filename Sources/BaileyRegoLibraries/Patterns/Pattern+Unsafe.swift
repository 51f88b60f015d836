internal import BaileyRego
private import CBaileyRE2

// SAFETY (whole file): the handle is made and freed once, by this class; RE2 patterns do not change after they are made and may be
// used by several threads. Buffers live for the call that reads them, and the shim writes no more than it is told.

/// A compiled pattern. Matching takes time linear in the text.
@safe final class Pattern: @unchecked Sendable {
  private let handle: OpaquePointer
  let names: [String]
  let source: String

  static let maximumLength = 1 << 16
  private static let maximumMemory: Int64 = 4 << 20

  init(_ source: [UInt8]) throws(PatternError) {
    guard source.count <= Self.maximumLength else { throw PatternError("expression too large", source.prefix(64)) }
    let pattern = try GoPattern(source)
    var (code, used) = (CInt(0), 0)
    var detail = [UInt8](repeating: 0, count: 256)
    let made = unsafe pattern.text.withUnsafeBytes { text in
      unsafe detail.withUnsafeMutableBytes { detail in
        let start = unsafe text.baseAddress?.assumingMemoryBound(to: CChar.self)
        let room = unsafe detail.baseAddress?.assumingMemoryBound(to: CChar.self)
        return unsafe bailey_re2_new(start, text.count, Self.maximumMemory, &code, room, detail.count, &used)
      }
    }
    guard let made = unsafe made else { throw Self.error(Int(code), detail[..<used], source) }
    unsafe handle = made
    names = pattern.names
    self.source = String(decoding: source, as: UTF8.self)
  }

  deinit { unsafe bailey_re2_free(handle) }

  /// Where a match and its groups stand; nil for a group that took no part.
  typealias Spans = [Range<Int>?]

  func isMatch(_ text: Text) -> Bool {
    unsafe text.withBytes { unsafe find($0, 0, nil, 0) }
  }

  /// Every match in turn, as Go's `FindAll`: an empty match right behind another one does not count.
  ///
  /// Each search may look at the whole rest of the text, so each is paid for.
  func matches(
    _ text: Text, limit: Int, groups: Int, _ context: BuiltinContext
  ) throws(BuiltinFailure) -> [Spans] {
    let result: Result<[Spans], BuiltinFailure> = unsafe text.withBytes { bytes in
      var (found, at, previousEnd) = ([Spans](), 0, -1)
      var raw = [Int64](repeating: -1, count: groups * 2)
      while at <= bytes.count, limit < 0 || found.count < limit, unsafe find(bytes, at, &raw, groups) {
        do throws(BuiltinFailure) { try context.spend(1 + bytes.count >> 12) } catch { return .failure(error) }
        let (start, end) = (Int(raw[0]), Int(raw[1]))
        if start != end || end != previousEnd { found.append(Self.spans(raw)) }
        previousEnd = end
        at = end
        if start == end { at += Self.step(at < bytes.count ? unsafe bytes[at] : 0) }
      }
      return .success(found)
    }
    return try result.get()
  }

  private func find(
    _ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ spans: UnsafeMutablePointer<Int64>?, _ count: Int
  )
    -> Bool
  {
    unsafe text.withMemoryRebound(to: CChar.self) { text in
      unsafe bailey_re2_find(handle, text.baseAddress, text.count, start, spans, CInt(count)) == 1
    }
  }

  private static func spans(_ raw: [Int64]) -> Spans {
    stride(from: 0, to: raw.count, by: 2).map { raw[$0] < 0 ? nil : Int(raw[$0])..<Int(raw[$0 + 1]) }
  }

  /// How many bytes the code point has that starts with this one.
  private static func step(_ byte: UInt8) -> Int { byte < 0xC0 ? 1 : (byte < 0xE0 ? 2 : (byte < 0xF0 ? 3 : 4)) }

  private static let reasons = [
    2: "invalid escape sequence", 3: "invalid character class", 4: "invalid character class range",
    5: "missing closing ]", 6: "missing closing )", 7: "unexpected )", 8: "trailing backslash at end of expression",
    9: "missing argument to repetition operator", 10: "invalid repeat count", 11: "invalid nested repetition operator",
    12: "invalid or unsupported Perl syntax", 13: "invalid UTF-8", 14: "invalid named capture",
    15: "expression too large",
  ]

  private static func error(_ code: Int, _ detail: ArraySlice<UInt8>, _ source: [UInt8]) -> PatternError {
    // Go shows the whole pattern where a parenthesis has no partner.
    let part = code == 6 || code == 7 ? source[...] : (code == 8 ? [] : detail)
    return PatternError(reasons[code] ?? "internal error", part)
  }
}
