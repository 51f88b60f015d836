package import BaileyCore

/// Takes an object of the local API apart, member by member; what is left over at the end is an error.
///
/// A text never holds a NUL byte: whatever crosses this API may become a C string.
package struct Fields {
  private var members: [String: JSON]

  package init(_ json: JSON) throws(WireError) {
    guard case .object(let members) = json else { throw .notAnObject }
    self.members = members
  }

  /// Refuses every member that was not asked for.
  package func end() throws(WireError) {
    if let key = members.keys.min() { throw .unknownMember(key) }
  }

  /// A member that must be there; JSON's `null` is not "absent".
  package mutating func value(_ key: String) throws(WireError) -> JSON {
    guard let value = members.removeValue(forKey: key) else { throw .missing(key) }
    return value
  }

  package mutating func optional(_ key: String) -> JSON? { members.removeValue(forKey: key) }

  package mutating func string(_ key: String, limit: Int = WireLimit.text) throws(WireError) -> String {
    try Self.text(try value(key), key, limit)
  }

  package mutating func optionalString(_ key: String, limit: Int = WireLimit.text) throws(WireError) -> String? {
    guard let value = optional(key) else { return nil }
    return try Self.text(value, key, limit)
  }

  /// Absent is empty.
  package mutating func strings(_ key: String, count: Int = WireLimit.list, limit: Int = WireLimit.text)
    throws(WireError) -> [String]
  {
    var result: [String] = []
    for element in try list(key, count: count) { result.append(try Self.text(element, key, limit)) }
    return result
  }

  /// Absent is empty.
  package mutating func list(_ key: String, count: Int = WireLimit.list) throws(WireError) -> [JSON] {
    guard let value = optional(key) else { return [] }
    guard let elements = value.array else { throw .wrongType(key) }
    if elements.count > count { throw .tooLong(key) }
    return elements
  }

  /// Absent is `false`.
  package mutating func flag(_ key: String) throws(WireError) -> Bool {
    guard let value = optional(key) else { return false }
    guard let flag = value.bool else { throw .wrongType(key) }
    return flag
  }

  package mutating func integer<T: FixedWidthInteger>(_ key: String, as type: T.Type) throws(WireError) -> T {
    guard let number = try value(key).int else { throw .wrongType(key) }
    guard let result = T(exactly: number) else { throw .badValue(key) }
    return result
  }

  package mutating func optionalInteger<T: FixedWidthInteger>(_ key: String, as type: T.Type) throws(WireError) -> T? {
    members[key] == nil ? nil : try integer(key, as: type)
  }

  /// Absent is empty.
  package mutating func integers<T: FixedWidthInteger>(_ key: String, as type: T.Type, count: Int = WireLimit.list)
    throws(WireError) -> [T]
  {
    var result: [T] = []
    for element in try list(key, count: count) {
      guard let number = element.int else { throw .wrongType(key) }
      guard let value = T(exactly: number) else { throw .badValue(key) }
      result.append(value)
    }
    return result
  }

  package mutating func choice<T: RawRepresentable<String>>(_ key: String, _ type: T.Type) throws(WireError) -> T {
    guard let choice = T(rawValue: try string(key)) else { throw .badValue(key) }
    return choice
  }

  /// Bytes that are mostly text, as `JSON.init(bytes:)` writes them: names of files.
  package static func bytes(_ json: JSON, _ key: String, limit: Int = WireLimit.text) throws(WireError) -> [UInt8] {
    guard let bytes = json.bytes else { throw .wrongType(key) }
    if bytes.count > limit { throw .tooLong(key) }
    if bytes.contains(0) { throw .nulByte(key) }
    return bytes
  }

  private static func text(_ value: JSON, _ key: String, _ limit: Int) throws(WireError) -> String {
    guard let text = value.string else { throw .wrongType(key) }
    if text.utf8.count > limit { throw .tooLong(key) }
    if text.utf8.contains(0) { throw .nulByte(key) }
    return text
  }
}

/// How much of anything one message may hold.
package enum WireLimit {
  /// Bytes of a path, a name or a sentence: PATH_MAX.
  package static let text = 4096
  /// Bytes of one argument or variable: MAX_ARG_STRLEN of the kernel.
  package static let argument = 128 << 10
  package static let arguments = 65536
  package static let variables = 16384
  package static let list = 4096
  /// Paths of a selection, entries of a change set: projects are large.
  package static let paths = 1 << 20
  /// Descriptors with one message: the three standard streams.
  package static let descriptors = 3
  /// Bytes of a frame's payload.
  package static let frame = 16 << 20
  /// Bytes of a message that comes in several frames; only a client takes those.
  package static let message = 256 << 20
}
