internal import BaileyRego

/// A text template in the part of Go's `text/template` that policies use: fields, variables, literals, `if`, `range`, `with`,
/// comments, trimming and a few functions. What is not known here is an error, never passed over.
struct Template {
  indirect enum Operand {
    case field([String])
    case variable(String, [String])
    case literal(Value)
    case call(String, [Operand])
  }

  indirect enum Node {
    case text([UInt8])
    case show(Operand)
    case scope([Node])
    case assign(String, Operand, isNew: Bool)
    case condition(Operand, [Node], [Node])
    case with(Operand, [Node], [Node])
    case range(key: String?, value: String?, Operand, [Node], [Node])
  }

  static let functions: [String: ClosedRange<Int>] = [
    "len": 1...1, "not": 1...1, "and": 1...20, "or": 1...20, "index": 1...20, "print": 0...20, "eq": 2...20,
    "ne": 2...2,
  ]
  static let maximumSize = 1 << 20
  static let maximumDepth = 100

  let nodes: [Node]

  init(_ source: [UInt8], _ heap: Heap) throws(BuiltinFailure) {
    guard source.count <= Self.maximumSize else { throw BuiltinFailure("template: template: too long") }
    var parser = TemplateParser(source, heap)
    nodes = try parser.document()
  }
}
