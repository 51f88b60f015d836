/// A value together with the heap it lies in: the only form in which values are kept.
///
/// A `Value` is an address that nothing counts. It is good while its heap lives and is not reset, and the compiler may let go of a heap
/// after its last use, before the last use of its values. So the rule is: a raw value stands only in the engine, in a builtin's call, and
/// within the closures of `read`, `update` and `Heap.lending`. These keep the heap alive, and as `Value` is not `Sendable` and what they
/// give back must be, none gets out. Whoever needs one for longer keeps a document.
package struct Document {
  private let heap: Heap
  private let generation: Int
  private var value: Value

  /// What an evaluation came to; to be read before the next one.
  init(_ value: Value, in heap: Heap) {
    (self.heap, self.value, generation) = (heap, value, heap.generation)
  }

  /// An empty object in a heap of its own.
  package init(limit: Int = 1 << 30) { self.init(.emptyObject, in: Heap(limit: limit)) }

  /// Reads JSON into a heap of its own.
  package init(json: [UInt8], limit: Int = 1 << 30) throws(RegoError) {
    let heap = Heap(limit: limit)
    self.init(try JSONReader.read(json, into: heap), in: heap)
  }

  /// The value, for who holds the heap.
  func value(in heap: Heap) -> Value {
    if value.isUndefined { return value }
    precondition(self.heap === heap && generation == heap.generation, "a document of another heap or evaluation")
    return value
  }

  /// Stops if the heap was reset for another evaluation: there is nothing left to read.
  package func read<R: Sendable, E: Error>(_ body: (Value, Heap) throws(E) -> R) throws(E) -> R {
    precondition(generation == heap.generation, "a document is read after its evaluation")
    defer { withExtendedLifetime(heap) {} }
    return try body(value, heap)
  }

  /// Puts another value of the same heap in the place of this one.
  package mutating func update<E: Error>(_ body: (Value, Heap) throws(E) -> Value) throws(E) {
    precondition(generation == heap.generation, "a document is read after its evaluation")
    defer { withExtendedLifetime(heap) {} }
    value = try body(value, heap)
  }

  /// A part of it, in the same heap.
  package func part(_ body: (Value, Heap) -> Value) -> Document {
    var part = self
    part.update(body)
    return part
  }
}

extension Document {
  package static var nothing: Document { Document(.undefined, in: Heap(limit: 0)) }
  package var isUndefined: Bool { read { value, _ in value.isUndefined } }
  package var string: String? { read { value, _ in value.tag == .string ? String(value) : nil } }
  package var isObject: Bool { read { value, _ in value.tag == .object } }
  package var count: Int { read { value, _ in value.count } }

  package func item(_ index: Int) -> Document { part { value, _ in value.item(index) } }
  package subscript(key: String) -> Document { part { value, heap in value.child(heap.string(key)) } }

  package func json(escapesHTML: Bool = true, limit: Int = .max) -> [UInt8] {
    read { value, _ in JSONWriter.write(value, escapesHTML: escapesHTML, limit: limit) }
  }

  /// The JSON as text.
  package var text: String { String(decoding: json(), as: UTF8.self) }
}

extension Heap {
  /// A heap that lives for the body, for values that are needed no longer.
  package static func lending<R: Sendable, E: Error>(
    limit: Int = 1 << 30, _ body: (Heap) throws(E) -> R
  ) throws(E) -> R {
    let heap = Heap(limit: limit)
    defer { withExtendedLifetime(heap) {} }
    return try body(heap)
  }
}
