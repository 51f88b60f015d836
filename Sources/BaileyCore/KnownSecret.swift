/// A secret whose value is known, and the name that it is told by. It stays in memory, and nothing prints the value.
package struct KnownSecret: Sendable, Equatable {
  package let name: String
  package let value: [UInt8]

  package init(_ name: String, _ value: [UInt8]) {
    self.name = name
    self.value = value
  }
}

extension KnownSecret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "KnownSecret(\(name), redacted)" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: ["name": name]) }
}
