import BaileyRego

/// An input as a program holds it: what a decision costs without JSON.
indirect enum TypedInput {
  case null
  case flag(Bool)
  case number(Int)
  case text([UInt8])
  case list([TypedInput])
  case record([(name: [UInt8], value: TypedInput)])

  init(_ value: Value) {
    switch value.tag {
    case .boolean: self = .flag(JSONWriter.write(value).count == 4)
    case .integer: self = .number(Int(String(value)) ?? 0)
    case .string: self = .text(Array(value.text))
    case .array: self = .list((0..<value.count).map { TypedInput(value.item($0)) })
    case .object:
      self = .record((0..<value.count).map { (Array(value.item($0).text), TypedInput(value.value($0))) })
    default: self = .null
    }
  }

  func value(_ heap: Heap) -> Value {
    switch self {
    case .null: .null
    case .flag(let flag): Value(flag)
    case .number(let number): heap.integer(number)
    case .text(let bytes): heap.string(bytes)
    case .list(let items): heap.array(items.map { $0.value(heap) })
    case .record(let fields): heap.object(fields.map { (key: heap.string($0.name), value: $0.value.value(heap)) })
    }
  }
}
