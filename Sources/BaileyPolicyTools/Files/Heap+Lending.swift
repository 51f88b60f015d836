internal import BaileyRego

extension Heap {
  /// A heap that lives for the body: its values must not leave it.
  static func lending<R, E: Error>(_ body: (Heap) throws(E) -> R) throws(E) -> R {
    let heap = Heap()
    defer { withExtendedLifetime(heap) {} }
    return try body(heap)
  }
}

/// A JSON string of a text.
func quoted(_ text: some Collection<UInt8>) -> String {
  Heap.lending { String(decoding: JSONWriter.write($0.string(Array(text))), as: UTF8.self) }
}
