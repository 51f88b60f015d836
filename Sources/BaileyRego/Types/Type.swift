/// The type of a value, as far as the text of a policy tells it.
///
/// Where no type is known yet, there is nil in its place. Large types become `anything`: what is checked stays small.
struct Type: Sendable {
  indirect enum Shape: Sendable {
    case null, boolean, number, string
    /// Items that are known one by one, or any number of others.
    case array([Type?], rest: Type?)
    case object([Field], rest: Rest?)
    case set(Type?)
    /// One of several; of none is any value at all.
    case any([Type])
    case function([Type?], result: Type?)
  }

  /// A property whose key is known.
  struct Field: Sendable {
    var key: Key
    var type: Type?
  }

  /// Properties whose keys are not known.
  struct Rest: Sendable {
    var key: Type?
    var value: Type?
  }

  /// A constant as key: its text in JSON.
  struct Key: Sendable, Equatable {
    var text: [UInt8]
    var type: Type

    static func == (left: Key, right: Key) -> Bool { left.text == right.text }
  }

  let shape: Shape
  private let size: Int
  private static let maximumSize = 2048
  private static let maximumUnion = 100

  private init(_ shape: Shape, size: Int) {
    self.shape = shape
    self.size = size
  }

  static let null = Type(.null, size: 1)
  static let boolean = Type(.boolean, size: 1)
  static let number = Type(.number, size: 1)
  static let string = Type(.string, size: 1)
  static let anything = Type(.any([]), size: 1)

  private static func sized(_ shape: Shape, _ parts: some Sequence<Type?>) -> Type {
    let size = parts.reduce(1) { $0 + ($1?.size ?? 1) }
    return size > maximumSize ? .anything : Type(shape, size: size)
  }

  static func array(_ items: [Type?], rest: Type? = nil) -> Type {
    sized(.array(items, rest: rest), items + [rest])
  }

  static func set(_ of: Type?) -> Type { sized(.set(of), [of]) }

  static func object(_ fields: [Field], rest: Rest? = nil) -> Type {
    sized(.object(fields, rest: rest), fields.map(\.type) + [rest?.key, rest?.value])
  }

  static func function(_ parameters: [Type?], result: Type?) -> Type {
    sized(.function(parameters, result: result), parameters + [result])
  }

  static func any(_ types: [Type]) -> Type {
    types.count > maximumUnion ? .anything : sized(.any(types), types.map { $0 })
  }

  var isAnything: Bool { if case .any(let types) = shape { types.isEmpty } else { false } }

  // MARK: Unions

  /// What is of the one type or the other.
  static func either(_ left: Type?, _ right: Type?) -> Type? {
    guard let left else { return right }
    guard let right else { return left }
    if case .function(let first, let firstResult) = left.shape {
      guard case .function(let second, let secondResult) = right.shape, first.count == second.count else { return nil }
      return function(zip(first, second).map { either($0, $1) }, result: either(firstResult, secondResult))
    }
    if left.isAnything || right.isAnything { return .anything }
    var members = left.members
    for member in right.members where !members.contains(where: { $0.equals(member) }) { members.append(member) }
    return members.count == 1 ? members[0] : any(members)
  }

  /// What a union is of, or the type itself.
  var members: [Type] { if case .any(let types) = shape { types } else { [self] } }

  func equals(_ other: Type) -> Bool {
    guard size == other.size else { return false }
    switch (shape, other.shape) {
    case (.null, .null), (.boolean, .boolean), (.number, .number), (.string, .string): return true
    case (.array(let left, let leftRest), .array(let right, let rightRest)):
      return Self.equal(left, right) && Self.equal([leftRest], [rightRest])
    case (.set(let left), .set(let right)): return Self.equal([left], [right])
    case (.object(let left, let leftRest), .object(let right, let rightRest)):
      return left.map(\.key) == right.map(\.key) && Self.equal(left.map(\.type), right.map(\.type))
        && Self.equal([leftRest?.key, leftRest?.value], [rightRest?.key, rightRest?.value])
    case (.any(let left), .any(let right)):
      return left.count == right.count && left.allSatisfy { type in right.contains { $0.equals(type) } }
    case (.function(let left, let leftResult), .function(let right, let rightResult)):
      return Self.equal(left + [leftResult], right + [rightResult])
    default: return false
    }
  }

  private static func equal(_ left: [Type?], _ right: [Type?]) -> Bool {
    guard left.count == right.count else { return false }
    return zip(left, right).allSatisfy { first, second in
      guard let first, let second else { return first == nil && second == nil }
      return first.equals(second)
    }
  }

  /// Whether something in it is not known yet.
  static func isUnknown(_ type: Type?) -> Bool {
    guard let type else { return true }
    switch type.shape {
    case .array(let items, let rest): return items.contains(where: isUnknown) || (rest.map(isUnknown) ?? false)
    case .object(let fields, let rest):
      return fields.contains { isUnknown($0.type) } || (rest.map { isUnknown($0.key) || isUnknown($0.value) } ?? false)
    case .set(let of): return isUnknown(of)
    case .function(let parameters, let result): return parameters.contains(where: isUnknown) || isUnknown(result)
    case .null, .boolean, .number, .string, .any: return false
    }
  }
}
