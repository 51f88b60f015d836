/// Reads JSON (RFC 8259) into a heap; of equal keys the last holds, as in OPA.
package struct JSONReader {
  private let bytes: [UInt8]
  private var position = 0
  private var depth = 0
  private let heap: Heap
  private static let maximumDepth = 1000

  private init(_ bytes: [UInt8], _ heap: Heap) {
    self.bytes = bytes
    self.heap = heap
  }

  package static func read(_ bytes: [UInt8], into heap: Heap) throws(RegoError) -> Value {
    guard String(validating: bytes, as: UTF8.self) != nil else { throw RegoError(.json, "invalid UTF-8") }
    var reader = JSONReader(bytes, heap)
    let value = try reader.value()
    reader.skipSpace()
    if reader.position < bytes.count { throw reader.problem("trailing text") }
    if heap.exhausted { throw RegoError(.cancelled, "memory limit exceeded") }
    return value
  }

  private func problem(_ why: String) -> RegoError { RegoError(.json, "\(why) at byte \(position)") }

  private var byte: UInt8 { position < bytes.count ? bytes[position] : 0 }

  private mutating func skipSpace() {
    while position < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[position]) { position += 1 }
  }

  private mutating func value() throws(RegoError) -> Value {
    skipSpace()
    switch byte {
    case 0x7B: return try object()
    case 0x5B: return try array()
    case 0x22: return try string()
    case 0x74: return try word("true", .true)
    case 0x66: return try word("false", .false)
    case 0x6E: return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func word(_ text: StaticString, _ value: Value) throws(RegoError) -> Value {
    let word = Array(text.description.utf8)
    guard bytes[position...].starts(with: word) else { throw problem("unexpected character") }
    position += word.count
    return value
  }

  private mutating func descend() throws(RegoError) {
    position += 1
    depth += 1
    if depth > Self.maximumDepth { throw problem("nesting too deep") }
    skipSpace()
  }

  private mutating func array() throws(RegoError) -> Value {
    try descend()
    defer { depth -= 1 }
    var items: [Value] = []
    if close(0x5D) { return .emptyArray }
    while true {
      items.append(try value())
      if try ends(0x5D) { return heap.array(items) }
    }
  }

  private mutating func object() throws(RegoError) -> Value {
    try descend()
    defer { depth -= 1 }
    var pairs: [(key: Value, value: Value)] = []
    if close(0x7D) { return .emptyObject }
    while true {
      skipSpace()
      guard byte == 0x22 else { throw problem("expected a key") }
      let key = try string()
      skipSpace()
      guard byte == 0x3A else { throw problem("expected a colon") }
      position += 1
      pairs.append((key, try value()))
      if try ends(0x7D) { return heap.object(pairs) }
    }
  }

  private mutating func close(_ bracket: UInt8) -> Bool {
    guard byte == bracket else { return false }
    position += 1
    return true
  }

  private mutating func ends(_ bracket: UInt8) throws(RegoError) -> Bool {
    skipSpace()
    if close(bracket) { return true }
    guard byte == 0x2C else { throw problem("expected a comma or the end") }
    position += 1
    return false
  }

  private mutating func string() throws(RegoError) -> Value {
    let start = position + 1
    var (end, escaped) = (start, false)
    while end < bytes.count, bytes[end] != 0x22 {
      if bytes[end] < 0x20 { throw problem("control character in string") }
      if bytes[end] == 0x5C {
        escaped = true
        end += 1
      }
      end += 1
    }
    guard end < bytes.count else { throw problem("string without end") }
    position = end + 1
    if !escaped { return heap.string(slice: bytes, start, end) }
    guard let text = StringLiteral.unescape(bytes[start..<end]) else { throw problem("wrong escape") }
    return heap.string(text)
  }

  private mutating func number() throws(RegoError) -> Value {
    let start = position
    if byte == 0x2D { position += 1 }
    let first = position
    guard digits() > 0, bytes[first] != 0x30 || position == first + 1 else { throw problem("unexpected character") }
    if byte == 0x2E {
      position += 1
      guard digits() > 0 else { throw problem("wrong number") }
    }
    if byte == 0x65 || byte == 0x45 {
      position += 1
      if byte == 0x2B || byte == 0x2D { position += 1 }
      guard digits() > 0 else { throw problem("wrong number") }
    }
    guard position - start <= Number.maximumLength else { throw problem("number too long") }
    return Number.make(bytes[start..<position], heap)
  }

  private mutating func digits() -> Int {
    let start = position
    while (0x30...0x39).contains(byte) { position += 1 }
    return position - start
  }
}
