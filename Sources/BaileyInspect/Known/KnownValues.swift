/// A secret whose value is known, and the name by which it is told.
public struct KnownValue: Sendable {
  public let name: String
  let value: [UInt8]

  /// - Parameter value: white space around it is no part of it.
  public init(name: String, value: [UInt8]) {
    self.name = name
    let tail = value.drop { Bytes.isSpace($0) }
    self.value = Array(
      tail.prefix((tail.lastIndex { !Bytes.isSpace($0) } ?? tail.startIndex - 1) - tail.startIndex + 1))
  }
}

/// Secrets whose values are known, made ready to be found exactly, plain or disguised.
///
/// A finding of the rule `known-value` is certain and has the value's name in `notes["name"]`. At most 10,000 values of at most 64 KiB, and 64 MiB
/// with all their forms.
public struct KnownValues: Sendable {
  /// Names of values that are not looked for: shorter than 8 bytes, too plain to tell anything, or more than the limits allow.
  public let omitted: [String]
  let table: KnownTable
  /// By value.
  let names: [String]
  private let values: [[UInt8]]

  static let shortest = 8
  static let longest = 64 << 10
  static let most = 10_000
  static let mostBytes = 64 << 20

  public init(_ values: [KnownValue]) {
    var omitted: [String] = []
    var numbers: [[UInt8]: Int] = [:]
    var names: [[String]] = []
    var builder = KnownTable.Builder()
    for known in values {
      if let number = numbers[known.value] {
        if !names[number].contains(known.name) { names[number].append(known.name) }
      } else if !Plainness.isPlain(known.value), names.count < Self.most, builder.add(known.value, UInt32(names.count))
      {
        numbers[known.value] = names.count
        names.append([known.name])
      } else {
        omitted.append(known.name)
      }
    }
    (self.omitted, table) = (omitted, builder.made())
    self.names = names.map { $0.joined(separator: ", ") }
    self.values = numbers.sorted { $0.value < $1.value }.map(\.key)
  }

  public var count: Int { values.count }
  /// Bytes that it holds, about.
  package var size: Int { table.size }
  public var isEmpty: Bool { values.isEmpty }

  func value(_ number: Int) -> [UInt8] { values[number] }

  /// Whether bytes are a form of a value, or the beginning of one that has so many bytes.
  func isForm(_ bytes: ArraySlice<UInt8>, count: Int) -> Bool {
    table.entries.contains { entry in
      entry.range.count == count && table.pool[entry.range].starts(with: bytes)
    }
  }
}

extension KnownValue: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "KnownValue(\(name), redacted)" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: ["name": name]) }
}

extension KnownValues: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "KnownValues(\(count), redacted)" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: ["count": count]) }
}
